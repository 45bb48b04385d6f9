package picture

import (
	"math"
	"slices"
	"strings"

	"convx/internal/lang"
)

// Header describes rows of interleaved samples: Width*Channels samples a row, of one byte each when Depth is 8 and of
// two, the high byte first (as in PNG), when Depth is 16.
type Header struct {
	Width, Height int
	Channels      int // 1 grey, 3 red, green, blue
	Depth         int // 8 or 16 bits a sample
}

// PixelBytes is the size of one pixel.
func (h Header) PixelBytes() int { return h.Channels * h.Depth / 8 }

// RowBytes is the size of one row.
func (h Header) RowBytes() int { return h.Width * h.PixelBytes() }

// maxSide is the largest width or height of a PNG.
const maxSide = math.MaxInt32

func (h Header) check() error {
	switch {
	case h.Width < 1 || h.Height < 1 || h.Width > maxSide || h.Height > maxSide:
		return lang.Errorf("a picture cannot be %dx%d pixels", h.Width, h.Height)
	case h.Channels != 1 && h.Channels != 3:
		return lang.Errorf("a picture has 1 or 3 channels, not %d", h.Channels)
	case h.Depth != 8 && h.Depth != 16:
		return lang.Errorf("a sample has 8 or 16 bits, not %d", h.Depth)
	}
	return nil
}

// Picture is a whole picture in memory.
type Picture struct {
	Header
	Pix []byte // Height rows of RowBytes
}

// New returns a black picture.
func New(h Header) *Picture { return &Picture{Header: h, Pix: make([]byte, h.Height*h.RowBytes())} }

// Row is row y of the picture.
func (p *Picture) Row(y int) []byte {
	n := p.RowBytes()
	return p.Pix[y*n : (y+1)*n : (y+1)*n]
}

// Info says what a picture file holds.
type Info struct {
	Format        string // png, jpeg or gif
	Width, Height int
	Depth         int    // bits a sample, in the file
	Color         string // gray, rgb, palette, ycbcr or cmyk
	Alpha         bool   // the file has transparency, which reading drops
	Interlaced    bool
	Orientation   int      // as Exif has it, 1 to 8; 0 where the file does not say
	Oriented      bool     // and the picture was turned accordingly
	Notes         []string // oddities of the file that do no harm, some of them found at its end
}

// String is one line for a summary: "png 640x480, 8-bit rgb, interlaced, alpha dropped".
func (i Info) String() string {
	var b strings.Builder
	b.WriteString(lang.Sprintf("%s %dx%d, %d-bit %s", i.Format, i.Width, i.Height, i.Depth, lang.Text(i.Color)))
	if i.Interlaced {
		b.WriteString(lang.Text(", interlaced"))
	}
	if i.Alpha {
		b.WriteString(lang.Text(", alpha dropped"))
	}
	switch {
	case i.Oriented:
		b.WriteString(lang.Sprintf(", turned by Exif orientation %d", i.Orientation))
	case i.Orientation > 1:
		b.WriteString(lang.Sprintf(", Exif orientation %d not applied (--orient does)", i.Orientation))
	}
	for _, note := range i.Notes {
		b.WriteString(lang.Text(", ") + note)
	}
	return b.String()
}

// Color says which channels Read gives.
type Color int

const (
	AsStored Color = iota // what the file has
	RGB                   // three channels
	Gray                  // one channel
)

// colorNames are what ParseColor reads, by the Color that each is; grey is gray.
var colorNames = []string{"", "rgb", "gray", "grey"}

// ColorNames lists what ParseColor reads, each colour once.
func ColorNames() []string { return colorNames[RGB : Gray+1] }

// ParseColor reads rgb or gray (or grey); the empty string is what the file has.
func ParseColor(s string) (Color, error) {
	i := slices.Index(colorNames, s)
	if i < 0 {
		return 0, lang.Errorf("unknown colour %q: %s", s, lang.Or(ColorNames()))
	}
	return min(Color(i), Gray), nil
}

// Channels is how many channels a picture of stored channels has when read as c.
func (c Color) Channels(stored int) int {
	switch c {
	case RGB:
		return 3
	case Gray:
		return 1
	}
	return stored
}
