package device

import (
	"cmp"
	"time"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/network"
)

// Layer is the least time of a layer on a device, and what bounds it.
type Layer struct {
	Name, Variant string
	Least         time.Duration
	Bound         Bound
}

// Placement is a network on a device: a lower bound of its time by the roofline, no prediction.
type Placement struct {
	Device Device
	// Elem is the type that operations are done in.
	Elem   flops.Elem
	Layers []Layer
	// Least is the sum over the layers; Frames the pictures a second that it allows at most.
	Least  time.Duration
	Frames float64
	// Fused is that sum where activations, batch norms, products and sums by position are computed as the layers before them are stored: no
	// engine goes below it, except by caches.
	Fused       time.Duration
	FusedFrames float64
	// Misfits say what does not fit.
	Misfits []string
}

// Place puts a network on the device, layer by layer in order.
func (d Device) Place(r *network.Result) Placement {
	_, elem := d.Peak(cmp.Or(r.Options.Types.Activations, flops.Float32))
	p := Placement{Device: d, Elem: elem, Misfits: d.Misfits(r.Total.WeightBytes, r.PeakMemory)}
	for i := range r.Nodes {
		n := &r.Nodes[i]
		switch n.Node.Op.(type) {
		case *network.Input:
			continue
		case *network.Constant:
			if n.Total.Params == 0 {
				continue
			}
		}
		p.add(Layer{Name: n.Node.Name, Variant: n.Variant}, n.Total, p.beside(r, n))
	}
	if len(r.Input) > 0 {
		p.frames(r.Input[0])
	}
	return p
}

// PlaceRows puts the rows of one layer on the device: its stages, on a batch of so many pictures.
func (d Device) PlaceRows(rows []flops.Row, batch int, types flops.Types) Placement {
	_, elem := d.Peak(cmp.Or(types.Activations, flops.Float32))
	p := Placement{Device: d, Elem: elem}
	for i, r := range rows {
		fused := alone
		if i > 0 && fusable[r.Kind] {
			fused = 0
		}
		p.add(Layer{Name: r.Name, Variant: string(r.Kind)}, r.Total, fused)
	}
	p.frames(batch)
	return p
}

// alone says that a layer is no part of the one before it.
const alone int64 = -1

// fusable are the primitives that an engine can compute as it stores what the layer before them makes.
var fusable = map[layer.Kind]bool{layer.KindActivation: true, layer.KindNorm: true, layer.KindAdd: true, layer.KindScale: true}

// beside is what a node still reads when it is fused into the layer that makes its largest input, in bytes; alone, if it cannot be.
func (p *Placement) beside(r *network.Result, n *network.NodeResult) int64 {
	_, byPosition := n.Node.Op.(*network.Elementwise)
	for i, st := range n.Ops {
		byPosition = (i == 0 || byPosition) && fusable[st.Op.Kind()]
		switch op := st.Op.(type) {
		case layer.Activation:
			byPosition = byPosition && op.Func != "softmax" // sees all channels
		case layer.Norm:
			byPosition = byPosition && op.Func == "batch" // others take statistics first
		}
	}
	computed := false
	elem, total, most := cmp.Or(n.Types.Activations, flops.Float32), int64(0), int64(0)
	for k, in := range n.Node.Inputs {
		switch r.Nodes[in].Node.Op.(type) {
		case *network.Input, *network.Constant:
		default:
			computed = true
		}
		bytes, err := elem.BytesOf(n.Inputs[k])
		if err != nil {
			return alone
		}
		total, most = total+bytes, max(most, bytes)
	}
	if !byPosition || !computed {
		return alone
	}
	return total - most
}

// add adds a layer; fused is what it reads when it is part of the one before it, or alone.
func (p *Placement) add(l Layer, t flops.Total, fused int64) {
	l.Least, l.Bound = p.Device.Least(t, p.Elem)
	p.Layers = append(p.Layers, l)
	least := l.Least
	if fused != alone {
		least, _ = p.Device.Least(flops.Total{ActivationBytes: fused}, p.Elem)
		least = min(least, l.Least)
	}
	for _, sum := range []struct {
		of *time.Duration
		by time.Duration
	}{{&p.Least, l.Least}, {&p.Fused, least}} {
		if *sum.of += sum.by; *sum.of < sum.by {
			*sum.of = 1<<63 - 1 // more than a duration holds
		}
	}
}

// frames says how many pictures a second the times allow, of so many at once.
func (p *Placement) frames(batch int) {
	if p.Least > 0 {
		p.Frames = float64(batch) / p.Least.Seconds()
	}
	if p.Fused > 0 {
		p.FusedFrames = float64(batch) / p.Fused.Seconds()
	}
}

// Times are the least times by layer. Layers of one name count together.
func (p Placement) Times() map[string]time.Duration {
	out := make(map[string]time.Duration, len(p.Layers))
	for _, l := range p.Layers {
		out[l.Name] += l.Least
	}
	return out
}
