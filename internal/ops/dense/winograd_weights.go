package dense

import "convx/internal/ops/problem"

// winogradPoints are where tiles of 4, 6 and 8 interpolate: the first 3, 5 and
// 7 of them, and infinity. They are the points of kernel.WinogradInput.
var winogradPoints = [...]float64{0, 1, -1, 2, -2, 0.5, -0.5}

// winogradScales is what the rows of kernel.WinogradInput's B^T are multiplied
// by, which G makes good. Rows that are missing here are as the formula gives.
var winogradScales = map[int][]float64{
	4: {-1},
	8: {1, 1, 1, 4, 4},
}

// winogradG returns G of F(m, r) with m + r - 1 = points: row i is the powers
// of point i over the product of its distances to the others, and the last row
// takes the highest tap (Lavin & Gray 2016; Barabasz & Gregg 2019).
func winogradG(points, r int) [][]float64 {
	g := make([][]float64, points)
	for i := range points - 1 {
		scale := 1.0
		for j := range points - 1 {
			if j != i {
				scale *= winogradPoints[i] - winogradPoints[j]
			}
		}
		if rows := winogradScales[points]; i < len(rows) {
			scale *= rows[i]
		}
		g[i] = make([]float64, r)
		power := 1 / scale
		for j := range r {
			g[i][j] = power
			power *= winogradPoints[i]
		}
	}
	last := make([]float64, r)
	last[r-1] = 1
	g[points-1] = last
	return g
}

// transformLine writes G w of a kernel w of one row.
func transformLine(u []float64, g [][]float64, w []float32) {
	for i, gi := range g {
		u[i] = 0
		for x, v := range gi {
			u[i] += v * float64(w[x])
		}
	}
}

// transformKernel writes G w G^T, points x points, of a kernel w of r x r taps.
func transformKernel(u []float64, g [][]float64, w []float32, r int) {
	points := len(g)
	var half [8 * 8]float64
	for i, gi := range g {
		for x := range r {
			sum := 0.0
			for y, v := range gi {
				sum += v * float64(w[y*r+x])
			}
			half[i*r+x] = sum
		}
	}
	for i := range points {
		for j, gj := range g {
			sum := 0.0
			for x, v := range gj {
				sum += half[i*r+x] * v
			}
			u[i*points+j] = sum
		}
	}
}

// pack transforms the weights, in float64, to
// [group][point][output panel][depth tap][input channel][panel's channels]: a panel at a time, so that what is written stands
// together.
func (w *Winograd) pack(weights []float32) {
	p := &w.p
	size := w.points * w.high
	w.weights = problem.Aligned(p.Groups * size * w.pointSize)
	k := kernels{w: w, g: winogradG(w.points, p.Kernel[2]), size: size, staged: make([]float32, max(size, p.Kernel[1]*p.Kernel[2])*2*w.lanes)}
	for _, row := range k.g {
		k.flat = append(k.flat, row...)
	}
	transform := k.transform
	if p.Kernel[1] == 3 && p.Kernel[2] == 3 {
		transform = k.transform3
	}
	cin, kd := p.GroupIn(), p.Kernel[0]
	step := cin * kd * p.Kernel[1] * p.Kernel[2] // from one output channel to the next
	for group := range p.Groups {
		for i := range w.panels {
			pn := &w.panels[i]
			first := pn.block * w.lanes
			width := pn.vectors * w.lanes
			channels := min(width, p.GroupOut()-first)
			clear(k.staged)
			for item := range cin * kd {
				c, d := item/kd, item%kd
				from := weights[(group*p.GroupOut()+first)*step+item*p.Kernel[1]*p.Kernel[2]:]
				transform(w.weights[group*size*w.pointSize+pn.offset+(d*w.depth+c)*width:], from, step, channels, width)
			}
		}
	}
}

// kernels transforms the kernels of a panel of output channels, which are step apart, to rows of width for each point.
type kernels struct {
	w      *Winograd
	g      [][]float64
	flat   []float64 // g, row by row
	size   int       // points of a tile
	staged []float32 // taps or points by channel; zero for channels that there are not
}

// transform3 transforms kernels of 3x3 taps, a vector of them at once.
func (k *kernels) transform3(to, from []float32, step, channels, width int) {
	for lane := range channels {
		for t, v := range from[lane*step:][:9] {
			k.staged[t*width+lane] = v
		}
	}
	k.w.p.ISA.WinogradWeights(to, k.w.pointSize, k.staged, width, k.flat, width)
}

// transform transforms kernels of any size, or of one row.
func (k *kernels) transform(to, from []float32, step, channels, width int) {
	var u [8 * 8]float64
	for lane := range channels {
		if k.w.high == 1 {
			transformLine(u[:k.size], k.g, from[lane*step:])
		} else {
			transformKernel(u[:k.size], k.g, from[lane*step:], k.w.p.Kernel[2])
		}
		for f, v := range u[:k.size] {
			k.staged[f*width+lane] = float32(v)
		}
	}
	for f := range k.size {
		copy(to[f*k.w.pointSize:][:width], k.staged[f*width:])
	}
}
