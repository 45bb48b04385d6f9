package picture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"io"

	"convx/internal/lang"
)

// mostJPEGHeader bounds what is read ahead of a JPEG's pixels: profiles and previews take up to a few hundred KiB.
const mostJPEGHeader = 4 << 20

// openJPEG reads the header, then arranges for the decoder to see the same bytes again.
func openJPEG(br *bufio.Reader, limit int64) (*Reader, error) {
	var seen bytes.Buffer
	watch := &jpegWatch{}
	header := &io.LimitedReader{R: io.TeeReader(br, io.MultiWriter(&seen, watch)), N: mostJPEGHeader}
	cfg, err := jpeg.DecodeConfig(header)
	if err != nil && header.N == 0 {
		return nil, lang.New("damaged file: no pixels within the first 4 MiB")
	}
	if err != nil {
		return nil, watch.explain(err)
	}
	if err := checkSize(int64(cfg.Width), int64(cfg.Height), limit); err != nil {
		return nil, err
	}
	r := &Reader{
		info: Info{Format: "jpeg", Width: cfg.Width, Height: cfg.Height, Depth: 8, Color: lang.Key("ycbcr"), Orientation: watch.orientation},
		head: Header{Width: cfg.Width, Height: cfg.Height, Channels: 3, Depth: 8},
	}
	switch cfg.ColorModel {
	case color.GrayModel:
		r.info.Color, r.head.Channels = "gray", 1
	case color.CMYKModel:
		r.info.Color = lang.Key("cmyk")
	case color.RGBAModel:
		r.info.Color = "rgb"
	}
	r.rows = &jpegRows{
		src: io.MultiReader(&seen, io.TeeReader(br, watch)), watch: watch,
		line: image.NewRGBA(image.Rect(0, 0, cfg.Width, 1)),
	}
	return r, nil
}

// jpegRows serves the rows of a JPEG, which the standard library decodes as a whole at the first.
type jpegRows struct {
	src   io.Reader
	watch *jpegWatch
	img   image.Image
	line  *image.RGBA // one converted row
	y     int
}

func (j *jpegRows) readRow(dst []byte) error {
	if j.img == nil {
		img, err := jpeg.Decode(j.src)
		if err != nil {
			return j.watch.explain(err)
		}
		if err := j.watch.complete(); err != nil {
			return err
		}
		j.img = img
	}
	y := j.y
	j.y++
	if g, ok := j.img.(*image.Gray); ok {
		copy(dst, g.Pix[y*g.Stride:])
		return nil
	}
	draw.Draw(j.line, j.line.Rect, j.img, image.Pt(0, y), draw.Src)
	for i, p := 0, j.line.Pix; len(p) >= 4; i, p = i+3, p[4:] {
		dst[i], dst[i+1], dst[i+2] = p[0], p[1], p[2]
	}
	return nil
}

func (j *jpegRows) finish() error { return nil }

// jpegWatch follows the markers of a JPEG (ITU-T T.81, annex B) that is written to it, and keeps what the decoder does not
// tell: the kind of file, the orientation, and which coefficients its scans have brought.
type jpegWatch struct {
	state       int
	marker      byte
	left        int // bytes of the open segment
	segment     []byte
	orientation int
	frame       byte   // the marker of the frame: 0xc0 baseline, 0xc2 progressive
	precision   byte   // bits a sample
	sampling    []byte // of each component: horizontal and vertical factors, 4 bits each
	components  []byte
	low         map[[2]byte]int // by component and coefficient: the lowest bit that came
}

// The states of a jpegWatch: what the next byte is.
const (
	inData = iota // entropy-coded, or between segments
	inMarker
	inLength
	inLengthLow
	inSegment
	atEnd
)

func (w *jpegWatch) Write(p []byte) (int, error) {
	for rest := p; len(rest) > 0; {
		if w.state == inData {
			i := bytes.IndexByte(rest, 0xff)
			if i < 0 {
				break
			}
			w.state, rest = inMarker, rest[i+1:]
			continue
		}
		w.step(rest[0])
		rest = rest[1:]
	}
	return len(p), nil
}

func (w *jpegWatch) step(b byte) {
	switch w.state {
	case inMarker:
		switch {
		case b == 0xff: // fill
		case b <= 1 || b >= 0xd0 && b <= 0xd8: // a data byte, and markers without a segment
			w.state = inData
		case b == 0xd9:
			w.state = atEnd
		default:
			w.marker, w.segment, w.state = b, w.segment[:0], inLength
		}
	case inLength:
		w.left, w.state = int(b)<<8, inLengthLow
	case inLengthLow:
		if w.left += int(b) - 2; w.left > 0 {
			w.state = inSegment
		} else {
			w.state = inData
		}
	case inSegment:
		w.segment = append(w.segment, b)
		if w.left--; w.left == 0 {
			w.state = inData
			w.end()
		}
	}
}

// end is the end of a segment.
func (w *jpegWatch) end() {
	switch m := w.marker; {
	case m == 0xe1 && w.orientation == 0:
		w.orientation = exifOrientation(bytes.TrimPrefix(w.segment, []byte("Exif\x00\x00")))
	case m >= 0xc0 && m <= 0xcf && m != 0xc4 && m != 0xc8 && m != 0xcc:
		w.readFrame()
	case m == 0xda:
		w.readScan()
	}
}

func (w *jpegWatch) readFrame() {
	s := w.segment
	if len(s) < 6 || w.frame != 0 {
		return
	}
	w.frame, w.precision, w.low = w.marker, s[0], map[[2]byte]int{}
	for c := s[6:]; len(c) >= 3; c = c[3:] {
		w.components, w.sampling = append(w.components, c[0]), append(w.sampling, c[1])
	}
}

func (w *jpegWatch) readScan() {
	s := w.segment
	if len(s) < 1 || len(s) < 4+2*int(s[0]) || w.low == nil {
		return
	}
	n := int(s[0])
	from, to, low := s[1+2*n], min(s[2+2*n], 63), int(s[3+2*n]&15)
	for i := range n {
		for k := from; k <= to; k++ {
			w.low[[2]byte{s[1+2*i], k}] = low
		}
	}
}

// complete demands that a progressive JPEG has brought every coefficient to its last bit: one that was cut between two
// scans is a picture too, but not the one that it was.
func (w *jpegWatch) complete() error {
	if w.frame != 0xc2 {
		return nil
	}
	for _, c := range w.components {
		for k := range byte(64) {
			if low, came := w.low[[2]byte{c, k}]; !came || low != 0 {
				return lang.Errorf("%w: the last scans of a progressive JPEG are missing", errTruncated)
			}
		}
	}
	return nil
}

// explain words a decoder's error as one of ours: what the standard library cannot decode is not damaged.
func (w *jpegWatch) explain(err error) error {
	var unsupported jpeg.UnsupportedError
	if !errors.As(err, &unsupported) && (w.frame == 0 || w.frame <= 0xc2 && w.precision == 8) {
		return damaged(err)
	}
	what := string(unsupported)
	switch {
	case w.frame == 0xc3 || w.frame == 0xc7 || w.frame == 0xcb || w.frame == 0xcf:
		what = lang.Text("lossless coding")
	case w.frame > 0xc8:
		what = lang.Text("arithmetic coding")
	case w.frame > 0xc4:
		what = lang.Text("hierarchical coding")
	case w.precision != 8 && w.frame != 0:
		what = lang.Sprintf("%d bits a sample", w.precision)
	case len(w.sampling) > 1:
		what = lang.Sprintf("sampling factors %s", w.factors())
	}
	return lang.Errorf("not supported: a JPEG of %s: save it as PNG, or as an ordinary JPEG", what)
}

// factors are the components' sampling factors as they are usually written: 2x2, 1x1, 1x1.
func (w *jpegWatch) factors() string {
	var b bytes.Buffer
	for i, s := range w.sampling {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "%dx%d", s>>4, s&15)
	}
	return b.String()
}
