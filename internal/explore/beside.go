package explore

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

// bars shows the costs of the layer, and those of the baseline beside it, to one scale.
func (m Model) bars(width int) []string {
	now, err := flops.Of(m.result)
	if err != nil {
		return nil
	}
	if m.base == nil {
		return nil
	}
	base, err := flops.Of(*m.base)
	if err != nil {
		return nil
	}
	lines := []string{title().Render(lang.Sprintf("against the baseline %s %s → %s", m.base.Layer.Variant, layer.FormatShape(m.base.Input), layer.FormatShape(m.base.Output)))}
	room := max(8, width-40)
	name := lipgloss.NewStyle().Width(max(lipgloss.Width(lang.Text("params")), lipgloss.Width(lang.Text("FLOPs"))))
	for _, c := range []struct {
		name      string
		now, base int64
	}{{lang.Text("params"), now.Total.Params, base.Total.Params}, {lang.Text("MACs"), now.Total.MACs, base.Total.MACs}, {lang.Text("FLOPs"), now.Total.FLOPs, base.Total.FLOPs}} {
		most := max(1, c.now, c.base)
		for _, side := range []struct {
			name string
			n    int64
		}{{lang.Text("now"), c.now}, {lang.Text("base"), c.base}} {
			n := int(float64(side.n)/float64(most)*float64(room) + 0.5)
			lines = append(lines, "  "+name.Render(c.name)+fmt.Sprintf(" %-4s %s %s", side.name, strings.Repeat("█", n), report.SI(float64(side.n))))
		}
	}
	return lines
}

// own shows what makes the variant one, in a few lines.
func (m Model) own(width int) []string {
	if m.err != nil {
		return nil
	}
	r := m.result
	last := r.Layer.Stages[len(r.Layer.Stages)-1]
	switch op := r.Layer.Stages[0].Op.(type) {
	case layer.Transposed:
		return []string{lang.Text("products that meet along an axis: ") + overlaps(r, op.Window, width-34)}
	case layer.Conv:
		switch {
		case len(r.Stages) > 1:
		case op.Groups > 1:
			said := lanes(r.Input[1], r.Output[1], op.Groups, width)
			if m.slide != nil {
				said = append(said, m.slide.sum(m.frame%m.slide.steps())...)
			}
			return said
		case m.slide != nil && m.slide.kernel == 1:
			return []string{m.slide.mixed(m.frame%m.slide.steps(), r.Input[1], width)}
		}
	}
	if _, gate := last.Op.(layer.Scale); gate && m.live != nil && len(m.live.factors) > 0 {
		return gateBars(m.live.factors, width)
	}
	if op, moved := last.Op.(layer.Deformable); moved {
		k := r.Layer.Kernel
		return append(m.taps.says(op), lang.Sprintf("a convolution predicts %d offsets at every output: (dy, dx) for each of %d taps", 2*k[0]*k[1]*max(1, r.Layer.OffsetGroups), k[0]*k[1]))
	}
	if g, pools := regionOf(r); pools {
		return append(g.says(m.frame), pieces(r))
	}
	if said := pieces(r); said != "" {
		return append([]string{said}, m.againstStandard(width)...)
	}
	if m.slide != nil && !m.slide.transpose {
		return m.slide.sum(m.frame % m.slide.steps())
	}
	return nil
}

// pieces says what a composed variant is made of: channels from stage to stage, and how its pixels come about; empty of others.
func pieces(r shape.Result) string {
	if len(r.Stages) < 2 {
		return ""
	}
	widths := fmt.Sprint(r.Input[1])
	said := ""
	for i, st := range r.Layer.Stages {
		switch op := st.Op.(type) {
		case layer.Conv:
			widths += fmt.Sprintf(" → %d", r.Stages[i].Output[1])
		case layer.DepthToSpace:
			said = lang.Sprintf("; each block of %s pixels is dealt from %d channels", layer.FormatShape(op.Block), r.Stages[i].Inputs[0][1]/r.Stages[i].Output[1])
		case layer.Resize:
			said = lang.Sprintf("; first enlarged to %s: every output sums as many pixels as its neighbour", layer.FormatShape(r.Stages[i].Output[2:]))
		case layer.ROIPool:
			said = lang.Sprintf("; the region in %s bins, each moved by an offset and averaged", layer.FormatShape(op.Pooled))
		case layer.Add:
			said = lang.Text("; the input is added: a shortcut")
		}
	}
	return lang.Sprintf("channels %s%s", widths, said)
}

// overlaps are the products that each of the first outputs of an axis sums.
func overlaps(r shape.Result, w layer.Window, room int) string {
	a := len(w.Kernel) - 1
	in, out := r.Input[len(r.Input)-1], r.Output[len(r.Output)-1]
	counts := make([]int, out)
	for i := range in {
		for k := range w.Kernel[a] {
			if o := i*w.Stride[a] + k*w.Dilation[a] - r.Stages[0].Pads[a].Begin; o >= 0 && o < out {
				counts[o]++
			}
		}
	}
	var b strings.Builder
	for _, n := range counts {
		text := fmt.Sprint(n, " ")
		if b.Len()+len(text)+1 > room {
			return b.String() + "…"
		}
		b.WriteString(text)
	}
	return b.String()
}

// lanes are the groups: which input channels each output channel sees.
func lanes(in, out, groups, width int) []string {
	line := lang.Sprintf("%d groups:", groups)
	for g := range groups {
		lane := fmt.Sprintf(" %d–%d→%d–%d", g*in/groups, (g+1)*in/groups-1, g*out/groups, (g+1)*out/groups-1)
		if in == groups {
			lane = fmt.Sprintf(" %d→%d–%d", g, g*out/groups, (g+1)*out/groups-1)
			if out == groups {
				lane = fmt.Sprintf(" %d→%d", g, g)
			}
		}
		if len([]rune(line+lane))+2 > width {
			return []string{line + " …"}
		}
		line += lane
	}
	return []string{line}
}

// gateBars are the factors of squeeze-and-excitation on the picture, as bars from 0 to 1.
func gateBars(factors []float64, width int) []string {
	line := lang.Text("factors on the picture, 0 to 1: ")
	for _, f := range factors {
		if len([]rune(line))+2 > width {
			return []string{line + "…"}
		}
		line += string([]rune("▁▂▃▄▅▆▇█")[min(7, int(f*8))])
	}
	return []string{line}
}

// factorBars are the same, a line each, in so many columns and rows.
func factorBars(factors []float64, width, rows int) []string {
	lines := strings.Split(wrapped(lang.Text("squeeze: a mean; excite: a factor of each channel, 0 to 1"), width), "\n")
	const name = 12 // columns of a channel and its factor
	for i, f := range factors {
		if i == max(1, rows) {
			return append(lines, "   …")
		}
		n := int(f*float64(max(4, min(width-name, 64))) + 0.5)
		lines = append(lines, fmt.Sprintf("%4d ×%.2f %s", i, f, colored("3").Render(strings.Repeat("█", n))))
	}
	return lines
}

// againstStandard compares a composed variant's multiplications with those of a standard convolution of its channels.
func (m Model) againstStandard(width int) []string {
	r := m.result
	if len(r.Stages) < 2 || len(r.Output) != 4 || len(r.Layer.Kernel) == 0 {
		return nil
	}
	s := layer.Spec{Variant: "standard", Dims: 2, Input: r.Input, OutChannels: r.Output[1], Kernel: r.Layer.Kernel, Stride: r.Layer.Stride, Padding: r.Layer.Padding}
	whole, err := shape.OfSpec(s)
	if err != nil {
		return nil
	}
	a, errA := flops.Of(r)
	b, errB := flops.Of(whole)
	if errA != nil || errB != nil || b.Total.MACs == 0 {
		return nil
	}
	var parts []string
	for _, row := range a.Rows {
		if row.MACs > 0 {
			parts = append(parts, layer.StageText(row.Name)+" "+report.SI(float64(row.MACs)))
		}
	}
	return []string{lang.Sprintf("MACs: %s; a standard convolution %s: %.3g of it", strings.Join(parts, " + "), report.SI(float64(b.Total.MACs)), float64(a.Total.MACs)/float64(b.Total.MACs))}
}
