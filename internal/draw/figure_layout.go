package draw

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
)

// edgeFactor is what is left free around a figure, in sizes of its captions: projectors cut edges off.
const edgeFactor = 1.3

// measure lays the panels out and finds the size of the letters, and the width and the lines that the largest frame needs. A page is
// laid out as a slide is: it is shown as one, too, and what the back row reads is not small on paper.
func (f *Figure) measure() {
	f.fit()
	f.count(f.frames)
}

// edge is what is left free around a figure.
func (f *Figure) edge() float64 { return edgeFactor * captionSize * f.kind }

// widen makes a figure at least so wide, and as wide as its panels and its title are.
func (f *Figure) widen(least float64) {
	f.wide = max(f.panelsWidth(), least)
	for _, line := range f.ruler.Wrap(f.title, titleSize*f.kind, f.wide) {
		f.wide = max(f.wide, f.ruler.Width(titleSize*f.kind, line))
	}
}

// count finds the most lines that the captions of so many frames take, spread over all, and the longest of them.
func (f *Figure) count(frames int) {
	f.lines, f.longest = 0, 0
	for k := range frames {
		lines := 0
		for _, c := range f.captionsOf(k * f.frames / frames) {
			wrapped := f.ruler.Wrap(c, captionSize*f.kind, f.captionWidth())
			for _, line := range wrapped {
				f.longest = max(f.longest, f.ruler.Width(captionSize*f.kind, line))
			}
			lines += len(wrapped)
		}
		f.lines = max(f.lines, lines)
	}
}

// height is that of the drawing, as Frame lays it out.
func (f *Figure) height() float64 {
	lines := func(n int, size float64) float64 { return float64(n) * size * f.kind * lineFactor }
	y := 0.0
	if f.title != "" {
		y += lines(len(f.ruler.Wrap(f.title, titleSize*f.kind, f.wide)), titleSize)
	}
	if f.note != "" {
		y += 4 + lines(len(f.ruler.Wrap(f.note, noteSize*f.kind, f.wide)), noteSize)
	}
	if y > 0 {
		y += 20
	}
	panels, captions := 0.0, lines(f.lines, captionSize)
	for _, row := range f.rows() {
		tall, labels := f.rowSize(row)
		panels += tall + 30 + lines(labels, labelSize)
	}
	if f.beside {
		return y + max(panels, captions) + 2*f.edge()
	}
	return y + panels + captions + 2*f.edge()
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

// backRow is how many pixels the captions of a slide of 1280x720 should have to be read at a quarter of it, LeastCaptions how many they
// must; no letter on a slide is smaller than LeastLetters.
const backRow, LeastCaptions, LeastLetters = 25, 24, 18

// readable tells whether the letters of a slide can be read from the back row.
func (f *Figure) readable() bool {
	return f.smallest() >= LeastLetters && f.captionPixels() >= LeastCaptions
}

// captionPixels is the size of the captions of a slide, in its pixels.
func (f *Figure) captionPixels() float64 {
	return captionSize * f.kind * f.slideScale()
}

// leaveOut leaves the letters in panels that are too small on a slide out, and says so.
func (f *Figure) leaveOut() {
	f.bare, f.note = true, strings.TrimPrefix(f.note+lang.Text("; ")+lang.Text("letters too small for a slide are left out"), lang.Text("; "))
}

// slideScale is how many pixels of a slide a unit has.
func (f *Figure) slideScale() float64 {
	return drawing.Slide.Scale(&drawing.Drawing{Width: f.wide + 2*f.edge(), Height: f.height()})
}

// lost is how many letters a bare figure leaves out.
func (f *Figure) lost() (n int) {
	whole := *f
	whole.bare = false
	d := whole.Still()
	for _, m := range d.Marks {
		if whole.unreadable(d, m) {
			n++
		}
	}
	return n
}

// smallest is the size of the smallest letters on a slide, in its pixels.
func (f *Figure) smallest() float64 {
	least := math.Inf(1)
	for _, frame := range []int{0, f.still, f.frames - 1} {
		d := f.Frame(frame)
		for _, m := range d.Marks {
			if t, ok := m.(drawing.Text); ok && strings.TrimSpace(t.S) != "" {
				least = min(least, t.Size*drawing.Slide.Scale(d))
			}
		}
	}
	return least
}

// unreadable tells whether a mark is letters that are too small on a slide.
func (f *Figure) unreadable(d *drawing.Drawing, m drawing.Mark) bool {
	t, ok := m.(drawing.Text)
	return ok && t.Size*drawing.Slide.Scale(d) < LeastLetters
}

// fit chooses how large the letters are, how many panels stand in a row, and whether the captions stand below the panels or
// beside them: so that they can be read from the back row and, among the ways to do that, so that the panels are largest.
func (f *Figure) fit() {
	type layout struct {
		kind, wide, label float64
		beside            bool
		inRow             int
	}
	var best layout
	bestLetters, bestScale := 0.0, 0.0
	pixelsWide, pixelsHigh := drawing.Slide.Pixels()
	aspect := float64(pixelsWide) / float64(pixelsHigh)
	enough := cmp.Or(f.enough, backRow)
	try := func(l layout) float64 {
		f.kind, f.beside, f.label, f.inRow = l.kind, l.beside, l.label, l.inRow
		least := 480.0
		if l.beside {
			least = f.panelsWidth() + panelGap + 13*captionSize*l.kind
		}
		f.widen(least)
		for range 2 { // as wide as the slide is for the height: that leaves fewer lines, and less height
			f.count(min(f.frames, 3))
			wide := max(f.wide, f.height()*aspect-2*f.edge())
			f.wide = f.wide + (wide-f.wide)*0.7
		}
		f.count(min(f.frames, 3))
		scale := f.slideScale()
		letters := min(enough, captionSize*l.kind*scale)
		if letters > bestLetters+0.01 || letters > bestLetters-0.01 && scale > bestScale {
			l.wide = f.wide
			best, bestLetters, bestScale = l, letters, scale
		}
		return letters
	}
	for rows := range len(f.panels) {
		inRow := (len(f.panels) + rows) / (rows + 1)
		for _, label := range labelWidths[:min(len(labelWidths), inRow)] { // one panel's label has room
			for _, beside := range []bool{false, true} {
				// Larger letters than the back row needs leave less to the panels.
				for kind, letters := 0.8, 0.0; kind < 8 && letters < enough; kind *= 1.1 {
					letters = try(layout{kind: kind, inRow: inRow, label: label, beside: beside})
				}
			}
		}
	}
	f.kind, f.wide, f.beside, f.label, f.inRow = best.kind, best.wide, best.beside, best.label, best.inRow
}

// captionWidth is how wide captions may be.
func (f *Figure) captionWidth() float64 {
	if f.beside {
		return f.wide - f.panelsWidth() - panelGap
	}
	return f.wide
}

// labelWidths are what labels of narrow panels are broken at, in sizes of their letters: the usual width, and others that leave more room
// across or below.
var labelWidths = []float64{13, 8.5, 20}

// labelLines is the label of a panel, broken at about the panel's width.
func (f *Figure) labelLines(p panel) []string {
	if p.label == "" {
		return nil
	}
	lines := f.ruler.Wrap(p.label, labelSize*f.kind, max(p.w, cmp.Or(f.label, labelWidths[0])*labelSize*f.kind))
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
