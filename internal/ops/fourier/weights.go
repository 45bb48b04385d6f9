package fourier

// packKernel transforms a kernel in each lane to the order of columns. What
// multiplies is the conjugate, since a correlation is meant; 1/4 undoes the
// factors of two splits, the rest that of the way back.
func (l *layout) packKernel(to []float32, a *workspace, src planes) {
	rows := segment{first: l.win[0].skip, in: l.win[0].skip, have: l.win[0].kernel}
	cols := segment{first: l.win[1].skip, in: l.win[1].skip, have: l.win[1].kernel}
	l.rowsIn(a, a.spectra[0], src, &rows, &cols)
	column := l.high.size * 2 * l.lanes
	for c := 0; c < l.half; c += l.batch {
		n := min(l.batch, l.half-c)
		l.tall.forward(l.tall.buffer(to[c*column:]), l.columns(a.spectra[0], c), to[c*column:], n)
	}
	scale := 1 / float32(4*l.high.size*l.wide.size)
	for e := 0; e < len(to); e += 2 * l.lanes {
		for lane := e; lane < e+l.lanes; lane++ {
			to[lane] *= scale
			to[lane+l.lanes] *= -scale
		}
	}
}
