package answer

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"convx/internal/device"
	"convx/internal/flops"
	"convx/internal/report"
)

type deviceJSON struct {
	Device  string            `json:"device"`
	Elem    flops.Elem        `json:"dtype"`
	Bound   string            `json:"is"` // what the times are
	Seconds float64           `json:"least_seconds"`
	Frames  float64           `json:"most_frames_per_second"`
	Misfits []string          `json:"does_not_fit"`
	Layers  []deviceLayerJSON `json:"layers"`
}

type deviceLayerJSON struct {
	Name    string       `json:"name"`
	Seconds float64      `json:"least_seconds"`
	Bound   device.Bound `json:"bound"`
}

// deviceBound is what the times say that they are, in every format.
const deviceBound = "lower bound by the roofline, no prediction"

// placed is a network on a device: what a document holds of it.
type placed struct {
	deviceJSON
	blocks []report.Block
}

// On places the network on a device: the least time of each layer there, and of the whole. top is how many layers are listed,
// the slowest first, 0 for all in order.
func (c *NetworkCost) On(d device.Device, top int) {
	r := c.Result
	_, elem := d.Peak(cmp.Or(r.Options.Types.Activations, flops.Float32))
	j := deviceJSON{Device: d.Name, Elem: elem, Bound: deviceBound, Misfits: append([]string{}, d.Misfits(r.Total.WeightBytes, r.PeakMemory)...), Layers: []deviceLayerJSON{}}
	var whole time.Duration
	bounds := map[device.Bound]int{}
	kinds := map[string]string{}
	for _, row := range c.all() {
		least, bound := d.Least(row.Total, elem)
		whole += least
		bounds[bound]++
		kinds[row.Name] = row.Variant
		j.Layers = append(j.Layers, deviceLayerJSON{row.Name, least.Seconds(), bound})
	}
	j.Seconds = whole.Seconds()
	if whole > 0 && len(r.Input) > 0 {
		j.Frames = float64(r.Input[0]) / whole.Seconds()
	}
	shown := slices.Clone(j.Layers)
	if top > 0 {
		slices.SortStableFunc(shown, func(a, b deviceLayerJSON) int { return cmp.Compare(b.Seconds, a.Seconds) })
		shown = shown[:min(top, len(shown))]
	}
	t := report.Table{Columns: []report.Column{{Name: "layer", Key: "name"}, {Name: "variant"}, {Name: "least time", Key: "least_seconds", Right: true}, {Name: "bound"}, {Name: "share"}}}
	for _, l := range shown {
		share := l.Seconds / max(j.Seconds, 1e-12)
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(l.Name), report.Str(kinds[l.Name]), report.Time(time.Duration(l.Seconds * 1e9)), report.Str(string(l.Bound)), {Text: bar(share), Raw: share},
		})
	}
	head := fmt.Sprintf("on %s (%s), in %s: at least %s, at most %s frames a second; %s bound by compute, %d by memory", d.Name, d.Title, elem, report.Duration(whole), report.Digits(j.Frames), report.Plural(bounds[device.Compute], "layer"), bounds[device.Memory])
	foot := report.Text{deviceBound + ": every operation at the peak, every byte once at the full bandwidth"}
	if sources := estimates(d); sources != "" {
		foot = append(foot, "estimated: "+sources)
	}
	for _, m := range j.Misfits {
		foot = append(foot, "does not fit: "+m)
	}
	c.device = &placed{j, []report.Block{report.Text{head}, t, foot}}
}

// estimates are the figures of a device that no document gives.
func estimates(d device.Device) string {
	var out []string
	for _, f := range []struct {
		name string
		device.Figure
	}{{"cores", d.Cores}, {"GHz", d.GHz}, {"bandwidth", d.Bandwidth}} {
		if strings.HasPrefix(f.Source, "estimate") {
			out = append(out, f.name)
		}
	}
	for _, e := range flops.Elems() {
		if strings.HasPrefix(d.FLOPsPerCycle[e].Source, "estimate") {
			out = append(out, "operations a cycle in "+string(e))
		}
	}
	return strings.Join(out, ", ")
}
