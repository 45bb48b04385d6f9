package layer

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
)

// Pad is the zeros before and after one spatial axis.
type Pad struct{ Begin, End int }

// Padding is how a window's input is extended: explicit pairs, or a rule that internal/shape resolves once the input
// size is known.
type Padding struct {
	Auto  Auto
	Pairs []Pad // one, or one per spatial axis; empty is none
}

// Auto is a rule that chooses the padding.
type Auto string

// The padding rules. Same and SameLower make the output ceil(input/stride) (transposed: input*stride) and put an odd
// pixel at the end and at the beginning; Valid is none; Causal (1-D) pads only the beginning, so that no output sees the future.
const (
	Explicit  Auto = ""
	Same      Auto = "same"
	SameLower Auto = "same-lower"
	Valid     Auto = "valid"
	Causal    Auto = "causal"
)

// PadMode is what padded positions hold.
type PadMode string

// The padding modes, as PyTorch names them. Reflect does not repeat the border; circular wraps around.
const (
	PadZeros     PadMode = "zeros"
	PadReflect   PadMode = "reflect"
	PadReplicate PadMode = "replicate"
	PadCircular  PadMode = "circular"
)

// PadModes lists the padding modes, the default first.
func PadModes() []PadMode { return []PadMode{PadZeros, PadReflect, PadReplicate, PadCircular} }

// autos lists the padding rules that have a name.
func autos() []Auto { return []Auto{Same, SameLower, Valid, Causal} }

// ParsePadding reads "1", "1x2", "1:2x0:3", "same", "same-lower", "valid" or "causal".
func ParsePadding(s string) (Padding, error) {
	if a := Auto(s); slices.Contains(autos(), a) {
		return Padding{Auto: a}, nil
	}
	var p Padding
	for part := range strings.SplitSeq(s, "x") {
		begin, end, both := strings.Cut(part, ":")
		b, err := parseInt(begin, 0)
		if err == nil && both {
			var e int
			e, err = parseInt(end, 0)
			p.Pairs = append(p.Pairs, Pad{b, e})
		} else {
			p.Pairs = append(p.Pairs, Pad{b, b})
		}
		if errors.Is(err, errNotWhole) {
			return Padding{}, lang.Errorf("%q is not a padding: 1, 1x2, 1:2x0:3 (begin:end per axis), same, same-lower, valid and causal are", s)
		}
		if err != nil {
			return Padding{}, err
		}
	}
	return p, nil
}

// String writes p as ParsePadding reads it.
func (p Padding) String() string {
	if p.Auto != Explicit {
		return string(p.Auto)
	}
	if len(p.Pairs) == 0 {
		return "0"
	}
	parts := make([]string, len(p.Pairs))
	same := true
	for i, q := range p.Pairs {
		same = same && q == p.Pairs[0]
		parts[i] = strconv.Itoa(q.Begin)
		if q.Begin != q.End {
			parts[i] += ":" + strconv.Itoa(q.End)
		}
	}
	if same {
		return parts[0]
	}
	return strings.Join(parts, "x")
}
