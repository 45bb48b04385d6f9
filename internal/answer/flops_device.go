package answer

import (
	"cmp"
	"slices"
	"strings"

	"convx/internal/device"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/report"
)

type deviceJSON struct {
	Device  string     `json:"device"`
	Elem    flops.Elem `json:"dtype"`
	Bound   string     `json:"is"` // what the times are
	Seconds float64    `json:"least_seconds"`
	Frames  float64    `json:"most_frames_per_second"`
	// With element-wise layers computed as the layers before them are stored.
	FusedSeconds float64           `json:"fused_least_seconds"`
	FusedFrames  float64           `json:"fused_most_frames_per_second"`
	Misfits      []string          `json:"does_not_fit"`
	Layers       []deviceLayerJSON `json:"layers"`
}

type deviceLayerJSON struct {
	Name    string       `json:"name"`
	Seconds float64      `json:"least_seconds"`
	Bound   device.Bound `json:"bound"`
}

// deviceBound() is what the times say that they are, in every format.
func deviceBound() string { return lang.Text("lower bound by the roofline, no prediction") }

// placed is a network or a layer on a device: what a document holds of it.
type placed struct {
	device.Placement
	deviceJSON
	blocks []report.Block
}

// On places the network on a device: the least time of each layer there, and of the whole. top is how many layers are listed,
// the slowest first, 0 for all in order.
func (c *NetworkCost) On(d device.Device, top int) { c.device = place(d.Place(c.Result), top) }

// On places the layer on a device, stage by stage.
func (c *Cost) On(d device.Device, top int) {
	p := d.PlaceRows(c.Count.Rows, c.Input[0], c.Types)
	p.Misfits = d.Misfits(c.Count.Total.WeightBytes, 0)
	c.device = place(p, top)
}

// Placement is the network on its device; nil if it is on none.
func (c NetworkCost) Placement() *device.Placement { return c.device.placement() }

// Placement is the layer on its device; nil if it is on none.
func (c Cost) Placement() *device.Placement { return c.device.placement() }

func (p *placed) placement() *device.Placement {
	if p == nil {
		return nil
	}
	return &p.Placement
}

func place(p device.Placement, top int) *placed {
	d := p.Device
	j := deviceJSON{Device: d.Name, Elem: p.Elem, Bound: deviceBound(), Misfits: append([]string{}, p.Misfits...), Layers: []deviceLayerJSON{}, Seconds: p.Least.Seconds(), Frames: p.Frames, FusedSeconds: p.Fused.Seconds(), FusedFrames: p.FusedFrames}
	bounds := map[device.Bound]int{}
	for _, l := range p.Layers {
		bounds[l.Bound]++
		j.Layers = append(j.Layers, deviceLayerJSON{l.Name, l.Least.Seconds(), l.Bound})
	}
	shown := slices.Clone(p.Layers)
	if top > 0 {
		slices.SortStableFunc(shown, func(a, b device.Layer) int { return cmp.Compare(b.Least, a.Least) })
		shown = shown[:min(top, len(shown))]
	}
	t := report.Table{Columns: []report.Column{{Name: "layer", Key: "name"}, {Name: "variant"}, {Name: "least time", Key: "least_seconds", Right: true}, {Name: "bound"}, {Name: "share"}}}
	for _, l := range shown {
		share := l.Least.Seconds() / max(j.Seconds, 1e-12)
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(l.Name), report.Str(l.Variant), report.Time(l.Least), report.Str(lang.Text(string(l.Bound))), shareOf(share),
		})
	}
	head := lang.Sprintf("on %s (%s), in %s: at least %s, at most %s frames a second; %s bound by compute, %d by memory", d.Name, lang.Text(d.Title), p.Elem, report.Duration(p.Least), report.Digits(j.Frames), lang.Plural(bounds[device.Compute], "layer"), bounds[device.Memory])
	fused := lang.Sprintf("with activations, batch norms and sums computed as the layers before them are stored: at least %s, at most %s frames a second", report.Duration(p.Fused), report.Digits(j.FusedFrames))
	foot := report.Text{deviceBound() + lang.Text(": every operation at the peak, every byte once at the full bandwidth")}
	if sources := estimates(d); sources != "" {
		foot = append(foot, lang.Sprintf("estimated: %s", sources))
	}
	for _, m := range j.Misfits {
		foot = append(foot, lang.Sprintf("does not fit: %s", m))
	}
	return &placed{p, j, []report.Block{report.Text{head, fused}, t, foot}}
}

// estimates are the figures of a device that no document gives.
func estimates(d device.Device) string {
	var out []string
	for _, f := range []struct {
		name string
		device.Figure
	}{{lang.Text("cores"), d.Cores}, {"GHz", d.GHz}, {lang.Text("bandwidth"), d.Bandwidth}} {
		if strings.HasPrefix(f.Source, "estimate") {
			out = append(out, f.name)
		}
	}
	for _, e := range flops.Elems() {
		if strings.HasPrefix(d.FLOPsPerCycle[e].Source, "estimate") {
			out = append(out, lang.Sprintf("operations a cycle in %s", e))
		}
	}
	return lang.List(out)
}
