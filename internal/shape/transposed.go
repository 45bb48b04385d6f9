package shape

import (
	"fmt"

	"convx/internal/lang"
	"convx/internal/layer"
)

// transposed: out = (in - 1)*stride - begin - end + dilation*(kernel-1) + output padding + 1.
func transposed(op layer.Op, in [][]int) (Stage, error) {
	t := op.(layer.Transposed)
	x := in[0]
	if err := checkInput(lang.Text("a transposed convolution"), x, len(t.Kernel), t.Groups); err != nil {
		return Stage{}, err
	}
	st := Stage{Output: []int{x[0], t.OutChannels}}
	axes := layer.AxisNames(len(t.Kernel))
	for i, n := range x[2:] {
		p, extra := transposedPads(t, i, n)
		k, s, d := t.Kernel[i], t.Stride[i], t.Dilation[i]
		// A stride times a size may be beyond an int of 32 bits.
		full := int64(n-1)*int64(s) + int64(Effective(k, d)+extra)
		long := full - int64(p.Begin) - int64(p.End)
		if long > MaxOutput {
			return Stage{}, layer.Errorf("%s: an output of %d pixels is longer than %d", axes[i], long, MaxOutput)
		}
		out := int(long)
		if out < 1 {
			return Stage{}, layer.Errorf("%s: padding %d + %d removes all of the %d output pixels", axes[i], p.Begin, p.End, full).
				Hint(lang.Sprintf("pad at most %d in all", full-1)).Hint("enlarge the kernel")
		}
		st.Pads, st.OutputPadding = append(st.Pads, p), append(st.OutputPadding, extra)
		st.Output = append(st.Output, out)
		st.Formulas = append(st.Formulas, Formula{
			Axis:       axes[i],
			Expression: fmt.Sprintf("(%d - 1)*%d - %d - %d + %d*(%d-1) + %d + 1", n, s, p.Begin, p.End, d, k, extra),
			Value:      out,
		})
		st.Notes = append(st.Notes, transposedNotes(axes[i], t, i, p)...)
	}
	return st, nil
}

// transposedPads resolves the padding that a transposed convolution takes off its full output, and its output padding.
// Same rules make the output in*stride, as ONNX's auto_pad does; a kernel that is too short for that is extended by
// output padding.
func transposedPads(t layer.Transposed, i, n int) (p layer.Pad, outputPadding int) {
	outputPadding = t.OutputPadding[i]
	switch t.Padding.Auto {
	case layer.Explicit:
		return t.Padding.Pairs[i], outputPadding
	case layer.Same, layer.SameLower:
		total := Effective(t.Kernel[i], t.Dilation[i]) + outputPadding - t.Stride[i]
		if total < 0 {
			return layer.Pad{}, outputPadding - total
		}
		return split(total, t.Padding.Auto), outputPadding
	}
	return layer.Pad{}, outputPadding
}

func transposedNotes(axis string, t layer.Transposed, i int, p layer.Pad) []string {
	var notes []string
	k, s, d := t.Kernel[i], t.Stride[i], t.Dilation[i]
	if d > 1 && k > 1 {
		notes = append(notes, lang.Sprintf("%s: the effective kernel is %d: dilation %d spreads %d taps", axis, Effective(k, d), d, k))
	}
	if t.Padding.Auto == layer.Same || t.Padding.Auto == layer.SameLower {
		notes = append(notes, lang.Sprintf("%s: %s padding takes off %d before and %d after", axis, t.Padding.Auto, p.Begin, p.End))
	}
	least, most := Overlap(k, s, d)
	switch {
	case least == 0:
		notes = append(notes, lang.Sprintf("%s: no tap reaches some outputs (kernel %d, stride %d, dilation %d): they hold only the bias", axis, k, s, d))
	case least != most:
		notes = append(notes, lang.Sprintf("%s: kernel %d is not divisible by stride %d: outputs sum %d or %d taps in turn, which shows as a checkerboard; use a kernel of %d or resize-conv", axis, k, s, least, most, (k/s+1)*s))
	}
	return notes
}

// Overlap is the least and the greatest number of kernel taps that meet in one output of a transposed convolution,
// away from the border: unequal counts are the checkerboard artefact (Odena et al. 2016).
func Overlap(kernel, stride, dilation int) (least, most int) {
	step := stride / gcd(stride, dilation)
	// Taps t meet the phase t*dilation mod stride: they take step different values in turn.
	if step < stride {
		least = 0
	} else {
		least = kernel / step
	}
	return least, (kernel + step - 1) / step
}

func gcd[T int | int64](a, b T) T {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
