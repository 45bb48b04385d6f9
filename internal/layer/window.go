package layer

import (
	"math"
	"slices"

	"convx/internal/lang"
)

// perAxis spreads one number over every spatial axis, or checks that there is one per axis. Nothing given is def.
func (s *Spec) perAxis(key string, v *[]int, def int) error {
	switch len(*v) {
	case 0:
		*v = slices.Repeat([]int{def}, s.Dims)
	case 1:
		*v = slices.Repeat(*v, s.Dims)
	case s.Dims:
		*v = slices.Clone(*v)
	default:
		return Errorf("%s %s has %d numbers, and --dims %d has %d spatial axes", key, FormatShape(*v), len(*v), s.Dims, s.Dims)
	}
	return nil
}

// window fills in and checks the geometry that sliding stages share.
func (s *Spec) window(kernel, dilation int) (Window, error) {
	for _, a := range []struct {
		key string
		v   *[]int
		def int
	}{{"kernel", &s.Kernel, kernel}, {"stride", &s.Stride, 1}, {"dilation", &s.Dilation, dilation}} {
		if err := s.perAxis(a.key, a.v, a.def); err != nil {
			return Window{}, err
		}
	}
	if err := s.padding(); err != nil {
		return Window{}, err
	}
	for i, d := range s.Dilation {
		if reach := int64(d) * int64(s.Kernel[i]-1); reach > maxReach {
			return Window{}, Errorf("dilation %d spreads kernel %d over %d pixels, more than this machine counts", d, s.Kernel[i], reach)
		}
	}
	return Window{Kernel: s.Kernel, Stride: s.Stride, Dilation: s.Dilation, Padding: s.Padding}, nil
}

// maxReach bounds the reach of a dilated kernel; only where an int has 32 bits can it be passed.
const maxReach = math.MaxInt >> 2

func (s *Spec) padding() error {
	if s.Padding.Auto == Causal && s.Dims != 1 {
		return Errorf("causal padding is for sequences").Hint("use --dims 1").Hint("--padding same")
	}
	if s.PadMode == "" {
		s.PadMode = PadZeros
	}
	if s.Padding.Auto != Explicit {
		return nil
	}
	pairs := s.Padding.Pairs
	switch len(pairs) {
	case 0:
		pairs = make([]Pad, s.Dims)
	case 1:
		pairs = slices.Repeat(pairs, s.Dims)
	case s.Dims:
	default:
		return Errorf("padding %s has %d entries, and --dims %d has %d spatial axes", s.Padding, len(pairs), s.Dims, s.Dims)
	}
	s.Padding = Padding{Pairs: pairs}
	return nil
}

// outChannels fills in the output channels: as many as come in.
func (s *Spec) outChannels() int {
	if s.OutChannels == 0 {
		s.OutChannels = s.Channels()
	}
	return s.OutChannels
}

// checkGroups demands that the groups divide the channels on both sides.
func (s *Spec) checkGroups(least int) error {
	for _, c := range []struct {
		what string
		n    int
	}{{lang.Text("input"), s.Channels()}, {lang.Text("output"), s.OutChannels}} {
		if c.n%s.Groups != 0 {
			return Errorf("groups %d does not divide the %d %s channels", s.Groups, c.n, c.what).Hint(s.groupsHint(least))
		}
	}
	return nil
}

// groupsHint names the numbers of groups around the wanted one that divide the channels on both sides, of at least least.
func (s *Spec) groupsHint(least int) string {
	common, rest := s.Channels(), s.OutChannels
	for rest > 0 {
		common, rest = rest, common%rest
	}
	if common < least {
		return lang.Sprintf("only 1 divides both %d and %d: use standard, or change the channels", s.Channels(), s.OutChannels)
	}
	return divisorsHint(common, s.Groups, least)
}

// divisorsHint names the divisors of n around want, from least on.
func divisorsHint(n, want, least int) string {
	below, above := 0, n
	for d := 1; d*d <= n; d++ {
		if n%d != 0 {
			continue
		}
		for _, e := range []int{d, n / d} {
			if e < least {
				continue
			}
			if e < want {
				below = max(below, e)
			} else {
				above = min(above, e)
			}
		}
	}
	switch {
	case n == 1:
		return lang.Text("only 1 works")
	case below == 0 || below == above: // nothing smaller is allowed, or more than n was wanted
		return lang.Sprintf("%d would work", above)
	}
	return lang.Sprintf("%d and %d would work", below, above)
}

func all(v []int, want int) bool {
	return !slices.ContainsFunc(v, func(x int) bool { return x != want })
}

func ones(n int) []int { return slices.Repeat([]int{1}, n) }

// unit is a 1x1 window: stride 1, no dilation, no padding.
func unit(dims int) Window {
	return Window{Kernel: ones(dims), Stride: ones(dims), Dilation: ones(dims), Padding: Padding{Pairs: make([]Pad, dims)}}
}
