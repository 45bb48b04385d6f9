package array

import (
	"strings"
	"testing"

	"convx/internal/tensor"
)

// Lists are made, taken apart and joined again, and keep their own copies.
func TestSequences(t *testing.T) {
	x := shaped([]int{2, 3}, 1., 2, 3, 4, 5, 6)
	one := func(op string, attributes Attributes, in ...*tensor.Array) *tensor.Array {
		return run(t, op, attributes, 1, in...)[0]
	}
	at := func(n int64) *tensor.Array { return scalarOf(n) }
	columns := one("SplitToSequence", Attributes{"axis": int64(-1), "keepdims": int64(0)}, x)
	pairs := one("SplitToSequence", Attributes{"axis": int64(1)}, x, at(2))
	lines := one("SplitToSequence", nil, x, of[int64](1, 1))
	both := one("SequenceConstruct", nil, x, x)
	grown := one("SequenceInsert", nil, one("SequenceInsert", nil, one("SequenceEmpty", nil), x), shaped([]int{1, 3}, 7., 8, 9), at(-1))
	tensor.Data[float64](x)[0] = 0
	for what, c := range map[string]struct{ got, want *tensor.Array }{
		"columns":  {one("ConcatFromSequence", Attributes{"axis": int64(-1), "new_axis": int64(1)}, columns), shaped([]int{2, 3}, 1., 2, 3, 4, 5, 6)},
		"the last": {one("SequenceAt", nil, pairs, at(-1)), shaped([]int{2, 1}, 3., 6)},
		"without":  {one("SequenceAt", nil, one("SequenceErase", nil, lines, at(0)), at(0)), shaped([]int{1, 3}, 4., 5, 6)},
		"length":   {one("SequenceLength", nil, one("Identity", nil, both)), at(2)},
		"before":   {one("ConcatFromSequence", Attributes{"axis": int64(0)}, grown), shaped([]int{3, 3}, 7., 8, 9, 1, 2, 3, 4, 5, 6)},
	} {
		same(t, what, c.got, c.want)
	}
	for want, c := range map[string]Call{
		"position 3 of a list of 3":     {Op: "SequenceAt", In: list{columns, at(3)}},
		"an empty list":                 {Op: "ConcatFromSequence", In: list{one("SequenceEmpty", nil)}},
		"parts of 0":                    {Op: "SplitToSequence", In: list{x, at(0)}},
		"into a list of another type":   {Op: "SequenceInsert", In: list{both, at(1)}},
		"input of type float64":         {Op: "SequenceAt", In: list{x, at(0)}},
		"input of type sequence":        {Op: "Relu", In: list{both}},
		"more than the 10 bytes":        {Op: "SequenceConstruct", In: list{x}, Limit: 10},
		"position -3 of a list of 2":    {Op: "SequenceErase", In: list{both, at(-5)}},
		"float64 2x1 beside":            {Op: "ConcatFromSequence", Attributes: Attributes{"axis": int64(0)}, In: list{pairs}},
		"lengths [] of axis 0 of float": {Op: "SplitToSequence", In: list{x, tensor.ArrayOf([]int64{}, 0)}},
		"lengths [1 2] of axis 0 of fl": {Op: "SplitToSequence", In: list{x, of[int64](1, 2)}},
	} {
		c.Version, c.Out = 13, make(list, 1)
		if err := Run(&c); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
