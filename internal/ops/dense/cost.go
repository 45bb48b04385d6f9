package dense

import (
	"math"

	"convx/internal/ops/kernel"
)

// The cost model estimates a run on one thread in nanoseconds, from four
// rates of each instruction set, measured on one machine: ratios between
// algorithms are what matters, and they change little from one to the next.
//
//	gemm:     padded MACs / mac + packed elements * pack
//	winograd: transformed MACs / mac + transforms + block copies, but no less
//	          than its weights take to arrive
type rates struct {
	mac       float64 // multiply-accumulates a nanosecond
	pack      float64 // nanoseconds to pack one element of im2col
	transform float64 // nanoseconds a point of a tile in one channel, each way
	block     float64 // nanoseconds to bring one element into a channel block, or back
	stream    float64 // bytes of weights a nanosecond
}

var rateTable = [...]rates{
	kernel.Generic: {mac: 1.2, pack: 1, transform: 12, block: 1, stream: 10},
	kernel.AVX2:    {mac: 43, pack: 0.15, transform: 0.13, block: 0.2, stream: 15},
	kernel.AVX512:  {mac: 52, pack: 0.1, transform: 0.11, block: 0.2, stream: 20},
}

// GemmCost is the model's estimate for NewGemm.
func (p *Problem) GemmCost() float64 {
	r := rateTable[p.Level]
	rows, _ := p.Level.GemmTile()
	images := float64(p.Batch * p.Groups)
	k := float64(p.groupIn() * volume(p.Kernel))
	pixels := float64(roundUp(volume(p.Out), p.Level.Block()))
	macs := images * float64(roundUp(p.groupOut(), rows)) * k * pixels
	return macs/r.mac + images*k*pixels*r.pack
}

// WinogradCost is the model's estimate for NewWinograd.
func (p *Problem) WinogradCost(m int) float64 {
	r := rateTable[p.Level]
	lanes := p.Level.Block()
	points := float64((m + p.Kernel[1] - 1) * (m + p.Kernel[1] - 1))
	images := float64(p.Batch * p.Groups)
	cin, cout := float64(roundUp(p.groupIn(), lanes)), float64(roundUp(p.groupOut(), lanes))
	tiles := float64(p.tilesOf(1, m)*p.tilesOf(2, m)) * images
	slices := float64(p.Out[0] + (p.Kernel[0]-1)*p.Dilation[0])
	weights := points * cin * cout * float64(p.Kernel[0])
	macs := tiles * weights * float64(p.Out[0])
	product := max(macs/r.mac, 4*weights*float64(p.Groups)/r.stream)
	transforms := tiles * points * (cin*slices + cout*float64(p.Out[0])) * r.transform
	blocks := images * (cin*float64(volume(p.In))*1.5 + cout*float64(volume(p.Out))) * r.block
	return product + transforms + blocks
}

// tilesOf is how many tiles of m outputs an axis needs, phase by phase of its
// dilation.
func (p *Problem) tilesOf(axis, m int) int {
	n := 0
	for ph := range min(p.Dilation[axis], p.Out[axis]) {
		n += ceilDiv(ceilDiv(p.Out[axis]-ph, p.Dilation[axis]), m)
	}
	return n
}

// BestWinograd returns the m of the cheapest F(m x m, r x r) for p, and its
// cost; m is 0 if none accepts it.
func (p *Problem) BestWinograd() (m int, cost float64) {
	cost = math.Inf(1)
	for _, points := range []int{6, 4} {
		try := points + 1 - p.Kernel[1]
		if WinogradDeclines(p, try) != "" {
			continue
		}
		if c := p.WinogradCost(try); c < cost {
			m, cost = try, c
		}
	}
	return m, cost
}
