package shape

import (
	"fmt"

	"convx/internal/lang"
	"convx/internal/layer"
)

// Effective is the extent that a dilated kernel covers: dilation * (kernel - 1) + 1.
func Effective(kernel, dilation int) int { return dilation*(kernel-1) + 1 }

// Pads resolves a window's padding for an input of these spatial extents, one pair per axis. Same rules make the
// output ceil(in / stride), as TensorFlow and ONNX's auto_pad do.
func Pads(w layer.Window, in []int) []layer.Pad {
	pads := make([]layer.Pad, len(in))
	for i, n := range in {
		k, s := Effective(w.Kernel[i], w.Dilation[i]), w.Stride[i]
		switch w.Padding.Auto {
		case layer.Explicit:
			pads[i] = w.Padding.Pairs[i]
		case layer.Causal:
			pads[i] = layer.Pad{Begin: k - 1}
		case layer.Same, layer.SameLower:
			total := max(0, ((n+s-1)/s-1)*s+k-n)
			pads[i] = split(total, w.Padding.Auto)
		}
	}
	return pads
}

// split halves a padding; an odd pixel goes to the end for Same, to the beginning for SameLower.
func split(total int, auto layer.Auto) layer.Pad {
	small, large := total/2, total-total/2
	if auto == layer.SameLower {
		return layer.Pad{Begin: large, End: small}
	}
	return layer.Pad{Begin: small, End: large}
}

// slide is the shared rule of conv, deformable and pooling: the spatial output sizes of a window, axis by axis, as
// floor((in + begin + end - dilation*(kernel-1) - 1) / stride) + 1 (Dumoulin & Visin 2016).
func slide(w layer.Window, in []int, st *Stage) error {
	st.Pads = Pads(w, in)
	axes := layer.AxisNames(len(in))
	for i, n := range in {
		k, s, d, p := w.Kernel[i], w.Stride[i], w.Dilation[i], st.Pads[i]
		room := n + p.Begin + p.End - Effective(k, d)
		if room < 0 {
			return tooSmall(axes[i], n, k, d, p)
		}
		out := room/s + 1
		st.Output = append(st.Output, out)
		st.Formulas = append(st.Formulas, Formula{
			Axis:       axes[i],
			Expression: fmt.Sprintf("floor((%d + %d + %d - %d*(%d-1) - 1) / %d) + 1", n, p.Begin, p.End, d, k, s),
			Value:      out,
		})
		st.Notes = append(st.Notes, windowNotes(axes[i], w, i, n, p, room%s)...)
	}
	return nil
}

func windowNotes(axis string, w layer.Window, i, n int, p layer.Pad, left int) []string {
	var notes []string
	k, d := w.Kernel[i], w.Dilation[i]
	if d > 1 && k > 1 {
		notes = append(notes, lang.Sprintf("%s: the effective kernel is %d: dilation %d spreads %d taps", axis, Effective(k, d), d, k))
	}
	if w.Padding.Auto != layer.Explicit && w.Padding.Auto != layer.Valid {
		notes = append(notes, lang.Sprintf("%s: %s padding chose %d before and %d after", axis, w.Padding.Auto, p.Begin, p.End))
	}
	// Pixels that the last window does not reach: padding first, then input.
	if lost := left - p.End; lost > 0 {
		notes = append(notes, lang.Sprintf("%s: the floor drops the last %s of the input", axis, lang.Plural(min(lost, n), "pixel")))
	} else if left > 0 {
		notes = append(notes, lang.Sprintf("%s: the floor leaves %s of the end padding unused", axis, lang.Plural(left, "pixel")))
	}
	if reach := Effective(k, d) - 1; p.Begin > reach || p.End-left > reach {
		notes = append(notes, lang.Sprintf("%s: the padding is larger than the kernel's reach of %d: some outputs see only padding", axis, reach))
	}
	if s := w.Stride[i]; s > Effective(k, d) {
		notes = append(notes, lang.Sprintf("%s: the stride %d is larger than the kernel %d: %s between windows are never read", axis, s, Effective(k, d), lang.Plural(s-Effective(k, d), "pixel")))
	}
	return notes
}

// tooSmall explains a kernel that does not fit, and what would.
func tooSmall(axis string, n, k, d int, p layer.Pad) error {
	eff, padded := Effective(k, d), n+p.Begin+p.End
	e := layer.Errorf("%s: kernel %d is larger than the padded input %d", axis, k, padded)
	if d > 1 {
		e = layer.Errorf("%s: kernel %d with dilation %d covers %d, larger than the padded input %d", axis, k, d, eff, padded)
	}
	return e.Hint(lang.Sprintf("add padding %d", (eff-n+1)/2)).Hint("shrink the kernel")
}
