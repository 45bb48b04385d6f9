package bench

import (
	"context"
	"errors"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/memory"
	"convx/internal/ops"
	"convx/internal/shape"
)

// Rounds are how many turns each layer of a suite, and the machine, is timed in: all layers once a round, so that a slow spell of the
// machine meets all of them, and what drifts is seen in all alike.
const Rounds = 10

// Suite times the layers in rounds, for o.MinTime each in all, and the machine in between. A layer that the algorithm declines is told to left
// and has no result, unless it is the only one; at hears what is being done. Errors are *layer.Error where no layer can be timed.
func Suite(ctx context.Context, entries []Entry, o Options, left func(Entry, error), at func(string)) (Machine, []Result, error) {
	all := make([]*turned, 0, len(entries))
	keep := keeps(entries, o)
	err := takeEach(entries, left, func(i int, e Entry) error {
		at(lang.Sprintf("preparing %d/%d %s", i+1, len(entries), e.Name))
		t := &turned{entry: e, options: o}
		if err := t.prepare(); err != nil {
			return err
		}
		if !keep {
			t.run = nil
		}
		all = append(all, t)
		return nil
	})
	if err != nil {
		return Machine{}, nil, err
	}
	machine := newProbe(o.Threads)
	for round := range Rounds {
		machine.round(roundOf)
		for i, t := range all {
			if t.samples.ahead(round, o.MinTime) {
				continue
			}
			at(lang.Sprintf("timing %d/%d %s, round %d of %d", i+1, len(all), t.entry.Name, round+1, Rounds))
			if err := t.turn(ctx); err != nil {
				return Machine{}, nil, timing(t.entry, err)
			}
			if !keep {
				t.run = nil
			}
		}
	}
	results := make([]Result, len(all))
	for i, t := range all {
		results[i] = t.Result
	}
	return machine.done(), results, nil
}

// takeEach calls do for every layer. One that do declines by a *layer.Error is told to left, unless it is the only one; where all are, the
// last one's error is returned.
func takeEach(entries []Entry, left func(Entry, error), do func(i int, e Entry) error) error {
	taken := false
	var last error
	for i, e := range entries {
		err := do(i, e)
		if _, declined := errors.AsType[*layer.Error](err); declined {
			if last = err; len(entries) > 1 {
				left(e, err)
			}
			continue
		}
		if err != nil {
			return timing(e, err)
		}
		taken = true
	}
	if taken {
		return nil
	}
	return last
}

func timing(e Entry, err error) error { return lang.Errorf("timing %s: %w", e.Name, err) }

// turned is a layer that is timed in turns, between which it need not be prepared.
type turned struct {
	*Prepared
	entry   Entry
	options Options
}

func (t *turned) prepare() error {
	p, err := Prepare(t.entry, t.options)
	if err != nil {
		return err
	}
	if t.Prepared != nil {
		p.samples = t.samples
	}
	t.Prepared = p
	return nil
}

func (t *turned) turn(ctx context.Context) error {
	if t.run == nil {
		if err := t.prepare(); err != nil {
			return err
		}
	}
	return t.Time(ctx, t.options.MinTime/Rounds)
}

// keeps reports whether all layers may stay prepared from round to round: together they take at most half of the memory that is free.
func keeps(entries []Entry, o Options) bool {
	estimate := ops.EstimateMemory[float32]
	if o.Float64 {
		estimate = ops.EstimateMemory[float64]
	}
	total := 0
	for _, e := range entries {
		s, err := shape.Of(e.Layer)
		if err != nil {
			continue
		}
		m, err := estimate(s, o.Options)
		if err != nil {
			continue
		}
		if total, err = layer.Sum(total, m.Total()); err != nil {
			return false
		}
	}
	free, known := memory.Available()
	return !known || total <= free/2
}
