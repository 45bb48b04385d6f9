package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/filter"
	"convx/internal/layer"
)

// madeOperand is an operand that is computed rather than read or drawn.
type madeOperand struct {
	label string
	// fill sets the elements that are not zero.
	fill func(set func(i int, w float64), shape []int)
}

// filterSet is one or more filters of the same size that every channel goes through: filter m of channel c makes output
// channel c*len(kernels) + m.
type filterSet struct {
	kernels []filter.Kernel
	names   []string
}

// parseFilters reads the filters for a layer. A filter without a size takes the kernel's, and bilinear the one that
// interpolates at the stride of a transposed convolution.
func parseFilters(texts []string, s layer.Spec) (filterSet, error) {
	var f filterSet
	for _, text := range texts {
		size := 0
		if s.Given("kernel") && len(s.Kernel) == 1 {
			size = s.Kernel[0]
		} else if text == "bilinear" && len(s.Stride) > 0 {
			size = 2*s.Stride[0] - s.Stride[0]%2
		}
		k, err := filter.Parse(text, size)
		if err != nil {
			return f, usagef("--filter: %w", err)
		}
		if first := append(f.kernels, k)[0]; k.Rows != first.Rows || k.Cols != first.Cols {
			return f, usagef("--filter: %s is %dx%d and %s is %dx%d: filters of one run have one size",
				first.Name, first.Rows, first.Cols, k.Name, k.Rows, k.Cols)
		}
		f.kernels = append(f.kernels, k)
		f.names = append(f.names, k.Name)
	}
	return f, nil
}

// filterOperand is the operand that filters become, of the variants that take them.
var filterOperand = map[string]string{
	"standard": "weight", "pointwise": "weight", "grouped": "weight", "dilated": "weight", "depthwise": "weight",
	"transposed": "weight", "deformable": "weight", "resize-conv": "weight", "separable": "depthwise.weight",
}

// apply sets the keys that follow from the filters: the kernel's size, the channels, no bias.
func (f filterSet) apply(s *layer.Spec, given map[string]operand) error {
	name, ok := filterOperand[s.Variant]
	if !ok {
		if _, known := layer.VariantNamed(s.Variant); !known {
			return nil // the build says so
		}
		return usagef("--filter: %s has no image kernel: use depthwise or standard", s.Variant)
	}
	if _, twice := given[name]; twice {
		return usagef("--filter and -w %s both give %s: give one of them", name, name)
	}
	k := f.kernels[0]
	size := []int{k.Rows, k.Cols}
	switch {
	case s.Dims == 1 && k.Rows == 1:
		size = size[1:]
	case s.Dims == 1 || s.Dims == 3:
		return usagef("--filter: a filter of %dx%d is for pictures, not for --dims %d", k.Rows, k.Cols, s.Dims)
	}
	if err := f.setKernel(s, size); err != nil {
		return err
	}
	channels := s.Channels() * len(f.kernels)
	key, value := "out-channels", channels
	if s.Variant == "depthwise" || s.Variant == "separable" {
		if s.Given("multiplier") && s.Multiplier != len(f.kernels) {
			return usagef("--filter: %d filters make multiplier %d, not %d", len(f.kernels), len(f.kernels), s.Multiplier)
		}
		if err := s.Set("multiplier", fmt.Sprint(len(f.kernels))); err != nil {
			return err
		}
	}
	if s.Variant == "depthwise" || s.Variant == "separable" && s.Given(key) {
		return f.dropBias(s, given)
	}
	if s.Given(key) && s.OutChannels != channels {
		return usagef("--filter: %d channels through %d filters are %d, not %d: leave --out-channels out",
			s.Channels(), len(f.kernels), channels, s.OutChannels)
	}
	if err := s.Set(key, fmt.Sprint(value)); err != nil {
		return err
	}
	return f.dropBias(s, given)
}

func (f filterSet) setKernel(s *layer.Spec, size []int) error {
	if s.Given("kernel") {
		want := s.Kernel
		if len(want) == 1 {
			want = slices.Repeat(want, len(size))
		}
		if !slices.Equal(want, size) {
			return usagef("--filter: %s is %s, not %s: leave --kernel out", f.names[0], layer.FormatShape(size), layer.FormatInts(s.Kernel))
		}
	}
	return s.Set("kernel", layer.FormatShape(size))
}

// dropBias: a filter has none unless it is asked for.
func (f filterSet) dropBias(s *layer.Spec, given map[string]operand) error {
	for name := range given {
		if strings.HasSuffix(name, "bias") {
			return nil
		}
	}
	if s.Given("bias") {
		return nil
	}
	return s.Set("bias", "false")
}

// operands are the weights that the filters become in a built layer.
func (f filterSet) operands(l layer.Layer) map[string]madeOperand {
	name := filterOperand[l.Variant]
	label := "filter " + strings.Join(f.names, ", ") + " on each channel"
	made := map[string]madeOperand{name: {label, f.diagonal(l)}}
	if l.Variant == "separable" && l.OutChannels == l.Channels()*len(f.kernels) {
		made["pointwise.weight"] = madeOperand{"identity", func(set func(int, float64), shape []int) {
			for c := range shape[0] {
				set(c*shape[1]+c, 1)
			}
		}}
	}
	return made
}

// diagonal fills weights (O x I/groups x kernel, transposed: I x O/groups x kernel) so that each channel meets the
// filters by itself: zero wherever the output channel belongs to another input channel.
func (f filterSet) diagonal(l layer.Layer) func(func(int, float64), []int) {
	return func(set func(int, float64), shape []int) {
		taps, m := f.kernels[0].Rows*f.kernels[0].Cols, len(f.kernels)
		for o := range l.Channels() * m {
			c := o / m
			row, column := o, c%shape[1]
			if l.Variant == "transposed" {
				row, column = c, o%shape[1]
			}
			for t, w := range f.kernels[o%m].Weights {
				set((row*shape[1]+column)*taps+t, w)
			}
		}
	}
}

// completeFilters completes --filter.
func completeFilters(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	for _, f := range filter.List() {
		out = append(out, cobra.CompletionWithDesc(f.Name, f.Summary))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// filterHelp lists the filters for the command's help.
func filterHelp() string {
	var b strings.Builder
	for _, f := range filter.List() {
		fmt.Fprintf(&b, "  %-30s %s\n", f.Usage(), f.Summary)
	}
	return b.String()
}
