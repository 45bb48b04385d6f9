package ops

import (
	"math"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/fourier"
	"convx/internal/ops/problem"
	"convx/internal/ops/transposed"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Memory is bytes, by what they are for.
type Memory struct {
	Input, Output, Operands          int
	Intermediates, Workspace, Packed int
}

// Total is the sum, or the greatest int if it does not fit in one.
func (m Memory) Total() int {
	n, err := layer.Sum(m.Input, m.Output, m.Operands, m.Intermediates, m.Workspace, m.Packed)
	if err != nil {
		return math.MaxInt
	}
	return n
}

// workspacePerThread is what the stages of a layer may use, in turn, for each thread.
const workspacePerThread = 8 << 20

// EstimateMemory is what PrepareLayer and Run will need in element type T at most, before anything is allocated: tensors
// are exact, and so are intermediates where nothing is fused; the workspace is the most that algorithms may use, and
// packed weights are those of the algorithm that transforms them into the most. Errors are *layer.Error: the layer cannot
// be.
func EstimateMemory[T tensor.Float](s shape.Result, opt Options) (Memory, error) {
	if err := checkSizes(s); err != nil {
		return Memory{}, err
	}
	nodes, err := nodesOf(s, opt, problem.IsFloat64[T]())
	if err != nil {
		return Memory{}, err
	}
	m := tensorMemory[T](s)
	m.Workspace = opt.threads() * workspacePerThread
	units := make([]unit, len(nodes))
	for i, n := range nodes {
		units[i] = n.unit
		m.Packed += bytesOf[T]([]int{mostPacked(n.problem)})
	}
	_, sizes := planBuffers(units)
	for _, n := range sizes {
		m.Intermediates += bytesOf[T]([]int{n})
	}
	return m, nil
}

// checkSizes refuses tensors whose sizes an int does not hold, before anything reckons with them: of 32 bits, it holds a
// plane of 16384x16384.
func checkSizes(s shape.Result) error {
	check := func(what string, dims []int) error {
		if _, err := tensor.Size(dims); err != nil {
			return layer.Errorf("%s: %v", what, err).Hint("take a smaller input or fewer channels")
		}
		return nil
	}
	if err := check(lang.Text("the input"), s.Input); err != nil {
		return err
	}
	for _, stage := range s.Stages {
		if err := check(stage.Name, stage.Output); err != nil {
			return err
		}
	}
	for _, o := range Operands(s) {
		if err := check(o.Name, o.Shape); err != nil {
			return err
		}
	}
	return nil
}

// mostPacked bounds the elements of a stage's packed weights, as its planes are or turned.
func mostPacked(p *problem.Problem) int {
	whole, copies := 0, 1
	if p.NeedsPadding() {
		whole = packedBy(p) // by what pads itself
		plan, err := p.PadPlan()
		if err != nil {
			return whole
		}
		if p = plan.Seen; plan.Zeros {
			copies += len(plan.Tiles)
		}
	}
	n := packedBy(p)
	if t := p.Turn(); t != nil {
		n = max(n, packedBy(t.Tile))
	}
	return max(whole, copies*n)
}

// packedBy bounds those of a problem that meets zeros alone. Channels are rounded up to whole vectors, and Winograd turns the
// taps of a slice into up to 64 points; with a stride, over as many times the channels as it has phases. FFT keeps spectra
// of its tiles.
func packedBy(p *problem.Problem) int {
	switch p.Stage.Op.Kind() {
	case layer.KindConv, layer.KindDeformable:
	case layer.KindTransposed:
		n := 0
		if parts, blocks, err := transposed.Convolutions(p); err == nil {
			for _, sub := range parts {
				n += blocks * mostPacked(sub)
			}
		}
		if sub, blocks, err := transposed.Columns(p); err == nil {
			n = max(n, blocks*mostPacked(sub))
		}
		return n
	default:
		return 0
	}
	points := p.Taps()
	if dense.BestWinogradDeclines(p.Convolution()) == "" {
		most := 64 * p.Kernel[0]
		most *= p.Stride[1] * p.Stride[2]
		points = max(points, most)
	}
	up := func(n, by int) int { return (n + by - 1) / by * by }
	n := up(p.C/p.Groups, 16) * (up(p.O/p.Groups, 32) * points)
	n = p.Groups*(n+3*up(p.O/p.Groups, 32)) + 2*p.C/p.Groups*p.Taps() // with bias, and the places of the taps
	if q := p.Convolution(); fourier.Declines(q) == "" {
		n = max(n, fourier.PackedBytes(q)/4)
	}
	return n
}

// tensorMemory is the bytes of a layer's input, output and operands.
func tensorMemory[T tensor.Float](s shape.Result) Memory {
	m := Memory{Input: bytesOf[T](s.Input), Output: bytesOf[T](s.Output)}
	for _, o := range Operands(s) {
		m.Operands += bytesOf[T](o.Shape)
	}
	return m
}

// bytesOf is the size of a tensor; a sixteenth of the greatest int if it is more than that, so that a few can be added.
func bytesOf[T tensor.Float](dims []int) int {
	const most = math.MaxInt / 16
	n, err := layer.Product(append([]int{problem.SizeOf[T]()}, dims...)...)
	if err != nil {
		return most
	}
	return min(n, most)
}
