package picture

import (
	"bufio"
	"errors"
	"io"

	"convx/internal/lang"
)

// gifRows serves the first frame of a GIF on its screen, as browsers see it: the screen grows to hold the frame, a frame
// without a size fills it, and an LZW code may begin with 1 bit. Colours are those of the file, also where they are marked
// as transparent; what the frame leaves of the screen is black.
type gifRows struct {
	r      *bufio.Reader
	info   *Info
	screen Header
	gifFrame
	global  []byte // the screen's palette: 3 bytes a colour
	clear   int    // the transparent colour, -1 for none
	pixels  []byte // of the frame, as indices, from the first row asked for on
	written int    // of the pixels: how many the file gave
	y       int
}

// gifFrame is an image descriptor.
type gifFrame struct {
	x, y0, width, height int
	palette              []byte
	interlaced           bool
}

// openGIF reads up to the pixels of the first frame.
func openGIF(br *bufio.Reader, limit int64) (*Reader, error) {
	var head [13]byte
	if _, err := io.ReadFull(br, head[:]); err != nil {
		return nil, err
	}
	g := &gifRows{r: br, clear: -1}
	g.screen = Header{Width: le16(head[6:]), Height: le16(head[8:]), Channels: 3, Depth: 8}
	var err error
	if g.global, err = g.readPalette(head[10]); err != nil {
		return nil, err
	}
	if err := g.readToFrame(); err != nil {
		return nil, err
	}
	if err := checkSize(int64(g.screen.Width), int64(g.screen.Height), limit); err != nil {
		return nil, err
	}
	r := &Reader{
		info: Info{Format: "gif", Width: g.screen.Width, Height: g.screen.Height, Depth: 8, Color: "palette", Interlaced: g.interlaced},
		head: g.screen, rows: g,
	}
	g.info = &r.info
	return r, nil
}

func le16(b []byte) int { return int(b[0]) | int(b[1])<<8 }

// readPalette reads the colours that the flags of a screen or a frame announce.
func (g *gifRows) readPalette(flags byte) ([]byte, error) {
	if flags&0x80 == 0 {
		return nil, nil
	}
	p := make([]byte, 3<<(flags&7+1))
	_, err := io.ReadFull(g.r, p)
	return p, err
}

// readToFrame reads extensions and the first image descriptor.
func (g *gifRows) readToFrame() error {
	for {
		kind, err := g.r.ReadByte()
		if err != nil {
			return err
		}
		switch kind {
		case '!':
			if err := g.readExtension(); err != nil {
				return err
			}
		case ',':
			return g.readFrame()
		case ';':
			return lang.New("damaged file: it has no pixels")
		case 0: // empty blocks between others are passed over
		default:
			return lang.New("damaged file: an unknown block")
		}
	}
}

// readExtension takes the transparent colour from a graphic control extension and passes over the others.
func (g *gifRows) readExtension() error {
	kind, err := g.r.ReadByte()
	if err != nil {
		return err
	}
	blocks := gifBlocks{r: g.r}
	if kind == 0xf9 {
		var control [4]byte
		n, err := io.ReadFull(&blocks, control[:])
		if err != nil && !errors.Is(err, io.EOF) && !blocks.ended {
			return err
		}
		if n == len(control) && control[0]&1 != 0 {
			g.clear = int(control[3])
		}
	}
	return blocks.pass()
}

func (g *gifRows) readFrame() error {
	var b [9]byte
	if _, err := io.ReadFull(g.r, b[:]); err != nil {
		return err
	}
	f := &g.gifFrame
	f.x, f.y0, f.width, f.height, f.interlaced = le16(b[0:]), le16(b[2:]), le16(b[4:]), le16(b[6:]), b[8]&0x40 != 0
	s := &g.screen
	s.Width, s.Height = max(s.Width, f.x+f.width), max(s.Height, f.y0+f.height)
	if f.width == 0 || f.height == 0 {
		f.x, f.y0, f.width, f.height = 0, 0, s.Width, s.Height
	}
	var err error
	if f.palette, err = g.readPalette(b[8]); f.palette == nil {
		f.palette = g.global
	}
	if err == nil && f.palette == nil {
		err = lang.New("damaged file: no palette")
	}
	return err
}

func (g *gifRows) readRow(dst []byte) error {
	if g.pixels == nil {
		if err := g.decode(); err != nil {
			return err
		}
	}
	for x := range g.screen.Width {
		copy(dst[3*x:3*x+3], g.colour(x-g.x, g.y-g.y0))
	}
	g.y++
	return nil
}

// colour is that of a pixel of the frame, or black.
func (g *gifRows) colour(x, y int) []byte {
	if x >= 0 && y >= 0 && x < g.width && y < g.height {
		at := g.storedRow(y)*g.width + x
		if at < g.written && 3*int(g.pixels[at])+3 <= len(g.palette) {
			return g.palette[3*int(g.pixels[at]):]
		}
	}
	return []byte{0, 0, 0}
}

// storedRow is the place of row y in the file.
func (g *gifRows) storedRow(y int) int {
	if !g.interlaced {
		return y
	}
	before := 0
	for _, pass := range []struct{ first, step int }{{0, 8}, {4, 8}, {2, 4}, {1, 2}} {
		if y >= pass.first && (y-pass.first)%pass.step == 0 {
			return before + (y-pass.first)/pass.step
		}
		before += max(0, (g.height-pass.first+pass.step-1)/pass.step)
	}
	return 0
}

// decode unpacks the frame's pixels. The rest of a frame whose data end before it is black; a file that ends within
// its data is not whole.
func (g *gifRows) decode() error {
	bits, err := g.r.ReadByte()
	if err != nil {
		return err
	}
	if bits < 1 || bits > 11 {
		return lang.New("damaged file: the size of an LZW code")
	}
	blocks := gifBlocks{r: g.r}
	g.pixels = make([]byte, g.width*g.height)
	if g.written, err = unpackLZW(g.pixels, &blocks, int(bits)); err != nil {
		return err
	}
	for _, v := range g.pixels[:g.written] {
		g.info.Alpha = g.info.Alpha || int(v) == g.clear
	}
	return nil
}

func (g *gifRows) finish() error { return nil }

// gifBlocks joins blocks of up to 255 bytes, which an empty one ends.
type gifBlocks struct {
	r     *bufio.Reader
	left  int
	ended bool
}

func (b *gifBlocks) ReadByte() (byte, error) {
	for b.left == 0 {
		if b.ended {
			return 0, io.EOF
		}
		n, err := b.r.ReadByte()
		if err != nil {
			return 0, errTruncated
		}
		b.left, b.ended = int(n), n == 0
	}
	v, err := b.r.ReadByte()
	if err != nil {
		return 0, errTruncated
	}
	b.left--
	return v, nil
}

func (b *gifBlocks) Read(p []byte) (int, error) {
	for i := range p {
		v, err := b.ReadByte()
		if err != nil {
			return i, err
		}
		p[i] = v
	}
	return len(p), nil
}

// pass goes to the end of the blocks.
func (b *gifBlocks) pass() error {
	for {
		if _, err := b.ReadByte(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}
