package ops

import (
	"errors"
	"math"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops/problem"
)

// formerNames are what the release before called some algorithms and fusions; they may be given, but are not shown.
var formerNames = map[string][]string{
	"planes": {"direct-nchw"},
	"lanes":  {"depthwise-nchwc"},
	"direct": {"direct-nchwc", "scalar"},
	"rows":   {"indirect-gemm"},
	"outer":  {"gemv"},
	"vector": {"simd", "gemv"},
	"blocks": {"block-nchwc"},
	"bands":  {"block-bands"},
}

// selection is a parsed --algorithm: what one name stands for, or auto without some names.
type selection struct {
	only    []string
	without []string
	demand  demand // of the data, which auto heeds
}

// Algorithms names every algorithm once, primitive by primitive and the best first, then the fusions; the reference is last.
func Algorithms() []string {
	var names []string
	for _, k := range layer.Kinds() {
		for _, a := range algorithms[k] {
			if a.Name != referenceName && !slices.Contains(names, a.Name) {
				names = append(names, a.Name)
			}
		}
	}
	for _, f := range fusions {
		names = append(names, f.Name)
	}
	return append(names, referenceName)
}

// Candidates names the algorithms that a selection leaves to choose from, in the order of Algorithms. The error is a
// *layer.Error.
func Candidates(selection string) ([]string, error) {
	sel, err := parseSelection(selection)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(Algorithms(), func(name string) bool {
		return !sel.allows(name)
	}), nil
}

// IsAlgorithm reports whether a selection may name an algorithm or a fusion so: as Algorithms does, or by a former name.
func IsAlgorithm(name string) bool { return len(namesFor(name)) > 0 }

// CheckNames refuses a selection with names that no algorithm has, whatever else is wrong with it. The error is a *layer.Error.
func CheckNames(selection string) error {
	for word := range strings.SplitSeq(selection, ",") {
		if name := strings.TrimPrefix(strings.TrimSpace(word), "-"); name != "auto" && !IsAlgorithm(name) {
			return unknown(name)
		}
	}
	return nil
}

func unknown(name string) *layer.Error {
	if near := layer.Nearest(name, Algorithms()); near != "" {
		return layer.Errorf("unknown algorithm %q", name).Hint(lang.Sprintf("did you mean %s?", near))
	}
	return layer.Errorf("unknown algorithm %q", name).Hint(lang.Sprintf("algorithms are auto, %s", lang.List(Algorithms())))
}

// namesFor is the algorithms and fusions that a name stands for.
func namesFor(name string) []string {
	if slices.Contains(Algorithms(), name) {
		return []string{name}
	}
	return formerNames[name]
}

func parseSelection(s string) (selection, error) {
	var sel selection
	if s == "" {
		return sel, nil
	}
	for i, word := range strings.Split(s, ",") {
		name, not := strings.CutPrefix(strings.TrimSpace(word), "-")
		names := namesFor(name)
		switch {
		case name == "auto" && !not && i == 0:
			continue
		case len(names) == 0:
			return sel, unknown(name)
		case not && name == referenceName:
			return sel, layer.Errorf("the reference cannot be left out: it ends every list")
		case not:
			sel.without = append(sel.without, names...)
		case s != name:
			return sel, layer.Errorf("algorithm %q mixes a name with others", s).Hint("give one name").Hint(`leave some out, like "auto,-im2col"`)
		default:
			sel.only = names
		}
	}
	return sel, nil
}

// auto reports whether no name is asked for.
func (s selection) auto() bool { return len(s.only) == 0 }

// allows reports whether an algorithm or a fusion may be chosen. Leaving out winograd leaves out phases-winograd too.
func (s selection) allows(name string) bool {
	if !s.auto() {
		return slices.Contains(s.only, name)
	}
	return !slices.Contains(s.without, name) && !slices.Contains(s.without, strings.TrimPrefix(name, "phases-"))
}

// names reports whether an algorithm or a fusion is asked for by its name.
func (s selection) names(name string) bool { return slices.Contains(s.only, name) }

// choose picks the algorithm for p, or says why none will do.
func (s selection) choose(p *problem.Problem) (*algorithm, error) {
	return s.chooseFrom(algorithms[p.Stage.Op.Kind()], p)
}

func (s selection) chooseFrom(list []algorithm, p *problem.Problem) (*algorithm, error) {
	var best *algorithm
	var reasons []error
	least := math.Inf(1)
	for i := range list {
		a := &list[i]
		if !s.allows(a.Name) || s.auto() && a.keepsTo(p) < s.demand {
			continue
		}
		if err := a.declines(p); err != nil {
			reasons = append(reasons, lang.Errorf("%s declines: %w", a.Name, err))
			continue
		}
		if c := a.costOf(p); best == nil || c < least {
			best, least = a, c
		}
	}
	if best == nil && len(reasons) == 0 {
		return nil, layer.Errorf("%s has no algorithm %s", p.Stage.Op.Kind(), lang.Or(s.only)).Hint(lang.Sprintf("it has %s", lang.List(namesOf(list))))
	}
	if best == nil {
		return nil, layer.Errorf("%v", errors.Join(reasons...))
	}
	return best, nil
}

func namesOf(list []algorithm) []string {
	var names []string
	for _, a := range list {
		names = append(names, a.Name)
	}
	return names
}
