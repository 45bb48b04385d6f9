package picture

// adam7 are the seven passes of an interlaced PNG (specification, 8.2): where each starts and how far apart its pixels are.
var adam7 = [7]struct{ x, y, dx, dy int }{
	{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2},
}

// adam7Rows decodes an interlaced PNG whole, then serves its rows.
type adam7Rows struct {
	*pngRows
	head  Header
	whole *Picture
	y     int
}

func (a *adam7Rows) readRow(dst []byte) error {
	if a.whole == nil {
		a.whole = New(a.head)
		for pass := range adam7 {
			if err := a.readPass(pass); err != nil {
				return err
			}
		}
	}
	copy(dst, a.whole.Row(a.y))
	a.y++
	return nil
}

func (a *adam7Rows) readPass(pass int) error {
	p := adam7[pass]
	width := (a.head.Width - p.x + p.dx - 1) / p.dx
	if width <= 0 {
		return nil
	}
	size := a.head.PixelBytes()
	line := make([]byte, width*size)
	for y := p.y; y < a.head.Height; y += p.dy {
		stored, err := a.readStored(a.h.rowBytes(width), y == p.y)
		if err != nil {
			return err
		}
		a.widen(line, stored)
		row := a.whole.Row(y)
		for i := range width {
			copy(row[(p.x+i*p.dx)*size:], line[i*size:(i+1)*size])
		}
	}
	return nil
}
