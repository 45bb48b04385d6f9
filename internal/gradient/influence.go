package gradient

import (
	"context"
	"math"

	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

// Map is how much each pixel of a picture matters to what was propagated back: the absolute values of the gradient, summed over the
// channels (Luo, Li, Urtasun & Zemel 2016, Understanding the Effective Receptive Field in Deep Convolutional Neural Networks).
type Map struct {
	Height, Width int
	Data          []float64
	// Of says what was propagated back: every channel's output at Row and Column, or the largest output of a layer without a plane.
	Of          string
	Row, Column int
}

// Influence runs a network on what it is fed with up to a layer, and propagates what the layer makes in the middle of its plane, every
// channel's, back to the input, N x C x H x W or N x H x W x C (last). Where nothing comes back from there, all channels being 0 after a
// ReLU, it is the nearest output where something is; of a layer without a plane the largest output. The error is a *Missing where an
// operator in between has no gradient.
func Influence(ctx context.Context, p *network.Program, layer, input string, last bool, feeds map[string]*tensor.Array, o infer.Options) (Map, error) {
	p, feeds = widened(p, feeds)
	target, err := valueOf(p, layer)
	if err != nil {
		return Map{}, err
	}
	from := network.None
	for _, in := range p.Inputs {
		if in.Name == input {
			from = in.Value
		}
	}
	if from == network.None || len(p.Values[from].Shape) != 4 {
		return Map{}, &Missing{lang.Text("the input"), input, lang.Text("it is no picture")}
	}
	if p, err = settled(ctx, p, target, feeds, o); err != nil {
		return Map{}, err
	}
	back, err := Of(p, target, from)
	if err != nil {
		return Map{}, err
	}
	net, err := infer.Prepare(ctx, &network.Graph{Program: back}, o)
	if err != nil {
		return Map{}, err
	}
	shape := p.Values[target].Shape
	if shape == nil {
		return Map{}, &Missing{lang.Text("what the layer reads"), layer, lang.Text("its shape is not known before the network runs")}
	}
	fed := map[string]*tensor.Array{}
	for name, a := range feeds {
		fed[name] = a
	}
	data := make([]float32, elements(shape))
	fed[seed] = tensor.ArrayOf(data, shape...)
	m := Map{}
	if len(shape) == 4 {
		m.Row, m.Column = shape[2]/2, shape[3]/2
		m.mark(data, shape)
	}
	if err := net.Run(ctx, fed); err != nil {
		return m, err
	}
	if err := m.take(net.Result(back.Outputs[1]), last); err != nil || m.Total() > 0 {
		return m, err
	}
	m.choose(data, shape, tensor.Data[float32](net.Result(back.Outputs[0])))
	if err := net.Run(ctx, fed); err != nil {
		return m, err
	}
	return m, m.take(net.Result(back.Outputs[1]), last)
}

// mark is what is propagated back from Row and Column, N x C x H x W: 1 in every channel.
func (m *Map) mark(data []float32, shape []int) {
	clear(data)
	for c := range shape[1] {
		data[(c*shape[2]+m.Row)*shape[3]+m.Column] = 1
	}
	m.Of = lang.Sprintf("the outputs at row %d, column %d", m.Row, m.Column)
}

// choose marks what to propagate back in place of the middle: the nearest position where an output is not 0, or the largest output.
func (m *Map) choose(data []float32, shape []int, out []float32) {
	if len(shape) != 4 {
		most := 0
		for i, v := range out {
			if v > out[most] {
				most = i
			}
		}
		data[most], m.Of = 1, lang.Sprintf("output %d, the largest", most)
		return
	}
	plane, y, x, least := shape[2]*shape[3], shape[2]/2, shape[3]/2, math.MaxInt
	for i, v := range out[:shape[1]*plane] {
		row, column := i%plane/shape[3], i%shape[3]
		if d := (row-y)*(row-y) + (column-x)*(column-x); v != 0 && d < least {
			m.Row, m.Column, least = row, column, d
		}
	}
	m.mark(data, shape)
}

// take sums a gradient over the channels.
func (m *Map) take(g *tensor.Array, last bool) error {
	d := tensor.Data[float32](g)
	channels, pixels, channel, pixel := g.Shape[1], g.Shape[2]*g.Shape[3], g.Shape[2]*g.Shape[3], 1
	m.Height, m.Width = g.Shape[2], g.Shape[3]
	if last {
		channels, channel, pixel = g.Shape[3], 1, g.Shape[3]
		m.Height, m.Width, pixels = g.Shape[1], g.Shape[2], g.Shape[1]*g.Shape[2]
	}
	m.Data = make([]float64, pixels)
	for i := range m.Data {
		for c := range channels {
			m.Data[i] += math.Abs(float64(d[c*channel+i*pixel]))
		}
		if math.IsNaN(m.Data[i]) || math.IsInf(m.Data[i], 0) {
			return lang.Errorf("the gradient at the input is not finite")
		}
	}
	return nil
}

// valueOf is what the layer of that name makes.
func valueOf(p *network.Program, layer string) (int, error) {
	for i := len(p.Code) - 1; i >= 0; i-- {
		if in := &p.Code[i]; in.Name == layer && len(in.Out) > 0 && in.Out[0] != network.None {
			return in.Out[0], nil
		}
	}
	for v := range p.Values {
		if p.Values[v].Name == layer {
			return v, nil
		}
	}
	return 0, infer.NoLayer(layer)
}

// Most is the share of the influence that the effective field holds: two standard deviations of a Gaussian's either way.
const Most = 0.95

// Total is the sum of the influence of all pixels.
func (m Map) Total() (sum float64) {
	for _, v := range m.Data {
		sum += v
	}
	return sum
}

// Mean is the mean of maps of one output, each of which has the same say.
func Mean(maps []Map) Map {
	mean := maps[0]
	mean.Data = make([]float64, len(maps[0].Data))
	for _, m := range maps {
		total := m.Total() * float64(len(maps))
		for i, v := range m.Data {
			mean.Data[i] += v / total
		}
	}
	return mean
}

// Box is the smallest range of rows, and of columns, that holds a share of the influence: begin and end, without the end.
func (m Map) Box(share float64) (rows, columns [2]int) {
	y, x := make([]float64, m.Height), make([]float64, m.Width)
	for i, v := range m.Data {
		y[i/m.Width] += v
		x[i%m.Width] += v
	}
	return shortest(y, share), shortest(x, share)
}

// shortest is the shortest range of numbers that sums to a share of all of them.
func shortest(v []float64, share float64) [2]int {
	total, sum, begin := 0.0, 0.0, 0
	for _, x := range v {
		total += x
	}
	best := [2]int{0, len(v)}
	for end, x := range v {
		sum += x
		for begin <= end && sum-v[begin] >= share*total {
			sum -= v[begin]
			begin++
		}
		if sum >= share*total && end+1-begin < best[1]-best[0] {
			best = [2]int{begin, end + 1}
		}
	}
	return best
}
