package kernel

// Pure Go transforms one channel after the other. Points lie in pairs x and -x, whose rows of B^T differ in the sign of the odd
// columns and whose columns of A^T in that of the odd rows: what they share is computed once.

// inputLine replaces the points of d by those of B^T d.
func inputLine(points int, d *[8]float32) {
	switch points {
	case 4:
		*d = [8]float32{d[0] - d[2], d[1] + d[2], d[2] - d[1], d[3] - d[1]}
	case 6:
		e, o := d[4]-4*d[2], d[3]-4*d[1]
		f, q := d[4]-d[2], 2*(d[3]-d[1])
		*d = [8]float32{4*d[0] - 5*d[2] + d[4], e + o, e - o, f + q, f - q, 4*d[1] - 5*d[3] + d[5]}
	case 8:
		e, o := d[2]-4.25*d[4]+d[6], d[1]-4.25*d[3]+d[5]
		f, q := d[2]-5*d[4]+4*d[6], 2*d[1]-10*d[3]+8*d[5]
		g, r := 4*d[2]-5*d[4]+d[6], 2*d[1]-2.5*d[3]+0.5*d[5]
		*d = [8]float32{d[6] - d[0] + 5.25*(d[2]-d[4]), e + o, e - o, f + q, f - q, g + r, g - r, d[7] - d[1] + 5.25*(d[3]-d[5])}
	}
}

// outputLine replaces the products of p by the m outputs of A^T p. Those of points that there are not are zero.
func outputLine(points, m int, p *[8]float32) {
	last := p[points-1]
	if points < 8 {
		p[points-1], p[5], p[6] = 0, 0, 0
	}
	if points < 6 {
		p[3], p[4] = 0, 0
	}
	s1, t1 := p[1]+p[2], p[1]-p[2]
	s2, t2 := p[3]+p[4], p[3]-p[4]
	s3, t3 := p[5]+p[6], p[5]-p[6]
	*p = [8]float32{p[0] + s1 + s2 + s3, t1 + 2*t2 + 0.5*t3, s1 + 4*s2 + 0.25*s3, t1 + 8*t2 + 0.125*t3, s1 + 16*s2 + 0.0625*s3, t1 + 32*t2 + 0.03125*t3}
	p[m-1] += last
}

// square is a tile of one channel: its columns are transformed first, and stand as rows while they are.
type square [8][8]float32

func winogradInputScalar(points int, dst []float32, df int, src []float32, rs, cs, ts, n int) {
	const w = scalarBlock
	var d square
	for t := range n {
		for c := range w {
			for x := range points {
				for y := range points {
					d[x][y] = src[t*ts+y*rs+x*cs+c]
				}
				inputLine(points, &d[x])
			}
			for y := range points {
				var line [8]float32
				for x := range points {
					line[x] = d[x][y]
				}
				inputLine(points, &line)
				for x, v := range line[:points] {
					dst[(y*points+x)*df+t*w+c] = v
				}
			}
		}
	}
}

func winogradOutputScalar(points, m int, dst []float32, rs, cs, ts int, src []float32, sf int, post []float32, n int) {
	const w = scalarBlock
	var d square
	for t := range n {
		for c := range w {
			for x := range points {
				for y := range points {
					d[x][y] = src[(y*points+x)*sf+t*w+c]
				}
				outputLine(points, m, &d[x])
			}
			for y := range m {
				var line [8]float32
				for x := range points {
					line[x] = d[x][y]
				}
				outputLine(points, m, &line)
				for x, v := range line[:m] {
					dst[t*ts+y*rs+x*cs+c] = clamp(v+post[c], post[w+c], post[2*w+c])
				}
			}
		}
	}
}

func winogradInputLineScalar(points int, dst []float32, df int, src []float32, cs, ts, n int) {
	const w = scalarBlock
	for t := range n {
		for c := range w {
			var line [8]float32
			for x := range points {
				line[x] = src[t*ts+x*cs+c]
			}
			inputLine(points, &line)
			for x, v := range line[:points] {
				dst[x*df+t*w+c] = v
			}
		}
	}
}

func winogradOutputLineScalar(points, m int, dst []float32, cs, ts int, src []float32, sf int, post []float32, n int) {
	const w = scalarBlock
	for t := range n {
		for c := range w {
			var line [8]float32
			for x := range points {
				line[x] = src[x*sf+t*w+c]
			}
			outputLine(points, m, &line)
			for x, v := range line[:m] {
				dst[t*ts+x*cs+c] = clamp(v+post[c], post[w+c], post[2*w+c])
			}
		}
	}
}
