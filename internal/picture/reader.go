package picture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"convx/internal/input"
	"convx/internal/lang"
)

// DefaultMaxPixels is the largest picture that is read unless ReadOptions.MaxPixels says otherwise: 2^28, 268 megapixels.
const DefaultMaxPixels = 1 << 28

// ReadOptions are the limits of reading; the zero value is the default.
type ReadOptions struct {
	MaxPixels int64 // 0: DefaultMaxPixels
	Orient    bool  // turn the picture as its Exif orientation says
}

// TooManyPixelsError reports a picture that was refused for its size before any pixel was allocated.
type TooManyPixelsError struct {
	Width, Height int
	Max           int64
}

func (e *TooManyPixelsError) Error() string {
	return lang.Sprintf("the picture is %dx%d, %s megapixels, more than the %s allowed: raise --max-pixels to read it",
		e.Width, e.Height, megapixels(float64(e.Width)*float64(e.Height)), megapixels(float64(e.Max)))
}

// megapixels writes whole ones, and fractions of less than ten.
func megapixels(n float64) string {
	if n >= 1e7 {
		return fmt.Sprintf("%.0f", n/1e6)
	}
	return strconv.FormatFloat(n/1e6, 'f', -1, 64)
}

var errTruncated = lang.New("the file is truncated")

// rowSource gives a picture row by row; readRow fills one whole row.
type rowSource interface {
	readRow(dst []byte) error
	// finish reads what follows the last row and checks it.
	finish() error
}

// Reader yields the rows of a picture from top to bottom. PNGs that are not interlaced are decoded as they are read, in
// memory for a few rows; other pictures are decoded whole by the first ReadRows.
type Reader struct {
	info Info
	head Header
	rows rowSource
	next int // the row that ReadRows gives next
	err  error
}

// NewReader reads the header of a PNG, JPEG or GIF and refuses pictures that are too large. It allocates no pixels.
// Errors are one line, without a file name: the caller knows it.
func NewReader(r io.Reader, o ReadOptions) (*Reader, error) {
	br := bufio.NewReaderSize(r, 1<<16)
	magic, err := br.Peek(8)
	if len(magic) == 0 {
		if err == io.EOF {
			return nil, lang.New("the file is empty")
		}
		return nil, err
	}
	open := opener(magic)
	if open == nil {
		start, _ := br.Peek(input.ForeignBytes)
		if f, known := input.Foreign(start); known {
			return nil, lang.Errorf("%s is not read: %s", f.What, f.Instead)
		}
		return nil, lang.Errorf("neither a picture (PNG, JPEG, GIF) nor an array (.npy, .npz, .safetensors): it starts with %q", magic)
	}
	limit := o.MaxPixels
	if limit <= 0 {
		limit = DefaultMaxPixels
	}
	rd, err := open(br, limit)
	if err != nil {
		return nil, readError(err)
	}
	if o.Orient {
		rd.orient()
	}
	return rd, nil
}

func opener(magic []byte) func(*bufio.Reader, int64) (*Reader, error) {
	for _, f := range []struct {
		magic string
		open  func(*bufio.Reader, int64) (*Reader, error)
	}{
		{pngMagic, openPNG},
		{"\xff\xd8\xff", openJPEG},
		{"GIF87a", openGIF},
		{"GIF89a", openGIF},
	} {
		if bytes.HasPrefix(magic, []byte(f.magic)) {
			return f.open
		}
	}
	return nil
}

// checkSize refuses an empty picture and one of more than limit pixels.
func checkSize(width, height, limit int64) error {
	if width < 1 || height < 1 || width > maxSide || height > maxSide {
		return lang.Errorf("damaged header: the size is %dx%d", width, height)
	}
	if width*height > limit {
		return &TooManyPixelsError{int(width), int(height), limit}
	}
	return nil
}

// Info says what the file holds.
func (r *Reader) Info() Info { return r.info }

// Header describes the rows that ReadRows gives: 8-bit samples unless the file has 16-bit ones, one channel for a grey file
// and three for any other.
func (r *Reader) Header() Header { return r.head }

// ReadRows fills dst with as many of the next rows as it holds whole, and says how many; 0 and io.EOF follow the last row.
func (r *Reader) ReadRows(dst []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n := r.head.RowBytes()
	if len(dst) < n {
		return 0, lang.Errorf("picture: %d bytes do not hold a row of %d", len(dst), n)
	}
	rows := 0
	for ; r.next < r.head.Height && len(dst) >= n; rows++ {
		if r.err = readError(r.rows.readRow(dst[:n])); r.err != nil {
			return rows, r.err
		}
		dst = dst[n:]
		r.next++
	}
	if r.next == r.head.Height {
		if r.err = readError(r.rows.finish()); r.err != nil {
			return rows, r.err
		}
		r.err = io.EOF
	}
	if rows == 0 {
		return 0, r.err
	}
	return rows, nil
}

// damaged words an error of the standard library's decoders as one of ours.
func damaged(err error) error {
	if err == nil || readError(err) == errTruncated {
		return err
	}
	_, what, found := strings.Cut(err.Error(), ": ")
	if !found {
		what = err.Error()
	}
	return lang.Errorf("damaged file: %s", what)
}

// readError words the errors of the decoders: the end of input in mid-picture is a truncated file.
func readError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errTruncated
	}
	return err
}
