package picture

import (
	"encoding/binary"
	"slices"
)

// exifOrientation finds the tag of orientation (Exif 2.32, 4.6.4) in a block of Exif data, which is laid out as a TIFF file. It
// is 1 to 8, or 0 where there is none.
func exifOrientation(data []byte) int {
	if len(data) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.LittleEndian
	switch string(data[:4]) {
	case "II*\x00":
	case "MM\x00*":
		order = binary.BigEndian
	default:
		return 0
	}
	at := uint64(order.Uint32(data[4:]))
	if at+2 > uint64(len(data)) {
		return 0
	}
	entries := data[at+2:]
	for range order.Uint16(data[at:]) {
		if len(entries) < 12 {
			return 0
		}
		const orientation, short = 0x0112, 3
		if order.Uint16(entries) == orientation && order.Uint16(entries[2:]) == short {
			if v := int(order.Uint16(entries[8:])); v >= 1 && v <= 8 {
				return v
			}
			return 0
		}
		entries = entries[12:]
	}
	return 0
}

// orient turns the rows of a picture as its Exif orientation says. The picture is in memory as a whole.
func (r *Reader) orient() {
	o := r.info.Orientation
	if o < 2 {
		return
	}
	r.rows = &orientedRows{rows: r.rows, head: r.head, orientation: o}
	if o >= 5 {
		r.head.Width, r.head.Height = r.head.Height, r.head.Width
	}
	r.info.Oriented = true
}

// orientedRows reads all rows before it gives the first.
type orientedRows struct {
	rows        rowSource
	head        Header // as stored
	orientation int
	whole       *Picture
	y           int
}

func (o *orientedRows) readRow(dst []byte) error {
	if o.whole == nil {
		o.whole = New(o.head)
		for y := range o.head.Height {
			if err := o.rows.readRow(o.whole.Row(y)); err != nil {
				return err
			}
		}
	}
	n := o.head.PixelBytes()
	for x := range len(dst) / n {
		copy(dst[x*n:(x+1)*n], o.pixel(x, o.y))
	}
	o.y++
	return nil
}

// pixel is the stored pixel that is seen at x, y: the first stored row is at the top (1, 2), the bottom (3, 4), the left
// (5, 6 mirrored) or the right.
func (o *orientedRows) pixel(x, y int) []byte {
	w, h := o.head.Width, o.head.Height
	if o.orientation >= 5 {
		x, y = y, x
	}
	if slices.Contains([]int{2, 3, 7, 8}, o.orientation) {
		x = w - 1 - x
	}
	if slices.Contains([]int{3, 4, 6, 7}, o.orientation) {
		y = h - 1 - y
	}
	n := o.head.PixelBytes()
	return o.whole.Row(y)[x*n : (x+1)*n]
}

func (o *orientedRows) finish() error { return o.rows.finish() }
