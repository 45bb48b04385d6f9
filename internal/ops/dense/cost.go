package dense

import (
	"math"

	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// The cost model estimates a run on one thread in nanoseconds, from a few
// rates of each instruction set, measured on one machine: ratios between
// algorithms are what matters, and they change little from one to the next.
// Those of NEON were not measured: they are what scripts/mca estimates, of
// Cortex-A57 at 1.8 GHz, Neoverse N1 at 2.6 and V1 at 3, and a share for memory.
//
//	gemm:     padded MACs / mac + packed elements * pack
//	indirect: padded MACs / mac + fetched elements * pack
//	direct:   MACs of the taps that meet input / blocked + block copies
//	winograd: transformed MACs / blocked + transforms + block copies + the time
//	          that its weights, larger than the layer's, take to arrive
//
// A tile of few rows loads a row of weights for little work, so that a MAC
// costs more there (thin).
type rates struct {
	mac       float64 // multiply-accumulates a nanosecond
	blocked   float64 // those of products of channel blocks
	pack      float64 // nanoseconds to pack one element of im2col
	transform float64 // nanoseconds a point of a tile in one channel, each way
	block     float64 // nanoseconds to bring one element into a channel block, or back
	stream    float64 // bytes of weights a nanosecond
}

var rateTable = [...]rates{
	kernel.CoreGeneric: {mac: 6.8 * productShare, blocked: 7 * productShare, pack: 0.27, transform: 3.3, block: 0.75, stream: 28},
	kernel.CoreAVX2:    {mac: 68, blocked: 69, pack: 0.17, transform: 0.043, block: 0.19, stream: 60},
	kernel.CoreAVX512:  {mac: 57, blocked: 57, pack: 0.35, transform: 0.09, block: 0.25, stream: 24},
	kernel.CoreNEON1:   {mac: 7, blocked: 7, pack: 1.3, transform: 0.9, block: 1.2, stream: 4},
	kernel.CoreNEON2:   {mac: 20, blocked: 20, pack: 0.6, transform: 0.31, block: 0.4, stream: 16},
	kernel.CoreNEON4:   {mac: 46, blocked: 46, pack: 0.4, transform: 0.13, block: 0.27, stream: 24},
}

// wide is how much longer the transforms of a tile of 8 points take, for a
// point: half-transformed tiles outgrow the registers.
const wide = 1.5

// hiddenBytes of transformed weights arrive while others are multiplied, unless they are cold. Those of a point of the tile arrive half
// as fast where they are less than streamed, since each begins a stream; what is read in order arrives ordered times as fast.
const hiddenBytes, streamed, ordered = 7 << 19, 8 << 10, 3

// arrival is the nanoseconds that transformed weights take to arrive, of which each point of a tile has so many elements in a group.
func arrival(p *problem.Convolution, points, each float64) float64 {
	bytes, rate := 4*points*each*float64(p.Groups), rateTable[p.ISA.Core()].stream
	switch {
	case !p.Cold:
		bytes = max(0, bytes-hiddenBytes)
	case 4*each < streamed:
		rate /= 2
	}
	return bytes / rate
}

// nearPlanes is the bytes of planes that a second-level cache holds: copies between them and blocks take nearCopies of the time.
const nearPlanes = 1 << 20

var nearCopies = [...]float64{kernel.CoreGeneric: 1, kernel.CoreAVX2: 0.75, kernel.CoreAVX512: 1, kernel.CoreNEON1: 1, kernel.CoreNEON2: 1, kernel.CoreNEON4: 1}

// callTime is the nanoseconds that a call of a transform takes beside its tiles, and lineTime where those are of one axis: their few
// points are near each other.
const callTime, lineTime = 120, 15

// thin is how much longer a tile of n rows takes than n rows of a full one: nothing from enough of it on (8 of AVX-512's 14),
// most below half of that.
func thin(p *problem.Convolution, n float64) float64 {
	enough := float64(p.ISA.NCHWcRows()) * 4 / 7
	if p.ISA.Core() == kernel.CoreAVX2 { // the sums of a full tile just hide the latency of each other
		enough = float64(p.ISA.NCHWcRows())
	}
	return 1 + 1.5/max(1, n)*min(1, max(0, 2*(enough-n)/enough))
}

// GemmCost is the model's estimate for NewGemm.
func GemmCost(p *problem.Convolution) float64 {
	r := rateTable[p.ISA.Core()]
	rows, cols := p.ISA.GemmTile()
	lanes := p.ISA.Block()
	images := float64(p.N * p.Groups)
	k := p.GroupIn() * volume(p.Kernel)
	vectors := ceilDiv(volume(p.Out), lanes)
	panels := ceilDiv(vectors, cols/lanes)
	macs := images * float64(roundUp(p.GroupOut(), rows)*k) * float64(vectors*lanes)
	calls := images * float64(ceilDiv(p.GroupOut(), rows)*panels*ceilDiv(k, gemmDepth)) * tileCall[p.ISA.Core()]
	return macs/r.mac*narrower(rows, float64(vectors)/float64(panels), cols/lanes) + calls +
		images*float64(k)*(float64(vectors*lanes)*r.pack*gemmGathering(p)+gemmRuns(p)*runTime)
}

// gathering is how much longer elements take to copy that stand further apart than two, or than one in pure Go.
func gathering(p *problem.Convolution) float64 {
	switch {
	case p.ISA == kernel.Generic && p.Stride[2] > 1:
		return 3
	case p.Stride[2] > 2:
		return 2.5
	}
	return 1
}

// runTime is the nanoseconds that a part of a row of the im2col matrix takes beside its elements.
const runTime = 2

// copiedRow is the nanoseconds that a phase of a row of input takes to copy beside its elements.
const copiedRow = 15

// gemmRuns is those parts: rows of output, cut at the ends of panels.
func gemmRuns(p *problem.Convolution) float64 {
	if p.Pointwise() {
		return 0
	}
	_, cols := p.ISA.GemmTile()
	return float64(p.Out[0]*p.Out[1]) + float64(volume(p.Out))/float64(cols)
}

// gemmGathering is gathering where the taps along a row are not packed at once.
func gemmGathering(p *problem.Convolution) float64 {
	if partsRows(p) {
		return 1
	}
	return gathering(p)
}

// IndirectGemmCost is the model's estimate for NewIndirectGemm.
func IndirectGemmCost(p *problem.Convolution) float64 {
	r := rateTable[p.ISA.Core()]
	rows, cols := p.ISA.GemmTile()
	lanes := p.ISA.Block()
	images := float64(p.N * p.Groups)
	k := float64(p.GroupIn() * volume(p.Kernel))
	width, high := p.Out[2], p.Out[0]*p.Out[1]
	if p.Pointwise() {
		width, high = volume(p.Out), 1
	}
	vectors := ceilDiv(width, lanes)
	pixels := float64(high * vectors * lanes)
	macs := images * float64(roundUp(p.GroupOut(), rows)) * k * pixels * gathered[p.ISA.Core()]
	tiles := high * ceilDiv(vectors, cols/lanes)
	calls := images * float64(ceilDiv(p.GroupOut(), rows)*tiles) * tileCall[p.ISA.Core()]
	product := macs/r.mac*narrower(rows, float64(high*vectors)/float64(tiles), cols/lanes) + calls
	if !readsInPlace(p) {
		rows := float64(p.GroupIn() * p.In[0] * p.In[1] * p.Stride[2])
		return product + images*(float64(p.GroupIn()*volume(p.In))*r.pack*0.9*gathering(p)+rows*copiedRow)
	}
	outs := float64(p.GroupOut())
	switch {
	case !p.Pointwise():
		// Rows read in place are far apart, and every panel of weights reads them again: from some 128 output channels on,
		// packing them once is cheaper.
		return product + images*k*pixels*r.pack*(0.5+outs/256)
	case volume(p.In)%lanes != 0: // most vectors straddle two lines, whenever they are read
		return product + images*pixels*r.pack*(k*(0.1+outs/100)+0.5*outs)
	}
	return product + images*pixels*r.pack*(0.1*k+0.5*outs)
}

// gathered is how much longer a product takes whose rows lie anywhere: pure Go brings them together first.
var gathered = [...]float64{kernel.CoreGeneric: 1.35, kernel.CoreAVX2: 1.08, kernel.CoreAVX512: 1, kernel.CoreNEON1: 1, kernel.CoreNEON2: 1, kernel.CoreNEON4: 1}

// tileCall is the nanoseconds that a tile of gemm or indirect-gemm takes beside its products: they tell where taps are few.
var tileCall = [...]float64{
	kernel.CoreGeneric: 40, kernel.CoreAVX2: 5, kernel.CoreAVX512: 60,
	kernel.CoreNEON1: 60, kernel.CoreNEON2: 28, kernel.CoreNEON4: 18,
}

// narrower is how much longer products take in tiles of fewer vectors than most: each loads rows + vectors operands for
// rows x vectors products.
func narrower(rows int, vectors float64, most int) float64 {
	loads := func(v float64) float64 { return max(0.5, (float64(rows)+v)/(float64(rows)*v)) }
	return loads(vectors) / loads(float64(most))
}

// DirectNCHWcCost is the model's estimate for NewDirectNCHWc.
func DirectNCHWcCost(p *problem.Convolution) float64 {
	q := inLongRows(*p)
	r := rateTable[p.ISA.Core()]
	lanes := p.ISA.Block()
	images := float64(p.N * p.Groups)
	cin, cout := float64(roundUp(p.GroupIn(), lanes)), float64(roundUp(p.GroupOut(), lanes))
	taps := 0.0
	list, _ := columnsOf(&q)
	for _, c := range list {
		taps += columnTime(&q, c)
	}
	macs := images * meetingTaps(&q, 0) * meetingTaps(&q, 1) * taps * float64(p.ISA.DirectDepth(p.GroupIn())) * cout
	cut := cutDirect(&q)
	blocks := images * (cin*float64(volume(p.In))*rereads(&q, max(1, cut.rows)) + cout*float64(volume(p.Out))) * r.block
	if slices := meetingTaps(&q, 0) / float64(q.Out[0]); slices > 1 { // a call for each: its tiles are loaded and stored again
		tiles := ceilDiv(volume(q.Out), p.ISA.NCHWcRows()) * ceilDiv(p.GroupOut(), 2*lanes)
		blocks += images * float64(tiles) * (slices - 1) * sliceTurn[p.ISA.Core()]
	}
	last := alone(p)
	if p.GroupOut() > lanes && p.GroupIn() < 4 { // nor many products a tap
		last *= 3
	}
	macs *= 1 + last
	if p.Cold { // they are read in order
		blocks += 4 * images * cin * cout * float64(p.Taps()) / (ordered * r.stream)
	}
	if p.Small {
		return macs/r.blocked + blocks + passesAlone
	}
	return macs/r.blocked + blocks + passes
}

// sliceTurn is the nanoseconds that a tile of a direct convolution takes for each further slice of a kernel's depth.
var sliceTurn = [...]float64{
	kernel.CoreGeneric: 60, kernel.CoreAVX2: 8, kernel.CoreAVX512: 40,
	kernel.CoreNEON1: 60, kernel.CoreNEON2: 25, kernel.CoreNEON4: 15,
}

// passes is the nanoseconds that a direct convolution loses at the ends of its passes, where threads wait for each other. It
// counts on one thread too, unless no number of them would share the work: the choice of an algorithm must not depend on the
// number of threads, since results would.
const passes, passesAlone = 5_000, 200

// narrow is how much longer a product takes in tiles of one vector of output
// channels than of two: each pixel is then loaded for one product.
var narrow = [...]float64{kernel.CoreGeneric: 1.6, kernel.CoreAVX2: 1.3, kernel.CoreAVX512: 1.3, kernel.CoreNEON1: 1.3, kernel.CoreNEON2: 1.3, kernel.CoreNEON4: 1.3}

// alone is how much more the products take whose last vector of output channels has none beside it.
func alone(p *problem.Convolution) float64 {
	vectors := ceilDiv(p.GroupOut(), p.ISA.Block())
	return (narrow[p.ISA.Core()] - 1) / float64(vectors) * float64(vectors%2)
}

// meetingTaps sums, over the outputs of an axis, the taps that meet input.
func meetingTaps(p *problem.Convolution, axis int) float64 {
	n := 0
	for _, s := range validTaps(p, axis) {
		n += s.len()
	}
	return float64(n)
}

// winogradCost is the model's estimate for newWinograd.
func winogradCost(p *problem.Convolution, m int) float64 {
	if q := withoutIdleDilation(*p); q.Dilation != p.Dilation {
		return winogradCost(&q, m)
	}
	r := rateTable[p.ISA.Core()]
	lanes := p.ISA.Block()
	points, high := m+p.Kernel[2]-1, m
	call := float64(callTime)
	if p.Kernel[1] == 1 {
		high, call = 1, lineTime
	} else {
		points *= points
	}
	images := float64(p.N * p.Groups)
	cin, cout := float64(roundUp(p.GroupIn(), lanes)), float64(roundUp(p.GroupOut(), lanes))
	rows := float64(tilesOf(p, 1, high)) * images
	tiles := rows * float64(tilesOf(p, 2, m))
	slices, out := float64(inputSlices(p)), float64(p.Out[0])
	each := float64(max(lanes, roundUp(p.GroupIn(), 4))) * cout
	weights := float64(points) * each * float64(p.Kernel[0])
	kept, multiplied := float64(points*p.Kernel[0]), weights // kept are numbers for each pair of channels
	if 4*weights > farBytes && layWinograd(*p, m).keepsLines() {
		kept = float64(3 * (m + 2) * p.Kernel[0])
		multiplied *= 1 + 1./16 // points are made of them: see linesTiles
	}
	together := tiles / images * out // rows that share the weights
	tile := together / math.Ceil(together/float64(p.ISA.NCHWcRows()))
	product := tiles*multiplied*out/r.blocked*thin(p, tile)*(1+alone(p)) + arrival(p, kept, each) + p.PackingTime(4*kept*each*float64(p.Groups))
	transforms := tiles * float64(points) * (cin*slices + cout*out) * r.transform
	if m+p.Kernel[2]-1 == 8 {
		transforms *= wide
	}
	elements := images * (cin*float64(volume(p.In))*1.5 + cout*float64(volume(p.Out)))
	blocks := elements * r.block
	if 4*elements <= nearPlanes {
		blocks *= nearCopies[p.ISA.Core()]
	}
	// A call transforms the tiles of a row that have the same phase of the
	// dilation, or the same index.
	phases := min(p.Dilation[2], p.Out[2])
	calls := rows * float64(min(phases, ceilDiv(ceilDiv(p.Out[2], phases), m))) * (cin*slices + cout*out) / float64(lanes)
	return product + transforms + blocks + calls*call
}

// tilesOf is how many tiles of m outputs an axis needs, phase by phase of its
// dilation.
func tilesOf(p *problem.Convolution, axis, m int) int {
	n := 0
	for ph := range min(p.Dilation[axis], p.Out[axis]) {
		n += ceilDiv(ceilDiv(p.Out[axis]-ph, p.Dilation[axis]), m)
	}
	return n
}

// winogradTiles is how many points a tile may have along an axis.
var winogradTiles = [...]int{8, 6, 4}

// BestWinograd returns the m of the cheapest F(m x m, r x r) for p, and its
// cost; m is 0 if none accepts it. With a stride it is the one over phases.
func BestWinograd(p *problem.Convolution) (m int, cost float64) {
	cost = math.Inf(1)
	q, copied := p, 0.0
	if p.Stride[1] > 1 {
		h := phased(p)
		q = &h
		copied = float64(p.N*p.C*volume(p.In)) * rateTable[p.ISA.Core()].pack / 2
	}
	for _, points := range winogradTiles {
		try := winogradOutputs(p, points)
		if winogradDeclines(p, try) != "" {
			continue
		}
		if c := winogradCost(q, try)*float64(p.N/q.N) + copied; c < cost {
			m, cost = try, c
		}
	}
	return m, cost
}

// BestWinogradDeclines says why BestWinograd finds nothing for p, or "": the
// reason of the largest tile that has a transform for such a kernel.
func BestWinogradDeclines(p *problem.Convolution) string {
	why := lang.Text(noTransform)
	for _, points := range winogradTiles {
		reason := winogradDeclines(p, winogradOutputs(p, points))
		if reason == "" {
			return ""
		}
		if why == lang.Text(noTransform) {
			why = reason
		}
	}
	return why
}

// winogradOutputs is the m of F(m x m, r x r) with tiles of so many points.
func winogradOutputs(p *problem.Convolution, points int) int {
	return points + 1 - ceilDiv(p.Kernel[2], p.Stride[2])
}

// winogradDeclines says why NewBestWinograd cannot compute p, or "".
func winogradDeclines(p *problem.Convolution, m int) string {
	if p.Stride[1] > 1 {
		return stridedDeclines(p, m)
	}
	return unstridedDeclines(p, m)
}

// NewBestWinograd prepares what BestWinograd found.
func NewBestWinograd(p problem.Convolution, m int, weights, bias []float32) problem.Conv {
	if p.Stride[1] > 1 {
		return newStrided(p, m, weights, bias)
	}
	return newWinograd(p, m, weights, bias)
}
