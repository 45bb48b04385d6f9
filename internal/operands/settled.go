package operands

import (
	"strings"

	"convx/internal/filter"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/shape"
)

// Settled is a layer of known shape, and what it is run on but for its input: operands in files, operands that filters
// make, and the rest to be drawn.
type Settled struct {
	shape.Result
	// Filters are the image filters that took the place of weights: filter m of channel c makes output channel
	// c*len(Filters) + m.
	Filters []filter.Kernel
	// Unused names arrays that came along in a file and that the layer does not need.
	Unused []string

	needed []layer.Operand
	files  Files
	made   map[string]made
}

// Settle makes the layer from the keys that were set, from the shapes of the operands that were given, and from image
// filters: keys that the user left out follow from the two. Errors are *layer.Error.
func Settle(s layer.Spec, files Files, filters []string) (*Settled, error) {
	words := inWords(s)
	if s.Dims == 0 {
		s.Dims = 2
	}
	set := &Settled{files: files}
	if len(s.Input) == s.Dims+2 && !hasZero(s.Input) { // else the build says what is wrong
		s.Follow(files.Shapes())
		if len(filters) > 0 {
			var err error
			if set.Filters, err = applyFilters(&s, files, filters); err != nil {
				return nil, err
			}
		}
	}
	if err := files.checkOffsets(s); err != nil {
		return nil, err
	}
	s.GivenOffset = s.GivenOffset || files.Offsets != nil
	l, err := layer.Build(s)
	if err != nil {
		return nil, err
	}
	if set.Result, err = shape.Of(l); err != nil {
		return nil, err
	}
	if set.Filters != nil {
		set.made = filterOperands(l, set.Filters)
	}
	if files.Offsets != nil {
		set.made = withOffsets(set.made, l, *files.Offsets)
	}
	set.needed = ops.Operands(set.Result)
	set.Unused, err = files.check(set.needed, words+" on "+layer.FormatShape(set.Input))
	return set, err
}

// inWords is a layer as it was asked for: standard --kernel 5.
func inWords(s layer.Spec) string {
	var b strings.Builder
	b.WriteString(s.Variant)
	for _, k := range layer.Keys() {
		if k.Name != "input" && s.Given(k.Name) {
			b.WriteString(" --" + k.Name + " " + k.Value(s))
		}
	}
	return b.String()
}

// Made says which operands the filters make.
func (s *Settled) Made() []string {
	var out []string
	for _, n := range s.needed {
		if m, ok := s.made[n.Name]; ok {
			out = append(out, sized(n)+lang.Text(": ")+m.label)
		}
	}
	return out
}
