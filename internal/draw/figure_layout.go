package draw

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"convx/internal/drawing"
)

// measure lays the panels out and finds the size of the letters, and the width and the lines that the largest frame needs.
func (f *Figure) measure() {
	f.kind = 1
	f.kind = purposes[f.purpose].letters * max(1, f.panelsWidth()/readable)
	f.widen(480)
	if f.purpose == Slide {
		f.fitSlide()
	}
	f.count(f.frames)
}

// widen makes a figure at least so wide, and as wide as its panels and its title are.
func (f *Figure) widen(least float64) {
	f.wide = max(f.panelsWidth(), least)
	for _, line := range f.ruler.Wrap(f.title, titleSize*f.kind, f.wide) {
		f.wide = max(f.wide, f.ruler.Width(titleSize*f.kind, line))
	}
}

// count finds the most lines that the captions of so many frames take, spread over all.
func (f *Figure) count(frames int) {
	f.lines = 0
	for k := range frames {
		lines := 0
		for _, c := range f.captionsOf(k * f.frames / frames) {
			lines += len(f.ruler.Wrap(c, captionSize*f.kind, f.captionWidth()))
		}
		f.lines = max(f.lines, lines)
	}
}

// height is that of the drawing, as Frame lays it out.
func (f *Figure) height() float64 {
	lines := func(n int, size float64) float64 { return float64(n) * size * f.kind * lineFactor }
	y := margin + lines(len(f.ruler.Wrap(f.title, titleSize*f.kind, f.wide)), titleSize)
	if f.note != "" {
		y += 4 + lines(len(f.ruler.Wrap(f.note, noteSize*f.kind, f.wide)), noteSize)
	}
	panels, captions := 0.0, lines(f.lines, captionSize)
	for _, row := range f.rows() {
		tall, labels := f.rowSize(row)
		panels += tall + 30 + lines(labels, labelSize)
	}
	if f.beside {
		return y + 20 + max(panels, captions) + margin
	}
	return y + 20 + panels + captions + margin
}

// rows are the panels in rows.
func (f *Figure) rows() [][]panel {
	return slices.Collect(slices.Chunk(f.panels, cmp.Or(f.inRow, max(1, len(f.panels)))))
}

// rowSize is how high the panels of a row are, and how many lines their labels take.
func (f *Figure) rowSize(row []panel) (tall float64, labels int) {
	for _, p := range row {
		tall, labels = max(tall, p.h), max(labels, len(f.labelLines(p)))
	}
	return tall, labels
}

// backRow is how many pixels the captions of a slide of 1280x720 should have to be read at a quarter of it; no letter on a slide is
// smaller than LeastLetters.
const backRow, LeastLetters = 25, 18

// smallest is the size of the smallest letters on a slide, in its pixels.
func (f *Figure) smallest() float64 {
	d, least := f.Still(), math.Inf(1)
	for _, m := range d.Marks {
		if t, ok := m.(drawing.Text); ok {
			least = min(least, t.Size)
		}
	}
	return least * Slide.Scale(d)
}

// fitSlide chooses how large the letters are, how many panels stand in a row, and whether the captions stand below the panels or
// beside them: so that they can be read from the back row and, among the ways to do that, so that the panels are largest.
func (f *Figure) fitSlide() {
	type layout struct {
		kind, wide float64
		beside     bool
		inRow      int
	}
	var best layout
	bestLetters, bestScale := 0.0, 0.0
	aspect := float64(purposes[Slide].width) / float64(purposes[Slide].height)
	try := func(l layout) {
		f.kind, f.beside, f.inRow = l.kind, l.beside, l.inRow
		least := 480.0
		if l.beside {
			least = f.panelsWidth() + panelGap + 13*captionSize*l.kind
		}
		f.widen(least)
		for range 2 { // as wide as the slide is for the height: that leaves fewer lines, and less height
			f.count(min(f.frames, 3))
			wide := max(f.wide, f.height()*aspect-2*margin)
			f.wide = f.wide + (wide-f.wide)*0.7
		}
		f.count(min(f.frames, 3))
		scale := min(float64(purposes[Slide].width)/(f.wide+2*margin), float64(purposes[Slide].height)/f.height())
		letters := min(backRow, captionSize*l.kind*scale)
		if letters > bestLetters+0.01 || letters > bestLetters-0.01 && scale > bestScale {
			l.wide = f.wide
			best, bestLetters, bestScale = l, letters, scale
		}
	}
	for kind := 0.8; kind < 8; kind *= 1.1 {
		for rows := range len(f.panels) {
			inRow := (len(f.panels) + rows) / (rows + 1)
			try(layout{kind: kind, inRow: inRow})
			try(layout{kind: kind, inRow: inRow, beside: true})
		}
	}
	f.kind, f.wide, f.beside, f.inRow = best.kind, best.wide, best.beside, best.inRow
}

// captionWidth is how wide captions may be.
func (f *Figure) captionWidth() float64 {
	if f.beside {
		return f.wide - f.panelsWidth() - panelGap
	}
	return f.wide
}

// labelLines is the label of a panel, broken at about the panel's width.
func (f *Figure) labelLines(p panel) []string {
	lines := f.ruler.Wrap(p.label, labelSize*f.kind, max(p.w, 180*f.kind))
	for i := range lines {
		lines[i] = strings.TrimSpace(lines[i])
	}
	return lines
}

// panelWidth is what a panel and its label take.
func (f *Figure) panelWidth(p panel) float64 {
	width := p.w
	for _, line := range f.labelLines(p) {
		width = max(width, f.ruler.Width(labelSize*f.kind, line))
	}
	return width
}

// rowWidth is what the panels of a row take, panelsWidth what the widest row does.
func (f *Figure) rowWidth(row []panel) (width float64) {
	for k, p := range row {
		if k > 0 {
			width += panelGap
		}
		width += f.panelWidth(p)
	}
	return width
}

func (f *Figure) panelsWidth() (width float64) {
	for _, row := range f.rows() {
		width = max(width, f.rowWidth(row))
	}
	return width
}

// captionsOf are the lines under a frame, before they are wrapped.
func (f *Figure) captionsOf(frame int) []string {
	if f.arithmetic == nil {
		return f.captions
	}
	if text := f.arithmetic(frame % f.frames); text != "" {
		return append(slices.Clone(f.captions), text)
	}
	return f.captions
}
