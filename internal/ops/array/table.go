package array

import (
	"slices"

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
	return slices.DeleteFunc(tensor.Elems(), func(e tensor.Elem) bool { return !s.has(e) })
}

// The sets that operators take.
var (
	floats   = elems(tensor.Float32, tensor.Float64, tensor.Float16, tensor.BFloat16)
	signed   = elems(tensor.Int8, tensor.Int16, tensor.Int32, tensor.Int64)
	unsigned = elems(tensor.Uint8, tensor.Uint16, tensor.Uint32, tensor.Uint64)
	fours    = elems(tensor.Int4, tensor.Uint4)
	bools    = elems(tensor.Bool)
	numbers  = floats | signed | unsigned
	every    = elems(tensor.Elems()...)
)

// tables are the operators, by what they have in common.
var tables = [][]Operator{
	arithmetics, comparisons, unaries, clips, reductions, ranks, moves, gathers, makers,
	products, convolutions, pools, quantizers, norms, resamplers, samplers, recurrents, signals, formers,
}

// operators are all rows, by domain and name.
var operators = func() map[string]*Operator {
	all := map[string]*Operator{}
	for _, table := range tables {
		for i := range table {
			all[title(table[i].Domain, table[i].Name)] = &table[i]
		}
	}
	return all
}()

// title is an operator's name, after its domain where that is not ai.onnx.
func title(domain, name string) string {
	if domain == "" || domain == "ai.onnx" {
		return name
	}
	return domain + "." + name
}

// Lookup is the operator of that name; ok is false when there is none. The domain "ai.onnx" is the empty one.
func Lookup(domain, name string) (op *Operator, ok bool) {
	op, ok = operators[title(domain, name)]
	return op, ok
}

// Operators is the table, in alphabetical order.
func Operators() []*Operator {
	var all []*Operator
	for _, table := range tables {
		for i := range table {
			all = append(all, &table[i])
		}
	}
	slices.SortFunc(all, func(a, b *Operator) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	return all
}
