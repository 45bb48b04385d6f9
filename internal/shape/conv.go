package shape

import (
	"convx/internal/lang"
	"convx/internal/layer"
)

// conv: N x C x in -> N x OutChannels x floor((in + padding - dilation*(kernel-1) - 1)/stride) + 1.
func conv(op layer.Op, in [][]int) (Stage, error) {
	c := op.(layer.Conv)
	x := in[0]
	if err := checkInput(lang.Text("a convolution"), x, len(c.Kernel), c.Groups); err != nil {
		return Stage{}, err
	}
	st := Stage{Output: []int{x[0], c.OutChannels}}
	if err := slide(c.Window, x[2:], &st); err != nil {
		return Stage{}, err
	}
	if c.Groups > 1 && c.OutChannels%c.Groups != 0 {
		return Stage{}, layer.Errorf("groups %d does not divide the %d output channels", c.Groups, c.OutChannels)
	}
	return st, CheckPadMode(c.PadMode, st.Pads, x[2:])
}

// checkInput demands a batch of channels over the right number of spatial axes, divisible by the groups.
func checkInput(what string, x []int, dims, groups int) error {
	if len(x) != dims+2 {
		return layer.Errorf("%s over %d spatial axes cannot read %s", what, dims, layer.FormatShape(x))
	}
	if x[1]%groups != 0 {
		return layer.Errorf("groups %d does not divide the %d input channels", groups, x[1])
	}
	return nil
}

// CheckPadMode refuses paddings that have nothing to copy from, as PyTorch does; in are the spatial extents.
func CheckPadMode(mode layer.PadMode, pads []layer.Pad, in []int) error {
	limits := map[layer.PadMode]int{layer.PadReflect: -1, layer.PadCircular: 0}
	slack, bounded := limits[mode]
	if !bounded {
		return nil
	}
	axes := layer.AxisNames(len(in))
	for i, p := range pads {
		if most := in[i] + slack; max(p.Begin, p.End) > most {
			return layer.Errorf("%s: %s padding %d needs more than the %d input pixels", axes[i], mode, max(p.Begin, p.End), in[i]).
				Hint(lang.Sprintf("pad at most %d", most)).Hint("--pad-mode replicate")
		}
	}
	return nil
}
