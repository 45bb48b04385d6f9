package picture

import (
	"cmp"
	"image"
	"image/color"
	"slices"
)

// maxColors leaves one entry of a GIF palette for transparency.
const maxColors = 255

func newQuantizer(frames []*image.RGBA) *quantizer {
	q := &quantizer{exact: map[color.RGBA]uint8{}}
	for _, f := range frames {
		if !q.collect(f) {
			q.exact = nil
			break
		}
	}
	if q.exact == nil {
		q.medianCut(frames)
	} else {
		q.palette = make(color.Palette, len(q.exact))
		for c, i := range q.exact {
			q.palette[i] = c
		}
	}
	q.palette = append(q.palette, color.RGBA{}) // transparent
	return q
}

// collect numbers the colours of f in their order; false when there are too many.
func (q *quantizer) collect(f *image.RGBA) bool {
	for i := 0; i < len(f.Pix); i += 4 {
		if f.Pix[i+3] == 0 {
			continue
		}
		c := color.RGBA{f.Pix[i], f.Pix[i+1], f.Pix[i+2], 255}
		if _, ok := q.exact[c]; ok {
			continue
		}
		if len(q.exact) == maxColors {
			return false
		}
		q.exact[c] = uint8(len(q.exact))
	}
	return true
}

// bin is all pixels whose colours agree in the upper 5 bits of each channel.
type bin struct {
	at    int    // its place in quantizer.bins
	n     int    // pixels
	sum   [3]int // of their channels
	color [3]int // their mean
}

func binOf(c color.RGBA) int { return int(c.R)>>3<<10 | int(c.G)>>3<<5 | int(c.B)>>3 }

// medianCut splits the colours in two, again and again, always the group with the widest spread of pixels along one channel,
// at the median of its pixels.
func (q *quantizer) medianCut(frames []*image.RGBA) {
	groups := [][]bin{histogram(frames)}
	for len(groups) < maxColors {
		widest, channel, spread := -1, 0, 0
		for i, g := range groups {
			if c, s := widestChannel(g); s > spread {
				widest, channel, spread = i, c, s
			}
		}
		if widest < 0 {
			break
		}
		low, high := split(groups[widest], channel)
		groups[widest] = low
		groups = append(groups, high)
	}
	q.bins = make([]uint8, 1<<15)
	for i, g := range groups {
		var sum [3]int
		n := 0
		for _, b := range g {
			q.bins[b.at] = uint8(i)
			n += b.n
			for c := range sum {
				sum[c] += b.sum[c]
			}
		}
		q.palette = append(q.palette, color.RGBA{uint8(sum[0] / n), uint8(sum[1] / n), uint8(sum[2] / n), 255})
	}
}

// histogram is the bins that have pixels, in a fixed order.
func histogram(frames []*image.RGBA) []bin {
	bins := make([]bin, 1<<15)
	for _, f := range frames {
		for i := 0; i < len(f.Pix); i += 4 {
			b := &bins[binOf(color.RGBA{f.Pix[i], f.Pix[i+1], f.Pix[i+2], 255})]
			b.n++
			for c := range b.sum {
				b.sum[c] += int(f.Pix[i+c])
			}
		}
	}
	var used []bin
	for at, b := range bins {
		if b.n > 0 {
			b.at = at
			for c := range b.color {
				b.color[c] = b.sum[c] / b.n
			}
			used = append(used, b)
		}
	}
	return used
}

// widestChannel is the channel in which the colours of g differ most, and by how much, weighed by the pixels concerned.
func widestChannel(g []bin) (channel, spread int) {
	pixels := 0
	for _, b := range g {
		pixels += b.n
	}
	for c := range 3 {
		low, high := 255, 0
		for _, b := range g {
			low, high = min(low, b.color[c]), max(high, b.color[c])
		}
		if s := (high - low) * pixels; s > spread {
			channel, spread = c, s
		}
	}
	return channel, spread
}

// split parts g, which has two bins or more, at the median of its pixels.
func split(g []bin, channel int) (low, high []bin) {
	slices.SortStableFunc(g, func(a, b bin) int { return cmp.Compare(a.color[channel], b.color[channel]) })
	pixels, seen := 0, 0
	for _, b := range g {
		pixels += b.n
	}
	at := 0
	for at < len(g)-1 && (at == 0 || seen+g[at].n <= pixels/2) {
		seen += g[at].n
		at++
	}
	return g[:at], g[at:]
}
