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
// [group][point][output panel][depth tap][input channel][panel's channels].
func (w *Winograd) pack(weights []float32) {
	p := &w.p
	cin, cout, r, kd := p.GroupIn(), p.GroupOut(), p.Kernel[2], p.Kernel[0]
	g := winogradG(w.points, r)
	size := w.points * w.high
	w.weights = problem.Aligned(p.Groups * size * w.pointSize)
	u := make([]float64, size)
	for o := range p.O {
		group, oc := o/cout, o%cout
		pn := w.panels[oc/(2*w.lanes)]
		for c := range cin {
			for d := range kd {
				if taps := weights[((o*cin+c)*kd+d)*p.Kernel[1]*r:]; w.high == 1 {
					transformLine(u, g, taps)
				} else {
					transformKernel(u, g, taps, r)
				}
				at := pn.offset + (d*w.depth+c)*pn.vectors*w.lanes + oc%(2*w.lanes)
				for f, v := range u {
					w.weights[(group*size+f)*w.pointSize+at] = float32(v)
				}
			}
		}
	}
}
