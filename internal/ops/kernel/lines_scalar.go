package kernel

// Passes over a row of sums that add some neighbouring products to each: row[j] += w[0]*x[j*step] + w[1]*x[j*step+1] + …, in
// that order. x has as many elements as that takes. The compiler proves that every index is in range but one or two of
// each pass, and keeps weights and sums in registers.

func addOne(row, x []float32, step int, w float32) {
	if step == 1 {
		x = x[:len(row)]
		for j, v := range x {
			row[j] += w * v
		}
		return
	}
	i := 0
	for j, s := range row {
		row[j] = s + w*x[i]
		i += step
	}
}

func addThree(row, x []float32, step int, w *[3]float32) {
	w0, w1, w2 := w[0], w[1], w[2]
	j := 0
	for i := 2; i >= 2 && uint(i) < uint(len(x)); i += step {
		s := row[j]
		s += w0 * x[i-2]
		s += w1 * x[i-1]
		row[j] = s + w2*x[i]
		j++
	}
}

// addSpread is addThree of elements of x that are so far apart.
func addSpread(row, x []float32, step, gap int, w *[3]float32) {
	w0, w1, w2 := w[0], w[1], w[2]
	x, y, z := x[:len(x)-2*gap], x[gap:len(x)-gap], x[2*gap:]
	i := 0
	for j, s := range row {
		s += w0 * x[i]
		s += w1 * y[i]
		row[j] = s + w2*z[i]
		i += step
	}
}

// addNine adds three products of x, of y and of z each, to the bias where the row has not begun.
func addNine(row, x, y, z []float32, step int, w *[9]float32, bias float32, begun bool) {
	y, z = y[:len(x)], z[:len(x)]
	w0, w1, w2, w3, w4, w5, w6, w7, w8 := w[0], w[1], w[2], w[3], w[4], w[5], w[6], w[7], w[8]
	j := 0
	for i := 2; i >= 2 && uint(i) < uint(len(x)); i += step {
		s := bias
		if begun {
			s = row[j]
		}
		s += w0 * x[i-2]
		s += w1 * x[i-1]
		s += w2 * x[i]
		s += w3 * y[i-2]
		s += w4 * y[i-1]
		s += w5 * y[i]
		s += w6 * z[i-2]
		s += w7 * z[i-1]
		row[j] = s + w8*z[i]
		j++
	}
}

func addFive(row, x []float32, step int, w *[5]float32) {
	w0, w1, w2, w3, w4 := w[0], w[1], w[2], w[3], w[4]
	for step == 1 && len(row) >= 4 && len(x) >= 8 { // each element for all of its sums
		s0, s1, s2, s3 := row[0], row[1], row[2], row[3]
		v := x[0]
		s0 += w0 * v
		v = x[1]
		s0, s1 = s0+w1*v, s1+w0*v
		v = x[2]
		s0, s1, s2 = s0+w2*v, s1+w1*v, s2+w0*v
		v = x[3]
		s0, s1, s2, s3 = s0+w3*v, s1+w2*v, s2+w1*v, s3+w0*v
		v = x[4]
		s0, s1, s2, s3 = s0+w4*v, s1+w3*v, s2+w2*v, s3+w1*v
		v = x[5]
		s1, s2, s3 = s1+w4*v, s2+w3*v, s3+w2*v
		v = x[6]
		s2, s3 = s2+w4*v, s3+w3*v
		s3 += w4 * x[7]
		row[0], row[1], row[2], row[3] = s0, s1, s2, s3
		row, x = row[4:], x[4:]
	}
	i := 0
	for j, s := range row {
		v := (*[5]float32)(x[i:])
		s += w0 * v[0]
		s += w1 * v[1]
		s += w2 * v[2]
		s += w3 * v[3]
		row[j] = s + w4*v[4]
		i += step
	}
}

func addSeven(row, x []float32, step int, w *[7]float32) {
	w0, w1, w2, w3, w4, w5, w6 := w[0], w[1], w[2], w[3], w[4], w[5], w[6]
	for step == 1 && len(row) >= 4 && len(x) >= 10 { // each element for all of its sums
		s0, s1, s2, s3 := row[0], row[1], row[2], row[3]
		v := x[0]
		s0 += w0 * v
		v = x[1]
		s0, s1 = s0+w1*v, s1+w0*v
		v = x[2]
		s0, s1, s2 = s0+w2*v, s1+w1*v, s2+w0*v
		v = x[3]
		s0, s1, s2, s3 = s0+w3*v, s1+w2*v, s2+w1*v, s3+w0*v
		v = x[4]
		s0, s1, s2, s3 = s0+w4*v, s1+w3*v, s2+w2*v, s3+w1*v
		v = x[5]
		s0, s1, s2, s3 = s0+w5*v, s1+w4*v, s2+w3*v, s3+w2*v
		v = x[6]
		s0, s1, s2, s3 = s0+w6*v, s1+w5*v, s2+w4*v, s3+w3*v
		v = x[7]
		s1, s2, s3 = s1+w6*v, s2+w5*v, s3+w4*v
		v = x[8]
		s2, s3 = s2+w6*v, s3+w5*v
		s3 += w6 * x[9]
		row[0], row[1], row[2], row[3] = s0, s1, s2, s3
		row, x = row[4:], x[4:]
	}
	i := 0
	for j, s := range row {
		v := (*[7]float32)(x[i:])
		s += w0 * v[0]
		s += w1 * v[1]
		s += w2 * v[2]
		s += w3 * v[3]
		s += w4 * v[4]
		s += w5 * v[5]
		row[j] = s + w6*v[6]
		i += step
	}
}
