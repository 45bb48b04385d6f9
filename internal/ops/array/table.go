package array

import (
	"slices"

	"convx/internal/lazy"
	"convx/internal/tensor"
)

// Elems is a set of element types, a bit each.
type Elems uint32

func elems(list ...tensor.Elem) (s Elems) {
	for _, e := range list {
		s |= 1 << e
	}
	return s
}

func (s Elems) has(e tensor.Elem) bool { return s>>e&1 != 0 }

// List is the types of the set, in the order of their declaration.
func (s Elems) List() []tensor.Elem {
	return slices.DeleteFunc(append(tensor.Elems(), tensor.Sequence), func(e tensor.Elem) bool { return !s.has(e) })
}

// The sets that operators take.
const (
	floats   Elems = 1<<tensor.Float32 | 1<<tensor.Float64 | 1<<tensor.Float16 | 1<<tensor.BFloat16
	signed   Elems = 1<<tensor.Int8 | 1<<tensor.Int16 | 1<<tensor.Int32 | 1<<tensor.Int64
	unsigned Elems = 1<<tensor.Uint8 | 1<<tensor.Uint16 | 1<<tensor.Uint32 | 1<<tensor.Uint64
	fours    Elems = 1<<tensor.Int4 | 1<<tensor.Uint4
	bools    Elems = 1 << tensor.Bool
	numbers        = floats | signed | unsigned
	every          = numbers | fours | bools | 1<<tensor.String
)

// rows are the operators, those together that have much in common.
var rows = lazy.Value[[]Operator]{Make: func() []Operator {
	return slices.Concat(
		arithmetics(), comparisons(), unaries(), clips(), reductions(), ranks(), moves(), gathers(), makers(),
		products(), convolutions(), pools(), quantizers(), norms(), resamplers(), samplers(), recurrents(), signals(), sequences(), formers(),
	)
}}

// operators are all rows, by domain and name.
var operators = lazy.Value[map[string]*Operator]{Make: func() map[string]*Operator {
	all := map[string]*Operator{}
	for i := range rows.Get() {
		op := &rows.Get()[i]
		all[title(op.Domain, op.Name)] = op
	}
	return all
}}

// title is an operator's name, after its domain where that is not ai.onnx.
func title(domain, name string) string {
	if domain == "" || domain == "ai.onnx" {
		return name
	}
	return domain + "." + name
}

// Lookup is the operator of that name; ok is false when there is none. The domain "ai.onnx" is the empty one.
func Lookup(domain, name string) (op *Operator, ok bool) {
	op, ok = operators.Get()[title(domain, name)]
	return op, ok
}

// Operators is the table, in alphabetical order.
func Operators() []*Operator {
	var all []*Operator
	for i := range rows.Get() {
		all = append(all, &rows.Get()[i])
	}
	slices.SortFunc(all, func(a, b *Operator) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}
