package fourier

import (
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// layout is how a problem is cut into tiles.
type layout struct {
	tiling
	p          problem.Convolution
	lanes      int
	rows, cols []segment
	tall, long *line // along the height and the width
	half       int   // frequencies of a row that are kept: 0 to size/2
	pitch      int   // floats of a row of a spectrum
	pairs      int   // rows that are transformed together, in pairs
	batch      int   // columns that are transformed together
	order      kernel.FFTOrder
}

// lineBytes is how much of the first-level cache the lines of one call may fill.
const lineBytes = 16 << 10

func newLayout(p *problem.Convolution, t tiling) *layout {
	l := &layout{tiling: t, p: *p, lanes: p.ISA.Block()}
	high, wide := t.high.size, t.wide.size
	l.rows, l.cols = t.win[0].segments(t.high.count), t.win[1].segments(t.wide.count)
	l.tall, l.long = newLine(p.ISA, high), newLine(p.ISA, wide)
	l.half = wide/2 + 1
	l.pitch = l.half * 2 * l.lanes
	element := 8 * l.lanes
	l.pairs = min(max(1, lineBytes/2/(element*wide)), ceilDiv(high, 2))
	l.batch = min(max(1, lineBytes/(element*high)), l.half)
	l.order = kernel.NewFFTOrder(l.long.where, l.half)
	return l
}

func (l *layout) groupIn() int  { return l.p.C / l.p.Groups }
func (l *layout) groupOut() int { return l.p.O / l.p.Groups }

// spectrumSize is the floats of a tile's spectrum: its rows, of which there may
// be one more so that they are even.
func (l *layout) spectrumSize() int { return (l.high.size + 1) * l.pitch }

// packedSize is the floats of a spectrum in the order of columns.
func (l *layout) packedSize() int { return l.frequencies() * 2 * l.lanes }

// workspace is one worker's memory.
type workspace struct {
	rows    []float32   // pairs of real rows
	lines   []float32   // their transforms
	columns [][]float32 // transforms of columns
	spectra [][]float32 // [row][frequency of the width][re, im][lane]
}

func (l *layout) newWorkspace(spectra, columns int) workspace {
	a := workspace{rows: problem.Aligned(l.lineSize()), lines: problem.Aligned(l.lineSize())}
	for range columns {
		a.columns = append(a.columns, problem.Aligned(l.columnSize()))
	}
	for range spectra {
		a.spectra = append(a.spectra, problem.Aligned(l.spectrumSize()))
	}
	return a
}

func (l *layout) lineSize() int   { return l.pairs * l.wide.size * 2 * l.lanes }
func (l *layout) columnSize() int { return l.batch * l.high.size * 2 * l.lanes }

// workspaceBytes is what newWorkspace takes.
func (l *layout) workspaceBytes(spectra, columns int) int {
	return 4 * (2*l.lineSize() + columns*l.columnSize() + spectra*l.spectrumSize())
}

// planes is where a tile's pixels come from or go to: up to lanes channels,
// channelStep apart, of rows that are pitch apart.
type planes struct {
	data               []float32
	channelStep, pitch int
	channels           int
}

// rowsIn transforms the rows of a tile into a spectrum.
func (l *layout) rowsIn(a *workspace, spectrum []float32, src planes, rows, cols *segment) {
	lead, n := rows.lead(), rows.have
	if cols.have == 0 {
		n = 0
	}
	if n == 0 {
		clear(spectrum)
		return
	}
	width := l.wide.size * l.lanes
	for y := 0; y < n; y += 2 * l.pairs {
		pairs := min(l.pairs, ceilDiv(n-y, 2))
		for i := range 2 * pairs {
			row := a.rows[i*width:][:width]
			if y+i == n {
				clear(row)
				continue
			}
			from := cols.lead() * l.lanes
			to := from + cols.have*l.lanes
			clear(row[:from])
			l.p.ISA.PackNCHWc(row[from:], src.data[(rows.in+y+i)*src.pitch+cols.in:], src.channelStep, src.channels, cols.have)
			clear(row[to:])
		}
		l.long.forward(l.long.buffer(a.lines), l.realRows(a), a.lines, pairs)
		for i := range pairs {
			l.p.ISA.FFTSplit(spectrum[(lead+y+2*i)*l.pitch:], l.pitch, a.lines[i*2*width:], l.order)
		}
	}
	clear(spectrum[:lead*l.pitch])
	if end := lead + n + n%2; end < l.high.size {
		clear(spectrum[end*l.pitch : l.high.size*l.pitch])
	}
}

// realRows is the pairs of rows of an workspace as complex lines.
func (l *layout) realRows(a *workspace) kernel.FFTOperand {
	width := l.wide.size * l.lanes
	return kernel.FFTOperand{Data: a.rows, Step: l.lanes, Block: 2 * width, Imag: width}
}

// rowsOut transforms a spectrum's rows back and writes a tile of outputs.
func (l *layout) rowsOut(a *workspace, dst planes, spectrum []float32, rows, cols *segment) {
	width := l.wide.size * l.lanes
	if rows.n%2 == 1 && rows.n == l.high.size { // the last row's partner
		clear(spectrum[rows.n*l.pitch:])
	}
	for y := 0; y < rows.n; y += 2 * l.pairs {
		pairs := min(l.pairs, ceilDiv(rows.n-y, 2))
		for i := range pairs {
			l.p.ISA.FFTJoin(a.lines[i*2*width:], spectrum[(y+2*i)*l.pitch:], l.pitch, l.order)
		}
		l.long.inverse(l.realRows(a), l.long.buffer(a.lines), a.lines, pairs)
		for i := range min(2*pairs, rows.n-y) {
			row := a.rows[i*width:][:cols.n*l.lanes]
			if l.clamps() {
				l.p.ISA.Affine(row, row, 1, 0, l.p.Lo, l.p.Hi)
			}
			l.p.ISA.UnpackNCHWc(dst.data[(rows.from+y+i)*dst.pitch+cols.from:], dst.channelStep, row, dst.channels, cols.n)
		}
	}
}

// clamps reports whether an activation is fused.
func (l *layout) clamps() bool {
	lo, hi := problem.NoClamp()
	return l.p.Lo != lo || l.p.Hi != hi
}

// columns is n columns of a spectrum, from number first on.
func (l *layout) columns(spectrum []float32, first int) kernel.FFTOperand {
	w := l.lanes
	return kernel.FFTOperand{Data: spectrum[first*2*w : l.high.size*l.pitch], Step: l.pitch, Block: 2 * w, Imag: w}
}
