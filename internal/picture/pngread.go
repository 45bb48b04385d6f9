package picture

import (
	"bufio"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"
	"slices"

	"convx/internal/lang"
)

const pngMagic = "\x89PNG\r\n\x1a\n"

// pngColor is a colour type of the PNG specification (third edition, 11.2.1).
type pngColor struct {
	name    string
	samples int // stored a pixel
	alpha   bool
	depths  uint32 // bit d is set when depth d is allowed
}

var pngColors = map[byte]pngColor{
	0: {lang.Key("gray"), 1, false, 1<<1 | 1<<2 | 1<<4 | 1<<8 | 1<<16},
	2: {lang.Key("rgb"), 3, false, 1<<8 | 1<<16},
	3: {lang.Key("palette"), 1, false, 1<<1 | 1<<2 | 1<<4 | 1<<8},
	4: {"gray", 2, true, 1<<8 | 1<<16},
	6: {"rgb", 4, true, 1<<8 | 1<<16},
}

// pngHeader is what IHDR, PLTE and tRNS say.
type pngHeader struct {
	width, height int
	depth         int
	color         pngColor
	interlaced    bool
	palette       []byte // three bytes an entry, padded with black to what the depth can index
	alpha         bool
	orientation   int // of an eXIf chunk
}

// bitsPerPixel is the size of a pixel as stored.
func (h *pngHeader) bitsPerPixel() int { return h.depth * h.color.samples }

// rowBytes is the size of a stored row of w pixels, without its filter byte.
func (h *pngHeader) rowBytes(w int) int { return int((int64(w)*int64(h.bitsPerPixel()) + 7) / 8) }

func openPNG(br *bufio.Reader, limit int64) (*Reader, error) {
	br.Discard(len(pngMagic))
	r := &Reader{}
	chunks := &chunkReader{r: br, crc: crc32.NewIEEE(), info: &r.info}
	h, err := readPNGHeader(chunks, limit)
	if err != nil {
		return nil, err
	}
	notes := r.info.Notes
	*r = Reader{
		info: Info{Format: "png", Width: h.width, Height: h.height, Depth: h.depth, Color: h.color.name, Alpha: h.alpha, Interlaced: h.interlaced, Orientation: h.orientation, Notes: notes},
		head: Header{Width: h.width, Height: h.height, Channels: 3, Depth: max(h.depth, 8)},
	}
	if h.color.name == "gray" {
		r.head.Channels = 1
	}
	p := &pngRows{h: h, z: newInflater(&idatReader{chunks}), chunks: chunks, widen: widener(h)}
	r.rows = p
	if h.interlaced {
		r.rows = &adam7Rows{pngRows: p, head: r.head}
	}
	return r, nil
}

// readPNGHeader reads the chunks before the pixels. It stops with the first IDAT chunk open.
func readPNGHeader(c *chunkReader, limit int64) (*pngHeader, error) {
	h := &pngHeader{}
	for first := true; ; first = false {
		name, err := c.open()
		if err != nil {
			return nil, err
		}
		if first && name == "CgBI" {
			return nil, lang.New("not supported: a PNG in Apple's own form (CgBI), as Xcode makes it for iOS: convert it with pngcrush -revert-iphone-optimizations")
		}
		if first != (name == "IHDR") {
			return nil, lang.Errorf("damaged file: unexpected %q chunk", name)
		}
		switch name {
		case "IHDR":
			err = h.readIHDR(c, limit)
		case "PLTE":
			err = h.readPLTE(c)
		case "tRNS":
			if err = c.close(); err == nil && !c.wrong {
				h.alpha = true
			}
			if err != nil {
				return nil, err
			}
			continue
		case "eXIf":
			err = h.readEXIF(c)
		case "IDAT":
			if h.color.name == "palette" && h.palette == nil {
				return nil, lang.New("damaged file: no palette")
			}
			return h, nil
		case "IEND":
			return nil, lang.New("damaged file: it has no pixels")
		}
		if err == nil {
			err = c.close()
		}
		if err != nil {
			return nil, err
		}
	}
}

func (h *pngHeader) readIHDR(c *chunkReader, limit int64) error {
	var b [13]byte
	if c.left != len(b) {
		return lang.New("damaged header")
	}
	if err := c.read(b[:]); err != nil {
		return err
	}
	// 0 and numbers above 2^31 - 1 are refused by checkSize.
	w, ht := int64(binary.BigEndian.Uint32(b[0:])), int64(binary.BigEndian.Uint32(b[4:]))
	h.width, h.height, h.depth = int(w), int(ht), int(b[8])
	color, ok := pngColors[b[9]]
	if !ok || h.depth > 16 || color.depths&(1<<h.depth) == 0 || b[10] != 0 || b[11] != 0 || b[12] > 1 {
		return lang.Errorf("damaged header: depth %d, colour type %d, compression %d, filter %d, interlace %d", b[8], b[9], b[10], b[11], b[12])
	}
	h.color, h.alpha, h.interlaced = color, color.alpha, b[12] == 1
	return checkSize(w, ht, limit)
}

func (h *pngHeader) readPLTE(c *chunkReader) error {
	if h.color.name != "palette" {
		return nil // a suggestion for the display of colour pictures
	}
	if h.palette != nil || c.left == 0 || c.left%3 != 0 || c.left/3 > 1<<h.depth {
		return lang.New("damaged palette")
	}
	h.palette = make([]byte, 3<<h.depth) // as image/png: indices past the palette's end are black
	return c.read(h.palette[:c.left])
}

// readEXIF takes the orientation from an eXIf chunk of a sensible size.
func (h *pngHeader) readEXIF(c *chunkReader) error {
	const most = 1 << 16 // as in a JPEG
	if c.left > most {
		return nil
	}
	data := make([]byte, c.left)
	err := c.read(data)
	h.orientation = exifOrientation(data)
	return err
}

// pngRows decodes the rows of a PNG as they stream in.
type pngRows struct {
	h         *pngHeader
	z         *inflater
	chunks    *chunkReader
	cur, prev []byte // stored rows, with room for one pixel to the left
	widen     func(dst, stored []byte)
}

// readStored reads and unfilters the next stored row of n bytes; fresh says that no row is above it.
func (p *pngRows) readStored(n int, fresh bool) ([]byte, error) {
	if len(p.cur) < 1+n {
		p.cur, p.prev = make([]byte, 1+n), make([]byte, 1+n)
	}
	if fresh {
		clear(p.prev)
	}
	row := p.cur[:1+n]
	if _, err := io.ReadFull(p.z, row); err != nil {
		return nil, err
	}
	if err := unfilter(row[0], row[1:], p.prev[1:1+n], max(1, p.h.bitsPerPixel()/8)); err != nil {
		return nil, err
	}
	p.cur, p.prev = p.prev, p.cur
	return row[1:], nil
}

func (p *pngRows) readRow(dst []byte) error {
	row, err := p.readStored(p.h.rowBytes(p.h.width), p.prev == nil)
	if err != nil {
		return err
	}
	p.widen(dst, row)
	return nil
}

// finish reads to the end of the file and checks its sums. Pixels beyond the last row are noted, as libpng does.
func (p *pngRows) finish() error {
	var extra [1]byte
	switch n, err := io.ReadFull(p.z, extra[:]); {
	case n > 0:
		p.chunks.note(lang.Text("more pixels than the header says left out"))
	case err != io.EOF:
		return err
	}
	for {
		if err := p.chunks.close(); err != nil || p.chunks.name == "IEND" {
			return err
		}
		if _, err := p.chunks.open(); err != nil {
			return err
		}
	}
}

// chunkReader walks the chunks of a PNG and checks their sums.
type chunkReader struct {
	r    *bufio.Reader
	crc  hash.Hash32
	name string
	left int // bytes of the open chunk not yet read

	wrong bool // the sum of the chunk that was closed last
	info  *Info
}

// note adds an oddity to what is said of the file, once.
func (c *chunkReader) note(text string) {
	if !slices.Contains(c.info.Notes, text) {
		c.info.Notes = append(c.info.Notes, text)
	}
}

// open reads the next chunk's length and name.
func (c *chunkReader) open() (string, error) {
	var b [8]byte
	if _, err := io.ReadFull(c.r, b[:]); err != nil {
		return "", err
	}
	n := binary.BigEndian.Uint32(b[:])
	if n > maxSide {
		return "", lang.New("damaged file: a chunk is too long")
	}
	c.name, c.left = string(b[4:]), int(n)
	c.crc.Reset()
	c.crc.Write(b[4:])
	return c.name, nil
}

func (c *chunkReader) read(b []byte) error {
	_, err := io.ReadFull(c.r, b)
	c.crc.Write(b)
	c.left -= len(b)
	return err
}

// close skips what is left of the chunk and checks its sum. Of chunks that a picture can be shown without, a wrong one is
// noted.
func (c *chunkReader) close() error {
	if c.left > 0 {
		if _, err := io.CopyN(c.crc, c.r, int64(c.left)); err != nil {
			return err
		}
		c.left = 0
	}
	var b [4]byte
	if _, err := io.ReadFull(c.r, b[:]); err != nil {
		return err
	}
	c.wrong = binary.BigEndian.Uint32(b[:]) != c.crc.Sum32()
	if !c.wrong {
		return nil
	}
	if ancillary := c.name[0]&0x20 != 0; !ancillary { // 5.4 of the specification
		return lang.Errorf("damaged file: wrong checksum in chunk %q", c.name)
	}
	c.note(lang.Sprintf("chunk %q with a wrong checksum left out", c.name))
	return nil
}

// idatReader is the concatenation of the IDAT chunks, of which the first is open.
type idatReader struct{ *chunkReader }

func (c *idatReader) Read(b []byte) (int, error) {
	for c.left == 0 {
		if c.name != "IDAT" {
			return 0, io.EOF
		}
		if err := c.close(); err != nil {
			return 0, err
		}
		name, err := c.open()
		if err != nil {
			return 0, err
		}
		if name != "IDAT" {
			return 0, io.EOF
		}
	}
	if c.name != "IDAT" {
		return 0, io.EOF
	}
	n, err := c.r.Read(b[:min(len(b), c.left)])
	c.crc.Write(b[:n])
	c.left -= n
	return n, err
}
