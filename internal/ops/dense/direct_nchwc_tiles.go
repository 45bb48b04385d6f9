package dense

import (
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// segment is columns of output that meet the same taps.
type segment struct {
	cols span
	taps [2][]kernel.DirectTap // for 1 and 2 vectors: by depth, height, width, channel block
	row  int                   // entries of one kernel row
}

// tileGroup is consecutive output pixels of one depth slice of a band, in tiles.
type tileGroup struct {
	od, start, n int // start is a pixel of the band's slice
	tiles        []tile
}

type tile struct{ oh, ow, n, segment, at int } // oh counts from the band's first row

// makeSegments cuts the output columns where taps begin and cease to meet
// input, if the pieces are wide enough; otherwise padding is multiplied.
func (d *DirectNCHWc) makeSegments() {
	p := &d.p
	cuts := cuts(p)
	if cuts == nil {
		d.segments = []segment{d.segment(span{0, p.Out[2]}, span{0, p.Kernel[2]})}
		return
	}
	valid := validTaps(p, 2)
	for _, c := range cuts {
		d.segments = append(d.segments, d.segment(c, valid[c.from]))
	}
}

// cuts returns the output columns in pieces that meet the same taps, or nil if
// one of them is too narrow.
func cuts(p *problem.Convolution) []span {
	valid := validTaps(p, 2)
	var cuts []span
	from := 0
	for o := 1; o <= len(valid); o++ {
		if o < len(valid) && valid[o] == valid[o-1] {
			continue
		}
		if o-from < narrowest {
			return nil
		}
		cuts = append(cuts, span{from, o})
		from = o
	}
	return cuts
}

func (d *DirectNCHWc) segment(cols, taps span) segment {
	p := &d.p
	s := segment{cols: cols, row: taps.len() * d.inBlocks}
	cin := p.GroupIn()
	depth := roundUp(cin, 4)
	for kd := range p.Kernel[0] {
		for kh := range p.Kernel[1] {
			for kw := taps.from; kw < taps.to; kw++ {
				x := kw * p.Dilation[2]
				at := (kd*p.Dilation[0]*d.tall+kh*p.Dilation[1])*d.rowSize + (x%p.Stride[2]*d.half+x/p.Stride[2])*d.lanes
				tap := (kd*p.Kernel[1]+kh)*p.Kernel[2] + kw
				for b := range d.inBlocks {
					for v := range s.taps {
						s.taps[v] = append(s.taps[v], kernel.DirectTap{
							A:     4 * (b*d.blockSize() + at),
							B:     4 * (tap*depth + b*d.lanes) * (v + 1) * d.lanes,
							Depth: min(d.lanes, depth-b*d.lanes),
						})
					}
				}
			}
		}
	}
	return s
}

// makeGroups cuts the pixels of each band into tiles, and those into groups
// that the products of fit the first caches.
func (d *DirectNCHWc) makeGroups() {
	d.groups = map[int][]tileGroup{}
	for _, band := range d.bands {
		if d.groups[band.len()] == nil {
			d.groups[band.len()] = d.groupsOf(band.len())
		}
	}
}

// groupsOf is those of a band of some rows.
func (d *DirectNCHWc) groupsOf(rows int) (groups []tileGroup) {
	p := &d.p
	for od := range p.Out[0] {
		g := tileGroup{od: od}
		for oh := range rows {
			for si, s := range d.segments {
				for _, cut := range split(s.cols.len(), ceilDiv(s.cols.len(), p.ISA.NCHWcRows())) {
					if g.n > 0 && g.n+cut.len() > directGroup {
						groups = append(groups, g)
						g = tileGroup{od: od, start: g.start + g.n}
					}
					g.tiles = append(g.tiles, tile{oh: oh, ow: s.cols.from + cut.from, n: cut.len(), segment: si, at: g.n})
					g.n += cut.len()
				}
			}
		}
		groups = append(groups, g)
	}
	return groups
}
