package fourier

import (
	"math"
	"sync"

	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// rates are measured on one machine, and are nanoseconds in the proportion of
// those of package dense: ratios between algorithms are what matters. An element
// is a vector of real parts and one of imaginary parts.
type rates struct {
	radix    [7]float64 // an element of a pass of butterflies of that radix
	pair     float64    // an element that is split or joined
	weight   float64    // the product of an element and a weight
	pack     float64    // a vector of pixels that is brought into channel blocks, or back
	far      float64    // what that takes longer where the second-level cache does not hold the planes
	call     float64    // a call of a kernel
	spectrum float64    // an element that goes to a matrix product, or comes back
	mac      float64    // multiply-accumulates of a matrix product a nanosecond
	thin     float64    // what a product of one row takes more; one of n rows, an n-th of it
	cached   float64    // bytes of weights a nanosecond
	memory   float64    // that of weights that outgrow the caches
}

// arrive is the nanoseconds that bytes of weights take: the last-level cache keeps those of one layer, or not.
func (r *rates) arrive(bytes float64) float64 {
	if bytes > float64(kernel.MachineCaches().Last) {
		return bytes / r.memory
	}
	return bytes / r.cached
}

// planeBytes is the bytes of planes a nanosecond, from and to memory.
const planeBytes = 15

var rateTable = [...]rates{
	kernel.CoreGeneric: {
		radix: [7]float64{2: 32, 3: 43, 4: 54, 5: 64, 6: 77},
		pair:  7, weight: 10, pack: 14, far: 3, call: 9, spectrum: 9, mac: 6, thin: 1, cached: 28, memory: 28,
	},
	kernel.CoreAVX2: {
		radix: [7]float64{2: 0.24, 3: 0.3, 4: 0.21, 5: 0.32, 6: 0.28},
		pair:  0.3, weight: 0.3, pack: 0.5, far: 3, call: 4, spectrum: 1.4, mac: 64, thin: 0.3, cached: 60, memory: 40,
	},
	kernel.CoreAVX512: {
		radix: [7]float64{2: 1.05, 3: 1.3, 4: 1.05, 5: 1.65, 6: 1.5},
		pair:  1.6, weight: 1.6, pack: 5.2, far: 8, call: 17, spectrum: 7, mac: 57, thin: 0.5, cached: 28, memory: 13,
	},
	kernel.CoreNEON1: {
		radix: [7]float64{2: 5, 3: 5.9, 4: 6.8, 5: 7.8, 6: 7.6},
		pair:  3.9, weight: 5, pack: 4.8, far: 6, call: 30, spectrum: 9, mac: 7, thin: 0.3, cached: 8, memory: 4,
	},
	kernel.CoreNEON2: {
		radix: [7]float64{2: 1.8, 3: 2.6, 4: 2.6, 5: 3.2, 6: 3.1},
		pair:  1.5, weight: 1.9, pack: 1.5, far: 4, call: 13, spectrum: 4.3, mac: 20, thin: 0.3, cached: 20, memory: 12,
	},
	kernel.CoreNEON4: {
		radix: [7]float64{2: 0.67, 3: 0.96, 4: 0.88, 5: 1.24, 6: 1.2},
		pair:  0.5, weight: 0.8, pack: 0.9, far: 3, call: 9, spectrum: 3, mac: 46, thin: 0.3, cached: 28, memory: 22,
	},
}

// lines is the lines worth a look at each level, the longest first: those that
// take less than any longer one.
var lines = sync.OnceValue(func() (all [kernel.Cores][]cut) {
	for l := range all {
		least := math.Inf(1)
		for n := maxSize; n >= 1; n-- {
			_, cost := factor(kernel.Core(l), n)
			if n == 1 {
				cost = rateTable[l].radix[2] // a copy
			}
			if t := cost * float64(n); t < least {
				least = t
				all[l] = append(all[l], cut{size: n, line: cost})
			}
		}
	}
	return all
})

// best finds the tiles of least cost, which is infinite if none fits the workspace.
func best(p *problem.Convolution) (chosen tiling, least float64) {
	win := [2]window{windowOf(p, 1), windowOf(p, 2)}
	least = math.Inf(1)
	sizes := lines()[p.ISA.Core()]
	wides := win[1].cuts(sizes)
	for _, high := range win[0].cuts(sizes) {
		for _, wide := range wides {
			for _, matrix := range []bool{false, true} {
				t := tiling{win, high, wide, matrix}
				if c := t.cost(p) + p.PackingTime(float64(t.packed(p))); c < least {
					least, chosen = c, t
				}
			}
		}
	}
	return chosen, least
}

// anyFits reports whether any tiles fit: the smallest are tried.
func anyFits(p *problem.Convolution) bool {
	sizes := lines()[p.ISA.Core()]
	var smallest [2]cut
	win := [2]window{windowOf(p, 1), windowOf(p, 2)}
	for i, w := range win {
		all := w.cuts(sizes)
		if len(all) == 0 {
			return false
		}
		smallest[i] = all[len(all)-1]
	}
	for _, matrix := range []bool{false, true} {
		if t := (tiling{win, smallest[0], smallest[1], matrix}); t.fits(p) {
			return true
		}
	}
	return false
}

// tiling is a way to cut a problem.
type tiling struct {
	win        [2]window
	high, wide cut
	matrix     bool // the channels of a group are mixed by matrix products
}

func (t *tiling) frequencies() int { return (t.wide.size/2 + 1) * t.high.size }

// cost estimates a run with these tiles, +Inf if they do not fit.
func (t *tiling) cost(p *problem.Convolution) float64 {
	r := &rateTable[p.ISA.Core()]
	if !t.fits(p) {
		return math.Inf(1)
	}
	// The transforms of all tiles of one vector of channels, on the way in and out.
	tiles := float64(t.high.count * t.wide.count)
	half := float64(t.wide.size/2 + 1)
	rowsIn := t.high.rows(t.win[0].in + (t.high.count-1)*(t.win[0].kernel-1))
	rowsOut := t.high.rows(t.win[0].out)
	planes := 4 * (float64(p.C)*float64(volume(p.In)) + float64(p.O)*float64(volume(p.Out))) // the bytes of an image's
	pack := r.pack + r.far*max(0, 1-float64(kernel.MachineCaches().Second)/planes)
	row := float64(t.wide.count) * (t.wide.line*float64(t.wide.size)/2 + r.pair*half/2 + pack*float64(t.wide.size) + 2*r.call)
	columns := tiles * float64(t.frequencies()) * t.high.line
	way := func(rows float64) float64 { return rows*row + columns }
	in, out := p.C/p.Groups, p.O/p.Groups
	images := float64(p.N * p.In[0])
	traffic := float64(p.N) * planes / planeBytes
	lanes := p.ISA.Block()
	points := tiles * float64(t.frequencies())
	if !t.matrix {
		blocks := float64(ceilDiv(p.Groups, lanes))
		work := float64(in)*way(rowsIn) + float64(out)*way(rowsOut) + float64(in*out)*points*r.weight
		return traffic + blocks*(images*work+float64(in*out)*float64(8*lanes*t.frequencies())/r.cached)
	}
	inBlocks, outBlocks := float64(ceilDiv(in, lanes)), float64(ceilDiv(out, lanes))
	depth := float64((in + 3) / 4 * 4)
	block := matrixBlock(p, t.high.count*t.wide.count, t.frequencies())
	rows := math.Min(float64(2*block), float64(p.ISA.NCHWcRows()))
	product := 4 * points * depth * outBlocks * float64(lanes) / r.mac * (1 + r.thin/rows)
	weights := 8 * float64(t.frequencies()) * depth * outBlocks * float64(lanes)
	stream := math.Ceil(tiles/float64(block)) * r.arrive(weights)
	calls := points * outBlocks * (2/rows + 2/float64(block)) // of products and sums
	spectra := points * (inBlocks + 2*outBlocks) * r.spectrum
	return traffic + images*float64(p.Groups)*(inBlocks*way(rowsIn)+outBlocks*way(rowsOut)+product+stream+spectra+calls*r.call)
}

// fits reports whether the memory for these tiles is reasonable.
func (t *tiling) fits(p *problem.Convolution) bool {
	weights := 4 * p.O * (p.C / p.Groups) * volume(p.Kernel)
	return t.bytes(p) <= maxWorkspace && t.packed(p) <= max(maxPacked, 4*weights)
}

// packed is the bytes of the weights' spectra.
func (t *tiling) packed(p *problem.Convolution) int {
	lanes := p.ISA.Block()
	in, out := p.C/p.Groups, p.O/p.Groups
	if t.matrix {
		return 8 * t.frequencies() * p.Groups * ceilDiv(out, lanes) * lanes * ((in + 3) / 4 * 4)
	}
	return 8 * t.frequencies() * ceilDiv(p.Groups, lanes) * lanes * in * out
}

// bytes is the workspace of one thread.
func (t *tiling) bytes(p *problem.Convolution) int {
	lanes := p.ISA.Block()
	element := 8 * lanes
	lines := 2 * max(lineBytes/2, element*t.wide.size)
	column := max(lineBytes, element*t.high.size)
	spectrum := element * (t.wide.size/2 + 1) * (t.high.size + 1)
	if t.matrix {
		block := matrixBlock(p, t.high.count*t.wide.count, t.frequencies())
		if block == 0 {
			return math.MaxInt
		}
		return lines + column + spectrum + block*matrixBytes(p, t.frequencies())
	}
	spectra, columns := depthwiseMemory(p)
	return lines + columns*column + spectra*spectrum
}
