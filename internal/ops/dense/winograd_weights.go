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
// [group][point][output panel][depth tap][input channel][panel's channels], or as lines along the height to
// [group][row of points][output panel][depth tap][tap of the width][input channel][panel's channels]: a block of channels of a
// panel at a time, so that what is written stands together.
func (w *Winograd) pack(weights []float32) {
	p := &w.p
	k := packing{w: w, g: winogradG(w.points, p.Kernel[2])}
	for _, row := range k.g {
		k.flat = append(k.flat, row...)
	}
	for _, v := range k.flat {
		w.flat = append(w.flat, float32(v))
	}
	transform := k.any
	switch {
	case w.lines:
		transform = k.lines
	case p.Kernel[1] == p.Kernel[2] && p.Kernel[1] <= 3:
		transform = k.small
	}
	w.weights = problem.Aligned(p.Groups * w.groupSize)
	cin, taps := p.GroupIn(), volume(p.Kernel)
	step := cin * taps // from one output channel to the next
	for group := range p.Groups {
		for _, pn := range w.panels {
			k.width = pn.vectors * w.lanes
			for v := range pn.vectors {
				first := (pn.block + v) * w.lanes
				to := w.weights[group*w.groupSize+w.each*pn.offset+v*w.lanes:]
				packBlock(p.ISA, weights[(group*p.GroupOut()+first)*step:], step, p.GroupOut()-first, cin, taps, func(staged []float32, c, n int) {
					transform(to[c*k.width:], staged, n)
				})
			}
		}
	}
}

// packing transforms kernels of n input channels and one block of output channels, [channel][depth tap][tap][lane].
type packing struct {
	w     *Winograd
	g     [][]float64
	flat  []float64 // g, row by row
	width int       // of the panel
}

// lines transforms kernels of 3x3 taps along the height.
func (k *packing) lines(to, staged []float32, n int) {
	w := k.w
	for line := range 3 * w.p.Kernel[0] { // the taps of the width, of each depth tap
		from := staged[(line/3*9+line%3)*w.lanes:]
		w.p.ISA.WinogradExpand(to[line*w.depth*k.width:], w.rowSize, k.width, from, 3*w.lanes, 9*w.p.Kernel[0]*w.lanes, w.flat, n)
	}
}

// small transforms kernels of 2x2 or 3x3 taps.
func (k *packing) small(to, staged []float32, n int) {
	w, r := k.w, k.w.p.Kernel[2]
	for i := range n * w.p.Kernel[0] {
		w.p.ISA.WinogradWeights(to[k.at(i):], w.pointSize, staged[i*r*r*w.lanes:], w.lanes, k.flat, r, w.lanes)
	}
}

// any transforms kernels of any size, or of one row.
func (k *packing) any(to, staged []float32, n int) {
	var u [8 * 8]float64
	var kernel [7 * 7]float32
	w := k.w
	taps := w.p.Kernel[1] * w.p.Kernel[2]
	for i := range n * w.p.Kernel[0] {
		for lane := range w.lanes {
			for t := range taps {
				kernel[t] = staged[(i*taps+t)*w.lanes+lane]
			}
			if w.high == 1 {
				transformLine(u[:], k.g, kernel[:])
			} else {
				transformKernel(u[:], k.g, kernel[:], w.p.Kernel[2])
			}
			for f, v := range u[:w.points*w.high] {
				to[f*w.pointSize+k.at(i)+lane] = float32(v)
			}
		}
	}
}

// at is where the i-th kernel goes, of an input channel and a depth tap, from the first channel on.
func (k *packing) at(i int) int {
	kd := k.w.p.Kernel[0]
	return (i%kd*k.w.depth + i/kd) * k.width
}
