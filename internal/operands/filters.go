package operands

import (
	"fmt"
	"slices"
	"strings"

	"convx/internal/filter"
	"convx/internal/lang"
	"convx/internal/layer"
)

// made is an operand that is computed rather than read or drawn.
type made struct {
	label string
	// fill sets the elements that are not zero.
	fill func(set func(i int, w float64), shape []int)
}

// TakesFilter reports whether a variant has an image kernel that a filter can take the place of.
func TakesFilter(variant string) bool {
	v, _ := layer.VariantNamed(variant)
	return v.Filter != ""
}

// applyFilters reads the filters for a layer and sets the keys that follow from them: the kernel's size, the channels, no
// bias.
func applyFilters(s *layer.Spec, files Files, texts []string) ([]filter.Kernel, error) {
	kernels, err := parseFilters(texts, *s)
	if err != nil {
		return nil, err
	}
	v, known := layer.VariantNamed(s.Variant)
	if !known {
		return nil, nil // the build says so
	}
	name := v.Filter
	if name == "" {
		return nil, layer.Errorf("--filter: %s has no image kernel: use depthwise or standard", s.Variant)
	}
	if _, twice := files.byName[name]; twice {
		return nil, layer.Errorf("--filter and -w %s both give %s: give one of them", name, name)
	}
	if err := setKernel(s, kernels[0]); err != nil {
		return nil, err
	}
	if err := setChannels(s, len(kernels)); err != nil {
		return nil, err
	}
	return kernels, dropBias(s, files)
}

// parseFilters: a filter without a size takes the kernel's, and bilinear the one that interpolates at the stride of a
// transposed convolution.
func parseFilters(texts []string, s layer.Spec) ([]filter.Kernel, error) {
	var kernels []filter.Kernel
	for _, text := range texts {
		size := 0
		if s.Given("kernel") && len(s.Kernel) == 1 {
			size = s.Kernel[0]
		} else if text == "bilinear" && len(s.Stride) > 0 {
			size = 2*s.Stride[0] - s.Stride[0]%2
		}
		k, err := filter.Parse(text, size)
		if err != nil {
			return nil, layer.Errorf("--filter: %v", err)
		}
		kernels = append(kernels, k)
		if first := kernels[0]; k.Rows != first.Rows || k.Cols != first.Cols {
			return nil, layer.Errorf("--filter: %s is %dx%d and %s is %dx%d: filters of one run have one size",
				first.Name, first.Rows, first.Cols, k.Name, k.Rows, k.Cols)
		}
	}
	return kernels, nil
}

func setKernel(s *layer.Spec, k filter.Kernel) error {
	size := []int{k.Rows, k.Cols}
	switch {
	case s.Dims == 1 && k.Rows == 1:
		size = size[1:]
	case s.Dims != 2:
		return layer.Errorf("--filter: a filter of %dx%d is for pictures, not for --dims %d", k.Rows, k.Cols, s.Dims)
	}
	if s.Given("kernel") {
		want := s.Kernel
		if len(want) == 1 {
			want = slices.Repeat(want, len(size))
		}
		if !slices.Equal(want, size) {
			return layer.Errorf("--filter: %s is %s, not %s: leave --kernel out", k.Name, layer.FormatShape(size), layer.FormatInts(s.Kernel))
		}
	}
	return s.Set("kernel", layer.FormatShape(size))
}

// setChannels: so many filters make as many maps of each channel, of which a separable layer may mix others.
func setChannels(s *layer.Spec, filters int) error {
	v, _ := layer.VariantNamed(s.Variant)
	if v.Has("multiplier") {
		if s.Given("multiplier") && s.Multiplier != filters {
			return layer.Errorf("--filter: %d filters make multiplier %d, not %d", filters, filters, s.Multiplier)
		}
		if err := s.Set("multiplier", fmt.Sprint(filters)); err != nil {
			return err
		}
		if slices.Contains(v.Apart, "out-channels") || s.Given("out-channels") {
			return nil
		}
	}
	channels := s.Channels() * filters
	if s.Given("out-channels") && s.OutChannels != channels {
		return layer.Errorf("--filter: %d channels through %d filters are %d, not %d: leave --out-channels out",
			s.Channels(), filters, channels, s.OutChannels)
	}
	return s.Set("out-channels", fmt.Sprint(channels))
}

// dropBias: a filter has none unless it is asked for.
func dropBias(s *layer.Spec, files Files) error {
	for name := range files.byName {
		if strings.HasSuffix(name, "bias") {
			return nil
		}
	}
	if s.Given("bias") {
		return nil
	}
	return s.Set("bias", "false")
}

// filterOperands are the weights that filters become in a built layer.
func filterOperands(l layer.Layer, kernels []filter.Kernel) map[string]made {
	var names []string
	for _, k := range kernels {
		names = append(names, k.Name)
	}
	v, _ := layer.VariantNamed(l.Variant)
	out := map[string]made{v.Filter: {lang.Sprintf("filter %s on each channel", lang.List(names)), diagonal(l, kernels)}}
	if v.Passes != "" && l.OutChannels == l.Channels()*len(kernels) {
		out[v.Passes] = made{"identity", func(set func(int, float64), shape []int) {
			for c := range shape[0] {
				set(c*shape[1]+c, 1)
			}
		}}
	}
	return out
}

// diagonal fills weights (O x I/groups x kernel, transposed: I x O/groups x kernel) so that each channel meets the
// filters by itself: zero wherever the output channel belongs to another input channel.
func diagonal(l layer.Layer, kernels []filter.Kernel) func(func(int, float64), []int) {
	_, transposed := l.Stages[0].Op.(layer.Transposed)
	return func(set func(int, float64), shape []int) {
		taps, m := kernels[0].Rows*kernels[0].Cols, len(kernels)
		for o := range l.Channels() * m {
			c := o / m
			row, column := o, c%shape[1]
			if transposed {
				row, column = c, o%shape[1]
			}
			for t, w := range kernels[o%m].Weights {
				set((row*shape[1]+column)*taps+t, w)
			}
		}
	}
}
