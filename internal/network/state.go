package network

import (
	"math"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/tensor"
)

// Stored is arrays by name, from which a network takes its weights.
type Stored interface {
	// Names lists them, and Shape gives the shape of one.
	Names() []string
	Shape(name string) []int
	// Read reads one in float32.
	Read(name string) (*tensor.Array, error)
}

// drawing is how weights are drawn that no file gives: uniformly, so that sums of fan products with inputs of this mean square
// have a mean square of 1 (He et al. 2015, for inputs of any kind), or else all at one number.
type drawing struct {
	fan    int
	square float64
	fixed  float64
	// optional says that a file need not have it, or may have one number for all of it.
	optional bool
}

func (d drawing) array(name string, shape []int, seed uint64) *tensor.Array {
	t := tensor.New[float32](shape...)
	if d.fan > 0 {
		// Processors differ in the last bits of the square: some fuse a product and a sum. Rounded to float32 the scale has none.
		scale := float32(math.Sqrt(3 / (float64(d.fan) * max(d.square, 1e-12))))
		tensor.FillUniform(t, tensor.NewStream(seed, name), float64(scale))
	} else {
		for i := range t.Data {
			t.Data[i] = float32(d.fixed)
		}
	}
	return tensor.FromTensor(t)
}

// request is a weight that a program needs.
type request struct {
	name    string
	shape   []int
	drawing drawing
	node    int
	read    func() (*tensor.Array, error)
}

// weight is a value that is the operand of the layer at hand of that name.
func (e *emitter) weight(operand string, shape []int, d drawing) int {
	name := e.owner + "." + operand
	if v, ok := e.held[name]; ok {
		return v
	}
	at := e.want(operand, shape, d)
	v := e.value(name, shape, moments{})
	e.held[name] = v
	e.program.Values[v].Weight = &Weight{
		Name: name, Elem: tensor.Float32, Shape: shape, Bytes: 4 * elements(shape), Read: func() (*tensor.Array, error) { return e.wanted[at].read() },
	}
	return v
}

// want asks for an array, and returns its place among all that are wanted.
func (e *emitter) want(operand string, shape []int, d drawing) int {
	e.wanted = append(e.wanted, request{name: e.owner + "." + operand, shape: shape, drawing: d, node: e.node})
	return len(e.wanted) - 1
}

func elements(shape []int) int {
	n := 1
	for _, d := range shape {
		n *= d
	}
	return n
}

// assign says where each wanted array comes from.
func (e *emitter) assign(stored Stored, seed uint64) error {
	if stored == nil {
		e.program.Drawn = len(e.wanted)
		for i := range e.wanted {
			w := &e.wanted[i]
			w.read = func() (*tensor.Array, error) { return w.drawing.array(w.name, w.shape, seed), nil }
		}
		return nil
	}
	unread := map[string]string{} // names in the file by what they are without what wraps them
	for _, name := range stored.Names() {
		if !strings.HasSuffix(name, ".num_batches_tracked") {
			unread[unwrapped(name)] = name
		}
	}
	names := e.bestNames(unread)
	var missing, wrong []string
	for i := range e.wanted {
		w := &e.wanted[i]
		key, ok := unread[names[i]]
		switch {
		case !ok && w.drawing.optional:
			w.read = func() (*tensor.Array, error) { return w.drawing.array(w.name, w.shape, seed), nil }
			continue
		case !ok:
			missing = append(missing, names[i])
			continue
		}
		delete(unread, names[i])
		got := stored.Shape(key)
		one := w.drawing.optional && elements(got) == 1
		if !one && !fits(got, w.shape) {
			wrong = append(wrong, lang.Sprintf("%s is %s, not %s", key, layer.FormatShape(got), layer.FormatShape(w.shape)))
			continue
		}
		w.read = func() (*tensor.Array, error) {
			a, err := stored.Read(key)
			if err != nil || slices.Equal(a.Shape, w.shape) {
				return a, err
			}
			if one {
				return tensor.ArrayOf(slices.Repeat(tensor.Data[float32](a), elements(w.shape)), w.shape...), nil
			}
			return a.View(w.shape...), nil
		}
	}
	var unknown []string
	for _, key := range unread {
		unknown = append(unknown, key)
	}
	slices.Sort(unknown)
	var said []string
	for _, l := range []struct {
		list []string
		what string
	}{{wrong, lang.Text("of another shape")}, {missing, lang.Text("missing")}, {unknown, lang.Text("that the network has not")}} {
		if len(l.list) > 0 {
			said = append(said, lang.Sprintf("%d %s: %s", len(l.list), l.what, some(l.list)))
		}
	}
	if said != nil {
		return layer.Errorf("the weights do not fit %s: %s", e.result.Graph.Name, strings.Join(said, lang.Text("; ")))
	}
	return nil
}

// mostNamed bounds how many names a message lists.
const mostNamed = 6

func some(list []string) string {
	if len(list) <= mostNamed {
		return lang.List(list)
	}
	return lang.List(append(slices.Clone(list[:mostNamed]), "…"))
}

// unwrapped is a name without what trainers put in front of every name.
func unwrapped(name string) string {
	for _, wrap := range []string{"module.", "model.", "state_dict.", "_orig_mod."} {
		name = strings.TrimPrefix(name, wrap)
	}
	return name
}

// fits tells whether an array holds what a weight of that shape does: a 1x1 convolution is a linear layer, and one over the whole
// plane too.
func fits(got, want []int) bool {
	return slices.Equal(got, want) || len(got) > 0 && len(want) > 0 && got[0] == want[0] && elements(got) == elements(want)
}

// bestNames are the names of what is wanted, in the words of which the file has most: the network's own, or those of a framework.
func (e *emitter) bestNames(stored map[string]string) []string {
	var best []string
	most := -1
	for _, rules := range append([]naming{{}}, e.result.Graph.naming...) {
		names := make([]string, len(e.wanted))
		found := 0
		for i, w := range e.wanted {
			names[i] = rules.apply(w.name)
			if _, ok := stored[names[i]]; ok {
				found++
			}
		}
		if found > most {
			best, most = names, found
		}
	}
	return best
}
