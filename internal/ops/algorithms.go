package ops

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/ops/dense"
	"convx/internal/ops/fourier"
	"convx/internal/ops/planes"
	"convx/internal/tensor"
)

// algorithm is one way to compute a primitive.
type algorithm struct {
	Name string
	// accept is nil, or returns why the algorithm cannot compute a problem. It is not asked whether it would be quick.
	accept func(*Problem) error
	// cost estimates the time of a run in nanoseconds, for the choice; nil is more than any other.
	cost func(*Problem) float64
	// tolerance bounds the error of an algorithm that rounds even where the data is integers, relative to the largest sum
	// of the magnitudes of an output's products; 0 is exact.
	tolerance float64
	// The constructors per element type. An algorithm without one declines that type.
	prepare32 func(*Problem, operands[float32]) (runner[float32], error)
	prepare64 func(*Problem, operands[float64]) (runner[float64], error)
}

// convAlgorithms stands by itself because the algorithms of other primitives choose from it.
var convAlgorithms = []algorithm{
	{Name: "winograd", accept: accepts(dense.BestWinogradDeclines), cost: winogradCost, tolerance: dense.WinogradTolerance, prepare32: winogradConv},
	{Name: "fft", accept: accepts(fourier.Declines), cost: fourierCost, tolerance: fourier.Tolerance, prepare32: fourierConv},
	{Name: "planes", accept: accepts(planes.Declines), cost: planesCost, prepare32: planesConv},
	{Name: "lanes", accept: accepts(dense.LanesDeclines), cost: lanesCost, prepare32: lanesConv},
	{Name: "direct", accept: accepts(dense.DirectDeclines), cost: directCost, prepare32: directConv},
	{Name: "patches", accept: accepts(dense.PatchesDeclines), cost: patchesCost, prepare32: patchesConv},
	{Name: "rows", accept: accepts(dense.RowsDeclines), cost: rowsCost, prepare32: rowsConv},
	{Name: "gemm", cost: gemmCost, prepare32: gemmConv},
	{Name: "im2col", prepare32: newIm2col[float32], prepare64: newIm2col[float64]},
	{Name: referenceName, prepare32: refConv[float32], prepare64: refConv[float64]},
}

// algorithms holds, for each primitive, the ways to compute it, the best first; every list ends in the reference.
// "auto" takes the one of least cost among those that accept, the earlier one of equals.
var algorithms = map[layer.Kind][]algorithm{
	layer.KindConv: convAlgorithms,
	layer.KindTransposed: {
		{Name: "outer", accept: outerAccepts, cost: outerCost, prepare32: newOuter},
		{
			Name: "phases-winograd", accept: winogradPhasesAccept, tolerance: dense.WinogradTolerance, prepare32: winogradPhases,
			cost: func(p *Problem) float64 { return phasesCost(p, byWinograd) },
		},
		{
			Name: "phases", accept: phasesAccept, prepare32: phasesTransposed[float32], prepare64: phasesTransposed[float64],
			cost: func(p *Problem) float64 { return phasesCost(p, exactly) },
		},
		{Name: referenceName, prepare32: refTransposed[float32], prepare64: refTransposed[float64]},
	},
	layer.KindDeformable: {
		{Name: "sampled", accept: sampledAccepts, cost: sampledCost, prepare32: newSampled},
		{Name: referenceName, prepare32: refDeformable[float32], prepare64: refDeformable[float64]},
	},
	layer.KindPool: {
		{Name: "vector", accept: vectorPoolAccepts, prepare32: vectorPool},
		{Name: "direct", prepare32: newDirectPool[float32], prepare64: newDirectPool[float64]},
		{Name: referenceName, prepare32: refPool[float32], prepare64: refPool[float64]},
	},
	layer.KindLinear: {
		{Name: "vector", accept: vectorLinearAccepts, prepare32: vectorLinear},
		{Name: "gemm", prepare32: newGemmLinear[float32], prepare64: newGemmLinear[float64]},
		{Name: referenceName, prepare32: refLinear[float32], prepare64: refLinear[float64]},
	},
	layer.KindActivation: {
		{Name: "vector", accept: vectorActivationAccepts, tolerance: vectorActivationTolerance, prepare32: vectorActivation},
		{Name: referenceName, prepare32: refActivation[float32], prepare64: refActivation[float64]},
	},
	layer.KindScale: {
		{Name: "vector", prepare32: vectorScale},
		{Name: referenceName, prepare32: refScale[float32], prepare64: refScale[float64]},
	},
	layer.KindAdd: {
		{Name: "vector", prepare32: vectorAdd},
		{Name: "direct", prepare32: newDirectAdd[float32], prepare64: newDirectAdd[float64]},
		{Name: referenceName, prepare32: refAdd[float32], prepare64: refAdd[float64]},
	},
	layer.KindConcat: {
		{Name: referenceName, prepare32: refConcat[float32], prepare64: refConcat[float64]},
	},
	layer.KindResize: {
		{Name: "vector", prepare32: newVectorResize},
		{Name: "separable", prepare32: newSeparableResize[float32], prepare64: newSeparableResize[float64]},
		{Name: referenceName, prepare32: refResize[float32], prepare64: refResize[float64]},
	},
	layer.KindROIPool: {
		{Name: referenceName, prepare32: refROIPool[float32], prepare64: refROIPool[float64]},
	},
	layer.KindNorm: {
		{Name: referenceName, prepare32: refNorm[float32], prepare64: refNorm[float64]},
	},
}

// referenceName is the name of the algorithm that ends every list.
const referenceName = "reference"

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
		return sel.only != "" && name != sel.only || sel.leavesOut(name)
	}), nil
}

// declines is nil or why a cannot compute p.
func (a *algorithm) declines(p *Problem) error {
	if p.Float64 && a.prepare64 == nil || !p.Float64 && a.prepare32 == nil {
		return fmt.Errorf("it does not compute in %s", p.dtype())
	}
	seen, err := a.sees(p)
	if err != nil {
		return err
	}
	if a.accept == nil {
		return nil
	}
	return a.accept(seen)
}

func (a *algorithm) costOf(p *Problem) float64 {
	if a.cost == nil {
		return math.Inf(1)
	}
	seen, err := a.sees(p)
	switch {
	case err != nil:
		return math.Inf(1)
	case seen == p:
		return a.cost(p)
	}
	return a.cost(seen) * float64(p.outputs()) / float64(seen.outputs())
}

// sees is the problem as the algorithm meets it: with padding of zeros or none, unless it is the reference.
func (a *algorithm) sees(p *Problem) (*Problem, error) {
	if a.Name == referenceName || !p.needsPadding() {
		return p, nil
	}
	plan, err := p.padPlan()
	return plan.seen, err
}

// prepareWith builds a's runner, inside one that pads where the padding is not zeros.
func prepareWith[T tensor.Float](a *algorithm, p *Problem, w operands[T]) (runner[T], error) {
	if a.Name != referenceName && p.needsPadding() {
		return newPadded(a, p, w)
	}
	return prepareOn(a, p, w)
}

// prepareOn builds a's runner for a problem as it is.
func prepareOn[T tensor.Float](a *algorithm, p *Problem, w operands[T]) (runner[T], error) {
	var r any
	var err error
	switch w := any(w).(type) {
	case operands[float32]:
		r, err = a.prepare32(p, w)
	case operands[float64]:
		r, err = a.prepare64(p, w)
	}
	if err != nil {
		return nil, err
	}
	return r.(runner[T]), nil
}

// selection is a parsed --algorithm: a name, or auto without some names.
type selection struct {
	only    string
	without []string
}

func parseSelection(s string) (selection, error) {
	var sel selection
	if s == "" {
		return sel, nil
	}
	known := Algorithms()
	for i, word := range strings.Split(s, ",") {
		name, not := strings.CutPrefix(strings.TrimSpace(word), "-")
		switch {
		case name == "auto" && !not && i == 0:
			continue
		case !slices.Contains(known, name):
			return sel, layer.Errorf("unknown algorithm %q", name).Hint("algorithms are auto, " + strings.Join(known, ", "))
		case not && name == referenceName:
			return sel, layer.Errorf("the reference cannot be left out: it ends every list")
		case not:
			sel.without = append(sel.without, name)
		case s != name:
			return sel, layer.Errorf("algorithm %q mixes a name with others", s).Hint("give one name").Hint(`leave some out, like "auto,-im2col"`)
		default:
			sel.only = name
		}
	}
	return sel, nil
}

// choose picks the algorithm for p, or says why none will do.
func (s selection) choose(p *Problem) (*algorithm, error) {
	return s.chooseFrom(algorithms[p.Stage.Op.Kind()], p)
}

func (s selection) chooseFrom(list []algorithm, p *Problem) (*algorithm, error) {
	var best *algorithm
	var reasons []error
	least := math.Inf(1)
	for i := range list {
		a := &list[i]
		if s.only != "" && a.Name != s.only || s.leavesOut(a.Name) {
			continue
		}
		if err := a.declines(p); err != nil {
			reasons = append(reasons, fmt.Errorf("%s declines: %w", a.Name, err))
			continue
		}
		if c := a.costOf(p); best == nil || c < least {
			best, least = a, c
		}
	}
	if best == nil && len(reasons) == 0 {
		return nil, layer.Errorf("%s has no algorithm %s", p.Stage.Op.Kind(), s.only).Hint("it has " + strings.Join(namesOf(list), ", "))
	}
	if best == nil {
		return nil, layer.Errorf("%v", errors.Join(reasons...))
	}
	return best, nil
}

// leavesOut reports whether an algorithm is excluded; leaving out winograd leaves out phases-winograd too.
func (s selection) leavesOut(name string) bool {
	return slices.ContainsFunc(s.without, func(w string) bool { return name == w || strings.HasSuffix(name, "-"+w) })
}

func namesOf(list []algorithm) []string {
	var names []string
	for _, a := range list {
		names = append(names, a.Name)
	}
	return names
}
