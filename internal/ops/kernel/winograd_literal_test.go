package kernel

// winogradInputs and winogradPoints are B^T and the finite points, by tile size.
var (
	winogradInputs = map[int][][]float32{
		4: {{1, 0, -1, 0}, {0, 1, 1, 0}, {0, -1, 1, 0}, {0, -1, 0, 1}},
		6: {
			{4, 0, -5, 0, 1, 0},
			{0, -4, -4, 1, 1, 0},
			{0, 4, -4, -1, 1, 0},
			{0, -2, -1, 2, 1, 0},
			{0, 2, -1, -2, 1, 0},
			{0, 4, 0, -5, 0, 1},
		},
		8: {
			{-1, 0, 5.25, 0, -5.25, 0, 1, 0},
			{0, 1, 1, -4.25, -4.25, 1, 1, 0},
			{0, -1, 1, 4.25, -4.25, -1, 1, 0},
			{0, 2, 1, -10, -5, 8, 4, 0},
			{0, -2, 1, 10, -5, -8, 4, 0},
			{0, 2, 4, -2.5, -5, 0.5, 1, 0},
			{0, -2, 4, 2.5, -5, -0.5, 1, 0},
			{0, -1, 0, 5.25, 0, -5.25, 0, 1},
		},
	}
	winogradPoints = [...]float32{0, 1, -1, 2, -2, 0.5, -0.5}
)

// winogradOutputs returns A^T, m rows of points.
func winogradOutputs(points, m int) (at [6][8]float32) {
	for i := range m {
		for j := range points - 1 {
			at[i][j] = 1
			for range i {
				at[i][j] *= winogradPoints[j]
			}
		}
	}
	at[m-1][points-1] = 1
	return at
}

func winogradInputGeneric(w, points int, dst []float32, df int, src []float32, rs, cs, ts, n int) {
	bt := winogradInputs[points]
	var d, v [8 * 8]float32
	for t := range n {
		for c := range w {
			for y := range points {
				for x := range points {
					d[y*points+x] = src[t*ts+y*rs+x*cs+c]
				}
			}
			sandwich(v[:], bt, d[:], points)
			for f := range points * points {
				dst[f*df+t*w+c] = v[f]
			}
		}
	}
}

func winogradOutputGeneric(w, points, m int, dst []float32, rs, cs, ts int, src []float32, sf int, post []float32, n int) {
	matrix := winogradOutputs(points, m)
	var rows [6][]float32
	for i := range rows {
		rows[i] = matrix[i][:points]
	}
	at := rows[:m]
	var p, y [8 * 8]float32
	for t := range n {
		for c := range w {
			for f := range points * points {
				p[f] = src[f*sf+t*w+c]
			}
			sandwich(y[:], at, p[:], points)
			for i := range m {
				for j := range m {
					dst[t*ts+i*rs+j*cs+c] = clamp(y[i*m+j]+post[c], post[w+c], post[2*w+c])
				}
			}
		}
	}
}

func winogradInputLineGeneric(w, points int, dst []float32, df int, src []float32, cs, ts, n int) {
	bt := winogradInputs[points]
	for t := range n {
		for c := range w {
			for i := range points {
				var sum float32
				for j, v := range bt[i][:points] {
					sum += v * src[t*ts+j*cs+c]
				}
				dst[i*df+t*w+c] = sum
			}
		}
	}
}

func winogradOutputLineGeneric(w, points, m int, dst []float32, cs, ts int, src []float32, sf int, post []float32, n int) {
	at := winogradOutputs(points, m)
	for t := range n {
		for c := range w {
			for i := range m {
				var sum float32
				for j, v := range at[i][:points] {
					sum += v * src[j*sf+t*w+c]
				}
				dst[t*ts+i*cs+c] = clamp(sum+post[c], post[w+c], post[2*w+c])
			}
		}
	}
}

// sandwich computes l d l^T for a matrix l of some rows and a square d.
func sandwich(out []float32, l [][]float32, d []float32, size int) {
	var half [8 * 8]float32
	rows := len(l)
	for i, li := range l {
		for j := range size {
			for q, v := range li {
				half[i*size+j] += v * d[q*size+j]
			}
		}
	}
	for i := range rows {
		for j, lj := range l {
			var sum float32
			for q, v := range lj {
				sum += half[i*size+q] * v
			}
			out[i*rows+j] = sum
		}
	}
}
