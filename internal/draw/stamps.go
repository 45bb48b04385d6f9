package draw

import (
	"convx/internal/drawing"
	"convx/internal/lang"
)

// stamps shows a transposed convolution by its definition: each input pixel stamps the kernel, times its value, into the
// output, and where stamps overlap they are summed.
type stamps struct {
	g       geometry
	frames  int // of the figure, over which the stamps are spread
	cell    float64
	numbers *numbers // of the stretched input and the turned kernel, or nil: then the cells count stamps
}

// at is the input pixel that stamps in a frame, the last one done; all of them in a still.
func (s *stamps) at(frame int) int {
	n := s.g.in[0] * s.g.in[1]
	return min(n-1, frame*n/s.frames)
}

// add calls f for every output cell that pixel i stamps, with the tap that meets it.
func (s *stamps) add(i int, f func(y, x, ky, kx int)) {
	iy, ix := i/s.g.in[1], i%s.g.in[1]
	for ky := range s.g.kernel[0] {
		for kx := range s.g.kernel[1] {
			y, x := iy*s.g.stride[0]-s.g.begin[0]+ky*s.g.dilation[0], ix*s.g.stride[1]-s.g.begin[1]+kx*s.g.dilation[1]
			if y >= 0 && x >= 0 && y < s.g.out[0] && x < s.g.out[1] {
				f(y, x, ky, kx)
			}
		}
	}
}

// value is the input pixel's number.
func (s *stamps) value(i int) int {
	return s.numbers.input[i/s.g.in[1]*s.g.stride[0]*s.numbers.g.in[1]+i%s.g.in[1]*s.g.stride[1]]
}

// sums are, for every output cell, the stamps that have met in it up to pixel last, and their sum.
func (s *stamps) sums(last int) (met, sum [][]int) {
	met, sum = make([][]int, s.g.out[0]), make([][]int, s.g.out[0])
	for y := range met {
		met[y], sum[y] = make([]int, s.g.out[1]), make([]int, s.g.out[1])
	}
	for i := range last + 1 {
		s.add(i, func(y, x, ky, kx int) {
			met[y][x]++
			if s.numbers != nil { // the drawn kernel is turned
				sum[y][x] += s.value(i) * s.numbers.weight(s.g.kernel[0]-1-ky, s.g.kernel[1]-1-kx)
			}
		})
	}
	return met, sum
}

const stampGap = 44.0

func (s *stamps) panel() panel {
	in, out := grid{s.g.in[0], s.g.in[1], s.cell}, grid{s.g.out[0], s.g.out[1], s.cell}
	label := lang.Text("as stamps: each pixel stamps its kernel; the numbers count the stamps that overlap")
	if s.numbers != nil {
		label = lang.Text("as stamps: each pixel stamps the kernel times its value; overlaps are summed")
	}
	return panel{w: in.width() + stampGap + out.width() + 1, h: max(in.height(), out.height()) + 1, label: label, paint: func(d *drawing.Drawing, x, y float64, frame int) {
		// A still shows all stamps, and one of them outlined.
		last := s.g.in[0]*s.g.in[1] - 1
		now := s.g.in[0]/2*s.g.in[1] + s.g.in[1]/2
		if frame < s.frames {
			last = s.at(frame)
			now = last
		}
		height := max(in.height(), out.height())
		iy, oy := y+(height-in.height())/2, y+(height-out.height())/2
		in.paint(d, x, iy, func(r, c int) style {
			st := style{fill: inputFill, line: gridLine, ink: ink}
			if s.numbers != nil {
				st.text = itoa(s.value(r*s.g.in[1] + c))
			}
			if r*s.g.in[1]+c == now {
				st.fill, st.ink = inputTap, white
			}
			return st
		})
		ox := x + in.width() + stampGap
		met, sum := s.sums(last)
		most := 1
		for _, row := range meetings(s.g) {
			for _, n := range row {
				most = max(most, n)
			}
		}
		out.paint(d, ox, oy, func(r, c int) style {
			n := met[r][c]
			if n == 0 {
				return style{fill: outputTodo, line: gridLine}
			}
			t := float64(n) / float64(most)
			st := style{fill: shade(kernelFill, kernelDark, t), line: gridLine, text: itoa(n), ink: ink}
			if s.numbers != nil {
				st.text = itoa(sum[r][c])
			}
			if t > 0.6 {
				st.ink = white
			}
			return st
		})
		s.outline(d, x, iy, ox, oy, now)
	}}
}

// outline frames the stamp of a pixel, and joins it with the pixel.
func (s *stamps) outline(d *drawing.Drawing, x, iy, ox, oy float64, now int) {
	top, left, bottom, right := s.g.out[0], s.g.out[1], -1, -1
	s.add(now, func(y, x, _, _ int) {
		top, left, bottom, right = min(top, y), min(left, x), max(bottom, y), max(right, x)
	})
	px, py := x+float64(now%s.g.in[1])*s.cell, iy+float64(now/s.g.in[1])*s.cell
	d.Frame(px-1, py-1, s.cell+3, s.cell+3, 3, inputDark)
	if bottom < 0 { // all of it falls outside
		return
	}
	sx, sy := ox+float64(left)*s.cell, oy+float64(top)*s.cell
	w, h := float64(right-left+1)*s.cell, float64(bottom-top+1)*s.cell
	beam := faint(inputDark, 130)
	d.Line(px+s.cell, py, sx, sy, 1.2, beam)
	d.Line(px+s.cell, py+s.cell, sx, sy+h, 1.2, beam)
	d.Frame(sx-1, sy-1, w+3, h+3, 3, inputDark)
}

// ordinaryPanel is the ordinary convolution of the same kernel, stride and padding, which goes the other way.
func ordinaryPanel(t geometry, frames int, cell float64) panel {
	g := geometry{in: t.out, out: t.in, kernel: t.kernel, stride: t.stride, dilation: t.dilation, begin: t.begin, end: t.end}
	w := newWindow(g, 1, 1)
	w.input.cell, w.output.cell = cell, cell
	p := w.panel()
	p.label = lang.Sprintf("for comparison, an ordinary convolution: it gathers, %dx%d → %dx%d", t.out[0], t.out[1], t.in[0], t.in[1])
	p.paint = func(d *drawing.Drawing, x, y float64, frame int) {
		n := g.positions()
		if frame >= frames {
			w.paint(d, x, y, w.stillFrame())
			return
		}
		w.paint(d, x, y, min(n-1, frame*n/frames))
	}
	return p
}
