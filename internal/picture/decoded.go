package picture

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/jpeg"
	"io"
	"strings"
)

// decodedRows serves the rows of a format that the standard library decodes as a whole.
type decodedRows struct {
	decode func() (image.Image, error) // once, at the first row
	img    image.Image
	line   *image.RGBA // one converted row
	y      int
}

func (d *decodedRows) readRow(dst []byte) error {
	if d.img == nil {
		img, err := d.decode()
		if err != nil {
			return err
		}
		d.img = img
	}
	y := d.y
	d.y++
	if g, ok := d.img.(*image.Gray); ok {
		copy(dst, g.Pix[y*g.Stride:])
		return nil
	}
	clear(d.line.Pix) // a GIF frame need not cover its screen
	draw.Draw(d.line, d.line.Rect, d.img, image.Pt(0, y), draw.Src)
	for i, p := 0, d.line.Pix; len(p) >= 4; i, p = i+3, p[4:] {
		dst[i], dst[i+1], dst[i+2] = p[0], p[1], p[2]
	}
	return nil
}

func (d *decodedRows) finish() error { return nil }

// openDecoded reads the configuration, then arranges for decode to see the same bytes again.
func openDecoded(br *bufio.Reader, limit int64, format string, config func(io.Reader) (image.Config, error), decode func(io.Reader) (image.Image, error)) (*Reader, error) {
	var seen bytes.Buffer
	cfg, err := config(io.TeeReader(br, &seen))
	if err != nil {
		return nil, damaged(err)
	}
	if err := checkSize(cfg.Width, cfg.Height, limit); err != nil {
		return nil, err
	}
	r := &Reader{
		info: Info{Format: format, Width: cfg.Width, Height: cfg.Height, Depth: 8, Color: "palette"},
		head: Header{Width: cfg.Width, Height: cfg.Height, Channels: 3, Depth: 8},
	}
	switch cfg.ColorModel {
	case color.GrayModel:
		r.info.Color, r.head.Channels = "gray", 1
	case color.YCbCrModel:
		r.info.Color = "ycbcr"
	case color.CMYKModel:
		r.info.Color = "cmyk"
	}
	r.rows = &decodedRows{
		decode: func() (image.Image, error) {
			img, err := decode(io.MultiReader(&seen, br))
			if err != nil {
				return nil, damaged(err)
			}
			if p, ok := img.(*image.Paletted); ok {
				r.info.Alpha = !p.Opaque()
			}
			return img, nil
		},
		line: image.NewRGBA(image.Rect(0, 0, cfg.Width, 1)),
	}
	return r, nil
}

func openJPEG(br *bufio.Reader, limit int64) (*Reader, error) {
	return openDecoded(br, limit, "jpeg", jpeg.DecodeConfig, jpeg.Decode)
}

func openGIF(br *bufio.Reader, limit int64) (*Reader, error) {
	return openDecoded(br, limit, "gif", gif.DecodeConfig, gif.Decode)
}

// damaged words a decoder's error as one of ours.
func damaged(err error) error {
	if err == nil || readError(err) == errTruncated {
		return err
	}
	var unsupported jpeg.UnsupportedError
	if errors.As(err, &unsupported) {
		return fmt.Errorf("this kind of JPEG cannot be read: %s", string(unsupported))
	}
	_, what, found := strings.Cut(err.Error(), ": ")
	if !found {
		what = err.Error()
	}
	return fmt.Errorf("damaged file: %s", what)
}
