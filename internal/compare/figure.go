package compare

import (
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// mostMaps bounds the feature maps of one output in a figure.
const mostMaps = 16

// Panels are the input and the outputs, each with what it is and how far it is off: those whose values are
// of one kind in one scale, unless the mapping says otherwise. Of the options only Mapping, Scale and Dark are read.
func (c *Comparison) Panels(o picture.MapOptions) ([]picture.Panel, error) {
	panels := make([]picture.Panel, 0, len(c.Rows)+1)
	all := []*tensor.Tensor[float32]{c.Given}
	for _, r := range c.Rows {
		all = append(all, r.Computed)
	}
	mappings := picture.Together(o.Mapping, all)
	add := func(t *tensor.Tensor[float32], noise float64, scale int, label string, more ...string) error {
		if len(t.Shape) != 4 {
			return layer.Errorf("%s has %d spatial axes: pictures have 2", label, len(t.Shape)-2)
		}
		opt := picture.MapOptions{Mapping: mappings[len(panels)], Scale: scale, Noise: noise, Dark: o.Dark, Beside: len(all) - 1}
		if n := t.Shape[1]; n > mostMaps {
			for i := range mostMaps {
				opt.Channels = append(opt.Channels, i)
			}
		}
		p, mapped, err := picture.Map(t, opt)
		if err != nil {
			return err
		}
		caption := append([]string{label, layer.FormatShape(t.Shape)}, mapped.Facts()...)
		if n := sharing(mappings, len(panels)); n > 1 && o.Mapping == picture.AutoMapping || o.Mapping == picture.SharedMapping {
			caption = append(caption, lang.Sprintf("one scale for %d", n))
		}
		caption = append(caption, more...)
		panels = append(panels, picture.Panel{Image: p.Image(), Caption: strings.Join(caption, "\n")})
		return nil
	}
	if err := add(c.Given, 0, c.inputScale(o.Scale), lang.Text("input")); err != nil {
		return nil, err
	}
	for i, r := range c.Rows {
		var more []string
		if i == c.Baseline && len(c.Rows) > 1 {
			more = append(more, lang.Text("the baseline"))
		}
		if r.Deviation != nil {
			more = append(more, lang.Sprintf("max |diff| %s", report.Digits(r.Deviation.Max)))
		}
		if err := add(r.Computed, r.Noise, o.Scale, r.Label, more...); err != nil {
			return nil, err
		}
	}
	return panels, nil
}

// sharing is how many panels have the mapping of panel i.
func sharing(all []picture.Mapping, i int) (n int) {
	for _, m := range all {
		if m == all[i] {
			n++
		}
	}
	return n
}

// inputScale magnifies the input to about the size of the widest output, but not below its own.
func (c *Comparison) inputScale(magnify int) int {
	widest := 0
	for _, r := range c.Rows {
		widest = max(widest, r.Computed.Shape[len(r.Computed.Shape)-1])
	}
	return max(1, widest*max(1, magnify)/c.Given.Shape[len(c.Given.Shape)-1])
}
