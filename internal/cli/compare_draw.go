package cli

import (
	"context"
	"math"
	"strings"

	"convx/internal/chart"
	"convx/internal/layer"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// draw writes the pictures that were asked for.
func (o *compareOptions) draw(ctx context.Context, c comparison) error {
	if len(o.outputs) > 0 {
		if err := o.drawOutputs(ctx, c); err != nil {
			return err
		}
	}
	if o.plot != "" {
		if err := writeChart(ctx, o.Streams, o.plot, o.input, compareBars(c).Write); err != nil {
			return err
		}
		o.sayf("wrote %q", o.plot)
	}
	return nil
}

// compareBars draws params, MACs and times.
func compareBars(c comparison) chart.Bars {
	b := chart.Bars{Baseline: c.Baseline}
	params, macs, took := chart.Panel{Title: "params"}, chart.Panel{Title: "MACs"}, chart.Panel{Title: "time (median)"}
	for _, r := range c.Rows {
		b.Labels = append(b.Labels, r.Label)
		add := func(p *chart.Panel, v float64, text string) {
			p.Values, p.Texts = append(p.Values, v), append(p.Texts, text)
		}
		add(&params, float64(r.Cost.Total.Params), report.SI(float64(r.Cost.Total.Params)))
		add(&macs, float64(r.Cost.Total.MACs), report.SI(float64(r.Cost.Total.MACs)))
		if r.Timing != nil {
			add(&took, r.Timing.Median.Seconds(), timeText(r.Timing.Median))
		}
	}
	b.Panels = []chart.Panel{params, macs}
	if c.timed {
		b.Panels = append(b.Panels, took)
	}
	return b
}

// mostMaps bounds the feature maps of one output in a figure.
const mostMaps = 16

// drawOutputs lays the input and the outputs out side by side, each under its own scale, with what it is and how far it is off.
func (o *compareOptions) drawOutputs(ctx context.Context, c comparison) error {
	mapping, err := picture.ParseMapping(o.mapping)
	if err != nil {
		return err
	}
	panels := make([]picture.Panel, 0, len(c.Rows)+1)
	add := func(t *tensor.Tensor[float32], scale int, label string, more ...string) error {
		if len(t.Shape) != 4 {
			return usagef("-o: %s has %d spatial axes: pictures have 2", label, len(t.Shape)-2)
		}
		opt := picture.MapOptions{Mapping: mapping, Scale: scale}
		if n := t.Shape[1]; n > mostMaps {
			for i := range mostMaps {
				opt.Channels = append(opt.Channels, i)
			}
		}
		p, mapped, err := picture.Map(t, opt)
		if err != nil {
			return err
		}
		caption := append([]string{label, layer.FormatShape(t.Shape), mapped.String()}, more...)
		panels = append(panels, picture.Panel{Image: p.Image(), Caption: strings.Join(caption, "\n")})
		return nil
	}
	if err := add(c.Given, o.inputScale(c), "input"); err != nil {
		return err
	}
	for i, r := range c.Rows {
		var more []string
		if i == c.Baseline && len(c.Rows) > 1 {
			more = append(more, "the baseline")
		}
		if r.Deviation != nil {
			more = append(more, "max |diff| from the baseline "+report.Digits(r.Deviation.Max))
		}
		if err := add(r.Computed, o.magnify, r.Label, more...); err != nil {
			return err
		}
	}
	figure := picture.Panels(panels, panelColumns(len(panels)))
	for _, path := range o.outputs {
		if err := writeFile(ctx, o.Streams, path, []string{o.input}, figure.Encode); err != nil {
			return err
		}
		o.sayf("wrote %q: the outputs side by side", path)
	}
	return nil
}

// inputScale magnifies the input to about the size of the widest output, but not below its own.
func (o *compareOptions) inputScale(c comparison) int {
	widest := 0
	for _, r := range c.Rows {
		widest = max(widest, r.Computed.Shape[len(r.Computed.Shape)-1])
	}
	return max(1, widest*max(1, o.magnify)/c.Given.Shape[len(c.Given.Shape)-1])
}

// panelColumns keeps few panels in one row, and lays more out in nearly a square.
func panelColumns(n int) int {
	if n <= 3 {
		return n
	}
	return int(math.Ceil(math.Sqrt(float64(n))))
}
