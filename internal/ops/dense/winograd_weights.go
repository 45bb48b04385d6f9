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

// transform3 is transformKernel of 3x3 taps, of rows of G that are as long.
func transform3(u *[64]float64, g [][3]float64, w *[9]float32) {
	var half [8][3]float64
	for i := range min(len(g), 8) {
		a, b, c := g[i][0], g[i][1], g[i][2]
		half[i][0] = a*float64(w[0]) + b*float64(w[3]) + c*float64(w[6])
		half[i][1] = a*float64(w[1]) + b*float64(w[4]) + c*float64(w[7])
		half[i][2] = a*float64(w[2]) + b*float64(w[5]) + c*float64(w[8])
	}
	n := 0
	for i := range min(len(g), 8) {
		x, y, z := half[i][0], half[i][1], half[i][2]
		for j := range g {
			u[n&63] = x*g[j][0] + y*g[j][1] + z*g[j][2]
			n++
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
	k := kernels{g: winogradG(w.points, p.Kernel[2]), r: p.Kernel[2], line: w.high == 1}
	if k.r == 3 && !k.line {
		for _, row := range k.g {
			k.g3 = append(k.g3, [3]float64(row))
		}
	}
	rows := make([]float32, size*2*w.lanes) // of a panel, by point
	cin, kd := p.GroupIn(), p.Kernel[0]
	for group := range p.Groups {
		for i := range w.panels {
			pn := &w.panels[i]
			first := pn.block * w.lanes
			width := pn.vectors * w.lanes
			channels := min(width, p.GroupOut()-first)
			clear(rows)
			for item := range cin * kd {
				c, d := item/kd, item%kd
				for lane := range channels {
					o := group*p.GroupOut() + first + lane
					for f, v := range k.transform(weights[((o*cin+c)*kd+d)*p.Kernel[1]*k.r:])[:size] {
						rows[f*width+lane] = float32(v)
					}
				}
				at := pn.offset + (d*w.depth+c)*width
				for f := range size {
					copy(w.weights[(group*size+f)*w.pointSize+at:][:width], rows[f*width:])
				}
			}
		}
	}
}

// kernels transforms kernels of r taps a side, or of one row.
type kernels struct {
	g    [][]float64
	g3   [][3]float64 // where r is 3
	r    int
	line bool
	u    [64]float64
}

func (k *kernels) transform(w []float32) *[64]float64 {
	switch {
	case k.line:
		transformLine(k.u[:len(k.g)], k.g, w)
	case k.g3 != nil:
		transform3(&k.u, k.g3, (*[9]float32)(w))
	default:
		transformKernel(k.u[:len(k.g)*len(k.g)], k.g, w, k.r)
	}
	return &k.u
}
