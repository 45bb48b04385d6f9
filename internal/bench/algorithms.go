package bench

import (
	"context"
	"errors"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops"
)

// Tune times each layer with every algorithm that takes it, as Algorithms does, and is else like Suite: results are there from the
// first layer on.
func (t *Timed) Tune(ctx context.Context, entries []Entry, o Options, h Hearer) error {
	machine := MeasureMachine(o.Threads)
	return takeEach(entries, h.Left, func(i int, e Entry) error {
		results, err := Algorithms(ctx, e, o, func(algorithm string) {
			h.At(lang.Sprintf("timing %d/%d %s: %s", i+1, len(entries), e.Name, algorithm))
		})
		if err != nil {
			return err
		}
		_, rows := t.Results()
		t.set(machine, append(rows, results...))
		if len(entries) > 1 {
			h.Done(i+1, len(entries), results)
		}
		return nil
	})
}

// Algorithms times a layer as o chooses, then with every algorithm that o leaves to choose from and that takes the layer,
// in the order of the list; at hears which. Those that decline are left out, and those that only compute the stages as one before
// does. No two results have the same Algorithm. One that takes far longer than another has the time of a run; where the choice is not
// the quickest, both are timed once more, since a slow spell of the machine may have met the one and not the other.
func Algorithms(ctx context.Context, e Entry, o Options, at func(string)) ([]Result, error) {
	candidates, err := ops.Candidates(o.Algorithm)
	if err != nil {
		return nil, err
	}
	var out []Result
	var choice, quickest *Prepared
	best := 0 // quickest's place
	for i, name := range append([]string{o.Algorithm}, candidates...) {
		o.Algorithm = name
		at(name)
		p, err := Prepare(e, o)
		if _, declined := errors.AsType[*layer.Error](err); declined && i > 0 {
			continue
		}
		if err != nil {
			return nil, err
		}
		if i > 0 && !allowed(p.Steps, candidates) || slices.ContainsFunc(out, func(r Result) bool { return sameSteps(r.Steps, p.Steps) }) {
			continue
		}
		if quickest != nil {
			p.samples.best = quickest.Min
		}
		if err := p.Time(ctx, o.MinTime); err != nil {
			return nil, err
		}
		if quickest == nil || p.Min < quickest.Min {
			quickest, best = p, len(out)
		}
		if choice == nil {
			choice = p
		}
		out = append(out, p.Result)
	}
	if quickest != choice {
		for _, p := range []*Prepared{choice, quickest} {
			if err := p.Time(ctx, o.MinTime); err != nil {
				return nil, err
			}
		}
		out[0], out[best] = choice.Result, quickest.Result
	}
	distinguish(out)
	out[0].Auto = true
	return out, nil
}

// allowed reports whether candidates compute all steps: a name decides about the stages that it takes, and leaves the
// others to any.
func allowed(steps []ops.Step, candidates []string) bool {
	return !slices.ContainsFunc(steps, func(s ops.Step) bool { return !slices.Contains(candidates, s.Algorithm) })
}

func sameSteps(a, b []ops.Step) bool {
	return slices.EqualFunc(a, b, func(a, b ops.Step) bool {
		return a.Algorithm == b.Algorithm && slices.Equal(a.Stages, b.Stages)
	})
}

// distinguish names the algorithms of all steps where those of the main stages do not tell results apart.
func distinguish(results []Result) {
	count := map[string]int{}
	for _, r := range results {
		count[r.Algorithm]++
	}
	for i := range results {
		r := &results[i]
		if count[r.Algorithm] == 1 {
			continue
		}
		var names []string
		for _, s := range r.Steps {
			names = append(names, s.Algorithm)
		}
		r.Algorithm = strings.Join(names, "+")
	}
}

// algorithmOf names the algorithms of the stages that multiply; if none does, those of all stages.
func algorithmOf(steps []ops.Step, l layer.Layer) string {
	heavy := []layer.Kind{layer.KindConv, layer.KindTransposed, layer.KindDeformable}
	var main, all []string
	for _, st := range steps {
		if !slices.Contains(all, st.Algorithm) {
			all = append(all, st.Algorithm)
		}
		multiplies := slices.ContainsFunc(l.Stages, func(s layer.Stage) bool {
			return slices.Contains(st.Stages, s.Name) && slices.Contains(heavy, s.Op.Kind())
		})
		if multiplies && !slices.Contains(main, st.Algorithm) {
			main = append(main, st.Algorithm)
		}
	}
	if len(main) > 0 {
		return strings.Join(main, "+")
	}
	return strings.Join(all, "+")
}
