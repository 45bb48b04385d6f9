package page

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// networkJSON is a network that has seen a picture.
type networkJSON struct {
	Key     string       `json:"key"`
	Name    string       `json:"name"`
	Input   array        `json:"input"` // as it was fed
	Columns []columnJSON `json:"columns"`
	Classes []classJSON  `json:"classes"`
	MACs    int64        `json:"macs"`
	Params  int64        `json:"params"`
	Seconds float64      `json:"seconds"`
}

// columnJSON is one step: what it reads, the maps that it makes, and what that costs.
type columnJSON struct {
	Name     string `json:"name"`
	Operator string `json:"operator"`
	// Neuron is the name by which the question neuron knows the convolution in it; empty if there is none.
	Neuron string `json:"neuron,omitempty"`
	Reads  []int  `json:"reads"` // columns; -1 is the network's input
	Shape  []int  `json:"shape"`
	// Maps are the first of its channels, C x H x W, every Step-th row and column.
	Maps    array      `json:"maps"`
	Step    int        `json:"step"`
	Low     float32    `json:"low"`
	High    float32    `json:"high"`
	Window  *windowOf  `json:"window,omitempty"`
	Field   *fieldJSON `json:"field,omitempty"`
	MACs    int64      `json:"macs"`
	Params  int64      `json:"params"`
	Seconds float64    `json:"seconds"`
}

// windowOf is how an output reads its input along both axes: rows, then columns.
type windowOf struct {
	Kernel   []int `json:"kernel"`
	Stride   []int `json:"stride"`
	Dilation []int `json:"dilation"`
	Before   []int `json:"before"` // padding
	// Groups is 1 where an output channel sees every input channel, and the channels where it sees its own alone.
	Groups int `json:"groups"`
}

type fieldJSON struct {
	Size  []float64 `json:"size"`
	Jump  []float64 `json:"jump"`
	Start []float64 `json:"start"`
	Whole bool      `json:"whole"`
}

type classJSON struct {
	Index int     `json:"index"`
	Label string  `json:"label"`
	Value float64 `json:"value"`
	Share float64 `json:"share"` // of 1: the value itself where the values are probabilities, else its softmax
}

// Bounds of what a page draws: maps of a column, numbers of all columns together, classes.
const (
	maxMaps    = 16
	maxNumbers = 1 << 20
	maxClasses = 10
)

// network runs a network on a picture, and gives what each step makes.
func (e *Engine) network(ctx context.Context, request []byte) (any, error) {
	q, err := read[modelRequest](request)
	if err != nil {
		return nil, err
	}
	r, fed, release, err := e.fed(ctx, q)
	if err != nil {
		return nil, err
	}
	defer release()
	w := newColumns(r)
	r.net.Observe = w.see
	defer func() { r.net.Observe = nil }()
	if err := r.run(ctx, fed); err != nil {
		return nil, err
	}
	j := &networkJSON{Key: r.model.key, Name: r.graph.Name, MACs: r.count.Total.MACs, Params: r.count.Total.Params}
	if data, ok := tensor.Floats(fed); ok {
		j.Input = arrayOf(tensor.Of(data, fed.Shape...))
	}
	j.Columns = w.columns()
	for _, t := range r.took {
		j.Seconds += t.Seconds()
	}
	j.Classes = r.classes()
	return j, nil
}

// columns collects what the steps of a run make.
type columns struct {
	r      *running
	list   []columnJSON
	at     []int       // of each step: its column, or -1
	maker  map[int]int // of each value: the step that makes it
	budget int         // numbers of a column
}

func newColumns(r *running) *columns {
	steps := r.net.Layers()
	w := &columns{r: r, at: make([]int, len(steps)), maker: map[int]int{}, budget: maxNumbers / max(1, len(steps))}
	for i, st := range steps {
		w.at[i] = -1
		for _, c := range st.Covers {
			for _, v := range r.graph.Program.Code[c].Out {
				w.maker[v] = i
			}
		}
	}
	return w
}

// see takes down what a step has made, where that is maps or a row of numbers.
func (w *columns) see(i int, made *tensor.Array) {
	if made == nil || len(made.Shape) < 2 || len(made.Shape) > 4 || made.Shape[0] != 1 {
		return
	}
	data, ok := tensor.Floats(made)
	if !ok || len(data) == 0 {
		return
	}
	c := columnJSON{Shape: slices.Clone(made.Shape)}
	c.Low, c.High = extremes(data)
	channels, height, width := planesOf(made.Shape)
	shown := min(channels, maxMaps)
	if height*width == 1 {
		shown = min(channels, 64)
	}
	for c.Step = 1; shown*((height+c.Step-1)/c.Step)*((width+c.Step-1)/c.Step) > max(w.budget, maxMaps*64); c.Step++ {
	}
	maps := tensor.New[float32](shown, (height+c.Step-1)/c.Step, (width+c.Step-1)/c.Step)
	at := 0
	for k := range shown {
		for y := 0; y < height; y += c.Step {
			for x := 0; x < width; x += c.Step {
				maps.Data[at] = data[(k*height+y)*width+x]
				at++
			}
		}
	}
	c.Maps = arrayOf(maps)
	w.at[i], w.list = len(w.list), append(w.list, c)
}

// extremes are the least and the greatest of the numbers that are some.
func extremes(data []float32) (low, high float32) {
	first := true
	for _, v := range data {
		switch {
		case v-v != 0: // infinite, or no number
		case first:
			low, high, first = v, v, false
		default:
			low, high = min(low, v), max(high, v)
		}
	}
	return low, high
}

// planesOf reads 1 x C, 1 x C x W or 1 x C x H x W.
func planesOf(shape []int) (channels, height, width int) {
	switch len(shape) {
	case 2:
		return shape[1], 1, 1
	case 3:
		return shape[1], 1, shape[2]
	}
	return shape[1], shape[2], shape[3]
}

// columns adds to what was seen what is known of the steps.
func (w *columns) columns() []columnJSON {
	for i, st := range w.r.net.Layers() {
		if w.at[i] < 0 {
			continue
		}
		c := &w.list[w.at[i]]
		c.Name, c.Operator, c.Seconds = st.Name, st.Operator, w.r.took[i].Seconds()
		c.Reads = w.reads(i, map[int]bool{})
		for _, k := range st.Covers {
			in := &w.r.graph.Program.Code[k]
			if in.Node == network.None {
				continue
			}
			n := &w.r.count.Nodes[in.Node]
			c.MACs, c.Params = c.MACs+n.Total.MACs, c.Params+n.Total.Params
			if c.Window == nil {
				if c.Window = windowIn(n); c.Window == nil && in.Op == "Pad" {
					c.Window = w.r.padding(in)
				}
			}
			if in.Op == "Conv" && len(c.Shape) == 4 && c.Neuron == "" {
				c.Neuron = in.Name
			}
			c.Field = fieldOf(n.Field)
		}
	}
	return w.list
}

// reads are the columns that step i reads; a step without a column stands for those that it reads itself.
func (w *columns) reads(i int, seen map[int]bool) (list []int) {
	for _, k := range w.r.net.Layers()[i].Covers {
		for _, v := range w.r.graph.Program.Code[k].In {
			from, made := w.maker[v]
			switch {
			case v == w.r.port.Value:
				list = append(list, -1)
			case !made || from == i || seen[from]:
			case w.at[from] >= 0:
				list = append(list, w.at[from])
			default:
				seen[from] = true
				list = append(list, w.reads(from, seen)...)
			}
		}
	}
	slices.Sort(list)
	return slices.Compact(list)
}

// windowIn is the window of a node that slides one over a plane.
func windowIn(n *network.NodeResult) *windowOf {
	for k, st := range n.Ops {
		var w layer.Window
		groups := 1
		switch op := st.Op.(type) {
		case layer.Conv:
			w, groups = op.Window, op.Groups
		case layer.Pool:
			if w, groups = op.Window, n.Stages[k].Inputs[0][1]; op.Global || op.Adaptive != nil {
				return nil
			}
		default:
			continue
		}
		pads := n.Stages[k].Pads
		if len(w.Kernel) != 2 || len(pads) != 2 {
			return nil
		}
		return &windowOf{w.Kernel, w.Stride, orOnes(w.Dilation), []int{pads[0].Begin, pads[1].Begin}, groups}
	}
	return nil
}

// padding is the window of an instruction that pads an N x C x H x W array: one pixel, shifted.
func (r *running) padding(in *network.Instruction) *windowOf {
	pads, _ := in.Attributes["pads"].([]int64)
	if pads == nil && len(in.In) > 1 && in.In[1] != network.None {
		if w := r.graph.Program.Values[in.In[1]].Weight; w != nil && w.Elem == tensor.Int64 {
			if a, err := w.Read(); err == nil {
				pads = tensor.Data[int64](a)
			}
		}
	}
	if len(pads) != 8 {
		return nil
	}
	one := []int{1, 1}
	return &windowOf{one, one, one, []int{int(pads[2]), int(pads[3])}, 1}
}

func orOnes(d []int) []int {
	if len(d) == 0 {
		return []int{1, 1}
	}
	return d
}

func fieldOf(f shape.Field) *fieldJSON {
	if len(f.Size) != 2 || math.IsInf(f.Size[0]+f.Size[1], 0) {
		return nil
	}
	return &fieldJSON{f.Size, f.Jump, f.Start, f.Whole}
}

// classes are the largest numbers of the first output, where it is a row of them.
func (r *running) classes() []classJSON {
	out := r.net.Result(r.net.At[0])
	data, ok := tensor.Floats(out)
	if !ok || len(data) < 2 || out.Shape[len(out.Shape)-1] != len(data) {
		return nil
	}
	labels := strings.Split(r.graph.Metadata["labels"], ",")
	share := shares(data)
	order := make([]int, len(data))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(data[b], data[a]) })
	var list []classJSON
	for _, i := range order[:min(maxClasses, len(order))] {
		c := classJSON{Index: i, Value: float64(data[i]), Share: share[i]}
		if len(labels) == len(data) {
			c.Label = labels[i]
		}
		list = append(list, c)
	}
	return list
}

// shares are probabilities as they are, and the softmax of other numbers.
func shares(data []float32) []float64 {
	most, sum, share := float64(slices.Max(data)), 0.0, make([]float64, len(data))
	for i, v := range data {
		share[i] = float64(v)
		sum += share[i]
	}
	if slices.Min(data) >= 0 && math.Abs(sum-1) < 1e-2 {
		return share
	}
	sum = 0
	for i, v := range data {
		share[i] = math.Exp(float64(v) - most)
		sum += share[i]
	}
	for i := range share {
		share[i] /= sum
	}
	return share
}
