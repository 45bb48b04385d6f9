package infer

import (
	"context"
	"runtime"
	"sync"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/ops"
	"convx/internal/report"
	"convx/internal/tensor"
)

// Options say how a network runs, never what it computes.
type Options struct {
	// Algorithm is as ops.Options has it.
	Algorithm string
	// Threads is the number of threads; 0 is all of GOMAXPROCS.
	Threads int
	// At are the values to keep beside the outputs, by the names of layers or tensors; * and ? stand for any text.
	At []string
	// Without names rewrites of the graph to leave out; "all" is each.
	Without []string
	// Watch looks at what feeds the convolutions, and computes what is out of the ordinary by what keeps to the definition.
	Watch bool
	// Once says that the network runs a single time: weights are not transformed into more where that takes longer than it saves.
	Once bool
	// MaxBytes bounds the memory of activations and of each array; 0 is no bound.
	MaxBytes int64
}

// usualRuns is how often a network is taken to run: often enough that packing decides only between what takes as long.
const usualRuns = 200

// nearWeights is the bytes of weights, of all layers, that caches keep from one run to the next.
const nearWeights = 1 << 20

// weightBytes is what a program's weights take, as it holds them.
func weightBytes(p *network.Program) int {
	n := 0
	for _, v := range p.Values {
		if v.Weight != nil {
			n += v.Weight.Bytes
		}
	}
	return n
}

func (o Options) runs() int {
	if o.Once {
		return 1
	}
	return usualRuns
}

func (o Options) threads() int {
	if o.Threads <= 0 {
		return runtime.GOMAXPROCS(0)
	}
	return o.Threads
}

// Network is a network that is ready to run.
type Network struct {
	// Inputs are what Run is to be fed with.
	Inputs  []network.Port
	outputs []network.Port
	// At are the kept values: what was asked for, in the order of the network, or else the outputs.
	At []network.Port

	// Observe, if not nil, is called after each step with its place in Layers and what it has made.
	Observe func(i int, made *tensor.Array)

	program    *network.Program
	options    Options
	values     []value
	nodes      []*node
	reading    [16]sync.Mutex // of constants, by value
	spares     spares
	arena      []byte
	arenaBytes int
	opsOptions ops.Options
	departures []Departure
	unwatched  bool
	// workspace and packed are the bytes of scratch memory and of packed weights.
	workspace, packed int
}

// Prepare makes a network ready: weights read, constants computed, how each node runs chosen, memory planned. It wants a graph
// with a program. The error is an *Unsupported where there are operators that nobody can run.
func Prepare(ctx context.Context, g *network.Graph, o Options) (*Network, error) {
	p := g.Program
	if p == nil {
		return nil, lang.New("the network was read to be counted, not to be run")
	}
	if err := refuse(p.Code); err != nil {
		return nil, err
	}
	for _, out := range p.Outputs {
		if out.Elem == tensor.Sequence && len(o.At) == 0 {
			return nil, lang.Errorf("the output %q is no tensor: name what goes into it with --at", out.Name)
		}
	}
	if err := fits(p, o.MaxBytes); err != nil {
		return nil, err
	}
	net := &Network{Inputs: p.Inputs, outputs: p.Outputs, program: p, options: o, values: make([]value, len(p.Values))}
	net.opsOptions = ops.Options{Algorithm: o.Algorithm, Threads: o.threads(), Runs: o.runs(), Cold: weightBytes(p) > nearWeights, OddWeights: o.Watch}.Sharing()
	for i, v := range p.Values {
		net.values[i] = value{name: v.Name, shape: v.Shape, weight: v.Weight}
	}
	var err error
	if net.nodes, err = net.take(p.Code, true); err != nil {
		return nil, err
	}
	if err := net.keep(); err != nil {
		return nil, err
	}
	net.inferElems()
	for _, prepare := range []func(context.Context) error{net.fold, net.rewrite, net.chooseSteps, net.readWeights} {
		if err := prepare(ctx); err != nil {
			return nil, err
		}
	}
	if err := net.placeAll(); err != nil {
		return nil, err
	}
	net.spares.rest(net.arenaBytes)
	return net, nil
}

// fits refuses weights that there is no memory for, before any is read or drawn.
func fits(p *network.Program, most int64) error {
	total := 0
	for i := range p.Values {
		if w := p.Values[i].Weight; w != nil {
			total += w.Bytes
		}
		if most > 0 && (total < 0 || int64(total) > most) {
			return lang.Errorf("its weights take more than the %s of memory that can be had", report.Bytes(int(most)))
		}
	}
	return nil
}

// keep marks what stays to the end of a run.
func (net *Network) keep() error {
	for _, o := range net.outputs {
		net.values[o.Value].kept = true
	}
	if len(net.options.At) == 0 {
		net.At = net.outputs
		return nil
	}
	found := map[string]bool{}
	seen := map[int]bool{}
	for i := range net.program.Code {
		in := &net.program.Code[i]
		for k, v := range in.Out {
			if v == network.None || seen[v] {
				continue
			}
			name := net.values[v].name
			for _, pattern := range net.options.At {
				if !network.Matches(pattern, name) && !(k == 0 && network.Matches(pattern, in.Name)) {
					continue
				}
				found[pattern] = true
				if !seen[v] {
					seen[v] = true
					net.values[v].kept = true
					net.At = append(net.At, network.Port{Name: name, Value: v})
				}
			}
		}
	}
	for v := range net.program.Values {
		if name := net.values[v].name; net.program.Values[v].Constant && !seen[v] {
			for _, pattern := range net.options.At {
				if !seen[v] && network.Matches(pattern, name) {
					seen[v], found[pattern] = true, true
					net.values[v].kept = true
					net.At = append(net.At, network.Port{Name: name, Value: v})
				}
			}
		}
	}
	for _, o := range net.outputs { // under their own names too: an output may be a branch's value
		for _, pattern := range net.options.At {
			if network.Matches(pattern, o.Name) {
				found[pattern] = true
				if !seen[o.Value] {
					seen[o.Value] = true
					net.At = append(net.At, o)
				}
			}
		}
	}
	for _, pattern := range net.options.At {
		if !found[pattern] {
			return NoLayer(pattern)
		}
	}
	return nil
}

// NoLayer reports a name, or a pattern, that no layer and no tensor of a network has.
func NoLayer(name string) error {
	return layer.Errorf("no layer or tensor is called %s", name).Hint("convx shape --net lists the layers")
}

// Result is the array under a port of At, or of the outputs, after a run.
func (net *Network) Result(p network.Port) *tensor.Array { return net.values[p.Value].array }

// ActivationBytes is the memory that values of known shape take.
func (net *Network) ActivationBytes() int { return net.arenaBytes }
