package dense

import "convx/internal/ops/problem"

// tileRow is rows of outputs, as high as a tile, of one phase of the dilation.
type tileRow struct{ phase, index int }

// tilePart is a stretch of the width: the same for every tile row.
type tilePart struct {
	x, width int // of the padded input, and of the outputs: first pixel, pixels
	tiles    int // of a tile row
	columns  []tileColumn
	out      span // the output columns
}

// tileColumn is n tiles, step pixels apart, that are transformed in one go:
// those of a phase of the dilation or, where phases are many and short, those
// of one index in all phases.
type tileColumn struct{ x, step, n, first int }

// tileBlock is consecutive tile rows of one part over every depth slice.
type tileBlock struct {
	part  int
	rows  span
	bands []band
	tall  int // rows of input in all bands
}

// band is what a block has of one phase: tile rows of consecutive index.
type band struct {
	phase, index, n int
	row             int // first of the block's tile rows
	slot            int // first row in the buffer of packed input
}

// within is what of the band is among some of the block's tile rows; n is at most 0 if nothing is.
func (b band) within(rows span) band {
	from, to := max(rows.from, b.row), min(rows.to, b.row+b.n)
	b.index, b.row, b.n = b.index+from-b.row, from, to-from
	return b
}

// withoutIdleDilation is p with dilation 1 along axes of one tap.
func withoutIdleDilation(p problem.Convolution) problem.Convolution {
	for a, k := range p.Kernel {
		if k == 1 {
			p.Dilation[a] = 1
		}
	}
	return p
}

// inputSlices is how many depth slices of input a block reads: those outside the
// input are zeros.
func inputSlices(p *problem.Convolution) int {
	return (p.Out[0]-1)*p.Stride[0] + (p.Kernel[0]-1)*p.Dilation[0] + 1
}

// widestPart is how many tiles of each phase a part may have, 0 if one is too
// many for the workspace.
func widestPart(p *problem.Convolution, m int) int {
	points := m + p.Kernel[2] - 1
	most := lineTiles
	if p.Kernel[1] > 1 {
		points *= points
		most = p.Out[2]
	}
	lanes := p.ISA.Block()
	in := inputBytes / (4 * points * roundUp(p.GroupIn(), lanes) * inputSlices(p))
	out := 2 * productBytes / (4 * points * 2 * lanes * p.Out[0])
	phases := min(p.Dilation[2], p.Out[2])
	n := min(in, out) / phases
	return min(n, max(1, most/phases))
}

// makeTiles lists the tile rows, by phase of the dilation, and the parts.
func (w *Winograd) makeTiles() {
	p := &w.p
	for ph := range min(p.Dilation[1], p.Out[1]) {
		for i := range ceilDiv(ceilDiv(p.Out[1]-ph, p.Dilation[1]), w.mHigh) {
			w.rows = append(w.rows, tileRow{ph, i})
		}
	}
	wide := ceilDiv(ceilDiv(p.Out[2], p.Dilation[2]), w.m)
	for _, s := range split(wide, ceilDiv(wide, widestPart(p, w.m))) {
		w.parts = append(w.parts, w.part(s))
	}
}

// part is the tiles of index s of every phase.
func (w *Winograd) part(s span) tilePart {
	p := &w.p
	d := p.Dilation[2]
	t := tilePart{x: s.from * w.m * d, width: ((s.len()-1)*w.m + w.points) * d}
	t.out = span{t.x, min(p.Out[2], s.to*w.m*d)}
	add := func(x, step, n int) {
		if n > 0 {
			t.columns = append(t.columns, tileColumn{x: x, step: step, n: n, first: t.tiles})
			t.tiles += n
		}
	}
	// tilesIn is how many tiles of a phase there are before the part's end.
	tilesIn := func(phase int) int {
		return min(s.to, ceilDiv(ceilDiv(max(0, p.Out[2]-phase), d), w.m)) - s.from
	}
	if d <= s.len() {
		for phase := range d {
			add(phase, w.m*d, tilesIn(phase))
		}
		return t
	}
	for i := range s.len() {
		n := 0 // phases have ever fewer tiles
		for n < d && tilesIn(n) > i {
			n++
		}
		add(i*w.m*d, 1, n)
	}
	return t
}

// makeBlocks cuts the tile rows of each part into blocks.
func (w *Winograd) makeBlocks() {
	p := &w.p
	row := w.parts[0].tiles * p.Out[0]
	for _, part := range w.parts {
		row = max(row, part.tiles*p.Out[0])
	}
	points := w.points * w.high
	in := inputBytes / (4 * points * w.lanes * w.inBlocks * ceilDiv(row, p.Out[0]) * inputSlices(p))
	out := 2 * productBytes / (4 * points * 2 * w.lanes * row)
	most := max(1, min(in, out))
	want := most
	switch bytes := 4 * points * w.pointSize; {
	case bytes <= nearBytes:
		want = ceilDiv(tilesNear, row)
	case bytes <= farBytes:
		want = ceilDiv(tilesFar, row)
	}
	w.together = row * min(len(w.rows), most)
	n := ceilDiv(len(w.rows), min(want, most))
	w.shared = p.Threads > 1 && n*len(w.parts)*p.N*p.Groups < 2*p.Threads
	switch {
	case !w.shared:
		n = min(len(w.rows), roundUp(n, max(1, p.Threads))) // as many for each
	case w.outBlocks < p.Threads && len(w.rows) >= 2*p.Threads: // too few products to share
		w.shared, n = false, max(n, 2*p.Threads)
	default:
		n = ceilDiv(len(w.rows), most)
	}
	for part := range w.parts {
		for _, rows := range split(len(w.rows), n) {
			w.blocks = append(w.blocks, w.block(part, rows))
		}
	}
}

func (w *Winograd) block(part int, rows span) tileBlock {
	b := tileBlock{part: part, rows: rows}
	for i := rows.from; i < rows.to; i++ {
		r := w.rows[i]
		if n := len(b.bands); n > 0 && b.bands[n-1].phase == r.phase {
			b.bands[n-1].n++
			b.tall += w.mHigh
			continue
		}
		b.bands = append(b.bands, band{phase: r.phase, index: r.index, n: 1, row: i - rows.from, slot: b.tall})
		b.tall += w.high
	}
	return b
}
