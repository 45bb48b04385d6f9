// Package field finds what one output of a network's layer sees of a picture: the theoretical receptive field, and the effective one,
// propagated back through the network's weights.
package field

import (
	"context"
	"errors"
	"image"
	"slices"

	"convx/internal/feed"
	"convx/internal/gradient"
	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/network/open"
	"convx/internal/operands"
)

// Question names a layer of a network, and the picture that it looks at.
type Question struct {
	Network string
	Options open.Options
	At      string // the layer's name, or a glob that one layer matches
	Image   *image.RGBA
	As      operands.PreprocessAs
	Weights string // a file of the network's weights; "" draws those that it has not
	Seed    uint64
	// MaxBytes bounds the memory of activations; 0 is no bound.
	MaxBytes int64
}

// Answer is what the layer sees.
type Answer struct {
	Network *network.Result // at the size of the picture
	Layer   *network.NodeResult
	Image   *image.RGBA // as the network is fed with it
	// Effect is how much each pixel matters; nil where that cannot be propagated back, and Why says why.
	Effect *gradient.Map
	Why    error
	// Origins say what the network was fed with.
	Origins []string
}

// mostSide is the longer side of a picture that is taken as it is where the network takes any size.
const mostSide = 1024

// Check tells whether the network has such a layer, before a picture is read. Errors are *layer.Error, or those of reading a network.
func (q Question) Check() error {
	r, err := q.evaluate(q.Options)
	if err == nil {
		_, err = layerOf(r, q.At)
	}
	return err
}

// evaluate gives the network's shapes; what a model leaves open is the picture's size, at most mostSide.
func (q Question) evaluate(o open.Options) (*network.Result, error) {
	o.Likely = []int{1, 3, 224, 224}
	if q.Image != nil {
		w, h := q.Image.Rect.Dx(), q.Image.Rect.Dy()
		long := max(w, h, mostSide)
		o.Likely[2], o.Likely[3] = max(1, h*mostSide/long), max(1, w*mostSide/long)
	}
	g, evaluation, err := open.Network(q.Network, o)
	if err != nil {
		return nil, err
	}
	return network.Evaluate(g, evaluation)
}

// Of answers: it runs the network up to the layer, and back. stage is told what it is at.
func Of(ctx context.Context, q Question, stage func(string)) (a Answer, err error) {
	stage(lang.Sprintf("reading %s", q.Network))
	if a.Network, err = q.evaluate(q.Options); err != nil {
		return a, err
	}
	if sized, r := q.sized(a.Network); r != nil {
		q.Options, a.Network = sized, r
	} else if q.Options.Input == nil && q.Options.Sizes == nil {
		q.Options.Input = a.Network.Input
	}
	if a.Layer, err = layerOf(a.Network, q.At); err != nil {
		return a, err
	}
	in := a.Network.Input
	l, ok := feed.LayoutOf(in)
	if !ok {
		l = feed.Layout{Height: in[2], Width: in[3]}
	}
	a.Image = feed.Fit(q.Image, l.Width, l.Height, q.As.Fit)
	return a, q.effect(ctx, &a, l.Last, stage)
}

// sized is the network at the picture's own size, where it takes that and no other was asked for; nil otherwise.
func (q Question) sized(r *network.Result) (open.Options, *network.Result) {
	o, b := q.Options, q.Image.Bounds()
	l, ok := feed.LayoutOf(r.Input)
	if !ok || l.Last || o.Input != nil || o.Sizes != nil || slices.Contains(q.As.Given, "--fit") || max(b.Dx(), b.Dy()) > mostSide {
		return o, nil
	}
	o.Input = []int{l.Channels, b.Dy(), b.Dx()}
	r, err := q.evaluate(o)
	if err != nil {
		return o, nil
	}
	if _, err := layerOf(r, q.At); err != nil {
		return o, nil
	}
	return o, r
}

// A single draw of weights has its own idea of which pixels matter: networks of up to cheapMACs are drawn so many times.
const draws, cheapMACs = 4, 8e9

// effect propagates the layer's output back to the picture; where weights are drawn and that is cheap, on average over several draws.
func (q Question) effect(ctx context.Context, a *Answer, last bool, stage func(string)) error {
	q.Options.Program = true
	first, feeds, err := q.influence(ctx, a, last, stage, q.Seed)
	if err != nil || a.Why != nil {
		return err
	}
	a.Origins, a.Effect = feeds.Origins, &first
	if feeds.Graph.Program.Drawn == 0 || a.Network.Total.MACs > cheapMACs {
		return nil
	}
	all := []gradient.Map{first}
	for k := range uint64(draws - 1) {
		m, _, err := q.influence(ctx, a, last, stage, q.Seed+1+k)
		if err != nil {
			return err
		}
		if a.Why = nil; m.Of == first.Of && m.Total() > 0 { // of the same output: what is nothing in one draw says nothing
			all = append(all, m)
		}
	}
	if len(all) == 1 {
		return nil
	}
	mean := gradient.Mean(all)
	a.Effect = &mean
	a.Origins = append(a.Origins, lang.Sprintf("effective field: the mean over %d draws of the weights, from seed %d on", len(all), q.Seed))
	return nil
}

// influence propagates the layer's output back through weights of a seed; where that cannot be, the answer says why.
func (q Question) influence(ctx context.Context, a *Answer, last bool, stage func(string), seed uint64) (gradient.Map, *operands.Feeds, error) {
	feeds := &operands.Feeds{Network: q.Network, Options: q.Options, Image: q.Image, Seed: seed, Weights: q.Weights, As: q.As}
	defer feeds.Close()
	if err := feeds.Open(); err != nil {
		if q.Weights != "" || len(q.As.Given) > 0 { // what the user gave is at fault, or may be
			return gradient.Map{}, nil, err
		}
		a.Why = err
		return gradient.Map{}, nil, nil
	}
	stage(lang.Sprintf("propagating %s back", a.Layer.Node.Name))
	m, err := gradient.Influence(ctx, feeds.Graph.Program, a.Layer.Node.Name, feeds.Fed, last, feeds.Arrays, infer.Options{MaxBytes: q.MaxBytes})
	var missing *gradient.Missing
	var unsupported *infer.Unsupported
	switch {
	case errors.As(err, &missing), errors.As(err, &unsupported):
		a.Why = err
		return m, feeds, nil
	case err == nil && m.Total() == 0:
		a.Why = lang.Errorf("on this picture nothing comes back from %s", m.Of)
	}
	return m, feeds, err
}

// layerOf is the layer of that name, whose field must lie on a picture.
func layerOf(r *network.Result, name string) (*network.NodeResult, error) {
	n, err := r.At(name)
	switch {
	case err != nil:
		return nil, layer.Errorf("--at %v", err).Hint("convx shape --net lists the layers")
	case len(r.Input) != 4 || len(n.Output) != 4 && !n.Field.Whole || len(n.Field.Size) != 2 && !n.Field.Whole:
		return nil, layer.Errorf("--at %s: its field is not of a picture's two axes", name)
	case r.Input[2]*r.Input[3] == 1:
		return nil, layer.Errorf("%s takes %s, which no picture becomes: there is no field to show on one", r.Graph.Name, layer.FormatShape(r.Input))
	}
	return n, nil
}
