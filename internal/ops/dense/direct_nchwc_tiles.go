package dense

import "convx/internal/ops/kernel"

// segment is columns of output that meet the same taps.
type segment struct {
	cols span
	taps [2][]kernel.DirectTap // for 1 and 2 vectors: by depth, height, width, channel block
	row  int                   // entries of one kernel row
}

// tileGroup is consecutive output pixels of one depth slice of a band, in runs.
type tileGroup struct {
	od, start, n int // start is a pixel of the band's slice
	runs         []pixelRun
}

// pixelRun is n pixels of a row of output that meet the same taps, the at-th of their group and those that follow; oh counts
// from the band's first row.
type pixelRun struct{ oh, ow, n, segment, at int }

// segmentsOf is the columns of output with their taps of a part of the input channels.
func (d *DirectNCHWc) segmentsOf(part span) (list []segment) {
	columns, _ := columnsOf(&d.p)
	for _, c := range columns {
		list = append(list, d.segment(c, part))
	}
	return list
}

func (d *DirectNCHWc) segment(c columns, part span) segment {
	p := &d.p
	s := segment{cols: c.outputs, row: c.taps.len() * part.len()}
	depth := p.ISA.DirectDepth(p.GroupIn())
	for kd := range p.Kernel[0] {
		for kh := range p.Kernel[1] {
			for kw := c.taps.from; kw < c.taps.to; kw++ {
				x := kw * p.Dilation[2]
				at := (kd*p.Dilation[0]*d.tall+kh*p.Dilation[1])*d.rowSize + (x%p.Stride[2]*d.half+x/p.Stride[2])*d.lanes
				tap := (kd*p.Kernel[1]+kh)*p.Kernel[2] + kw
				for b := part.from; b < part.to; b++ {
					for v := range s.taps {
						s.taps[v] = append(s.taps[v], kernel.DirectTap{
							A:     4 * ((b-part.from)*d.blockSize() + at),
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

// makeGroups cuts the pixels of each band into groups that the products of fit the first caches.
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
	most := directGroup
	if d.byPixels { // as many groups for each thread
		pixels := rows * p.Out[2]
		most = ceilDiv(pixels, p.Threads*ceilDiv(pixels, p.Threads*directGroup))
	}
	for od := range p.Out[0] {
		g := tileGroup{od: od}
		for oh := range rows {
			for si, s := range d.segments[0] {
				for _, cut := range split(s.cols.len(), ceilDiv(s.cols.len(), most)) {
					if g.n > 0 && g.n+cut.len() > most {
						groups = append(groups, g)
						g = tileGroup{od: od, start: g.start + g.n}
					}
					g.runs = append(g.runs, pixelRun{oh: oh, ow: s.cols.from + cut.from, n: cut.len(), segment: si, at: g.n})
					g.n += cut.len()
				}
			}
		}
		groups = append(groups, g)
	}
	return groups
}
