package device

import (
	"cmp"
	"time"

	"convx/internal/flops"
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
		p.add(Layer{Name: n.Node.Name, Variant: n.Variant}, n.Total)
	}
	if p.Least > 0 && len(r.Input) > 0 {
		p.Frames = float64(r.Input[0]) / p.Least.Seconds()
	}
	return p
}

// PlaceRows puts the rows of one layer on the device: its stages, on a batch of so many pictures.
func (d Device) PlaceRows(rows []flops.Row, batch int, types flops.Types) Placement {
	_, elem := d.Peak(cmp.Or(types.Activations, flops.Float32))
	p := Placement{Device: d, Elem: elem}
	for _, r := range rows {
		p.add(Layer{Name: r.Name, Variant: string(r.Kind)}, r.Total)
	}
	if p.Least > 0 {
		p.Frames = float64(batch) / p.Least.Seconds()
	}
	return p
}

func (p *Placement) add(l Layer, t flops.Total) {
	l.Least, l.Bound = p.Device.Least(t, p.Elem)
	p.Layers = append(p.Layers, l)
	if p.Least += l.Least; p.Least < l.Least {
		p.Least = 1<<63 - 1 // more than a duration holds
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
