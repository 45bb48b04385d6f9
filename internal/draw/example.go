package draw

import (
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/shape"
)

// withExample completes a spec without an input: the keys that the user left out become those of the variant's example
// where they go together with the ones that were given, and the input the smallest near the example's that fits.
func withExample(s layer.Spec) (layer.Spec, error) {
	v, _ := layer.VariantNamed(s.Variant)
	plain := s
	for entry := range strings.SplitSeq(v.Example, ", ") {
		key, value, _ := strings.Cut(entry, " ")
		if s.Given(key) {
			continue
		}
		if key == "input" {
			value = flatten(value, s.Dims)
			if err := plain.Set(key, value); err != nil {
				return s, err
			}
		}
		if err := s.Set(key, value); err != nil {
			return s, err
		}
	}
	// The example's own keys first; then without them, for they may not go with what was given: 4 output channels, 3 groups.
	for _, t := range []layer.Spec{s, plain} {
		if fitted, ok := fitted(t); ok {
			return fitted, nil
		}
	}
	_, err := layer.Build(s)
	if err == nil {
		_, err = shape.OfSpec(s)
	}
	return s, err
}

// flatten drops the height of CxHxW where there is one axis only.
func flatten(size string, dims int) string {
	parts := strings.Split(size, "x")
	if dims == 1 && len(parts) == 3 {
		return parts[0] + "x" + parts[2]
	}
	return size
}

// fitted finds the smallest input, in cells and then in channels, on which the layer can be built and has three outputs a
// side, or failing that, any.
func fitted(s layer.Spec) (layer.Spec, bool) {
	start := s.Input
	channels := channelCandidates(s, start[0])
	for _, least := range []int{3, 1} {
		for _, c := range channels {
			in := append([]int{c}, start[1:]...)
			for range 20 { // up to some 10,000 cells, where a grown extent is half as much again
				t := s
				t.Input = slices.Clone(in)
				grow, ok := tooSmall(t, in, least)
				if ok {
					return t, true
				}
				if grow == nil {
					break
				}
				in = grow
			}
		}
	}
	return s, false
}

// tooSmall tells whether a layer gives at least so many outputs an axis; if not, grow is the next input to try, nil where size
// is not what is wrong.
func tooSmall(s layer.Spec, in []int, least int) (grow []int, ok bool) {
	l, err := layer.Build(s)
	if err != nil {
		return nil, false
	}
	grow = slices.Clone(in)
	r, err := shape.Of(l)
	v, _ := layer.VariantNamed(s.Variant)
	if err != nil { // the kernel, or what a padding mode repeats, is larger than the input
		for i := 1; i < len(in); i++ {
			if grow[i] = max(in[i]+1, min(cellsFor(l, i-1), 2*in[i])); v.Enlarges {
				grow[i] = in[i] + max(1, in[i]/2)
			}
		}
		return grow, false
	}
	if v.Regions || v.Enlarges {
		return nil, true
	}
	short := false
	for i := 1; i < len(in) && len(r.Output) == len(in)+1; i++ {
		if r.Output[i+1] < min(least, in[i]) {
			grow[i], short = max(in[i]+1, min(cellsFor(l, i-1), 2*in[i])), true
		}
	}
	return grow, !short
}

// channelCandidates are numbers of channels to try: the example's, and what groups and reductions ask for.
func channelCandidates(s layer.Spec, first int) []int {
	parts := []int{max(1, s.Groups), max(1, s.OffsetGroups), max(1, s.Reduction)}
	product := parts[0] / gcd(parts[0], parts[1]) * parts[1]
	product = product / gcd(product, parts[2]) * parts[2]
	list := []int{first, product, 2 * product, s.OutChannels, s.Groups, s.Hidden, product * max(1, s.Hidden)}
	if m := s.Multiplier; m > 0 && s.OutChannels > 0 {
		list = append(list, s.OutChannels/m)
	}
	for c := range 16 {
		list = append(list, c+1)
	}
	return slices.DeleteFunc(list, func(c int) bool { return c < 1 || c > 1<<16 })
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
