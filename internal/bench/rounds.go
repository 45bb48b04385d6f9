package bench

import (
	"context"
	"errors"
	"sync"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/memory"
	"convx/internal/ops"
	"convx/internal/shape"
)

// Rounds are how many turns each layer of a suite, and the machine, is timed in: all layers once a round, so that a slow spell of the
// machine meets all of them, and what drifts is seen in all alike.
const Rounds = 10

// Timed is what timing a suite has come to: it can be read while the suite is timed, so that an interrupt leaves what there is.
type Timed struct {
	mu      sync.Mutex
	machine Machine
	rows    []Result
}

// Results are those of the layers that are timed, and of the machine.
func (t *Timed) Results() (Machine, []Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.machine, t.rows
}

func (t *Timed) set(m Machine, rows []Result) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.machine, t.rows = m, rows
}

// Hearer is told how a suite gets on.
type Hearer struct {
	Left func(Entry, error)             // a layer that the algorithm declines, and that is not the only one
	At   func(string)                   // what is being done
	Done func(done, of int, r []Result) // by Tune, what one layer of several took by each algorithm, the choice first
}

// Suite times the layers in rounds, for o.MinTime each in all, and the machine in between. A layer that the algorithm declines
// has no result. Results are there from the first round on. Errors are *layer.Error where no layer can be timed.
func (t *Timed) Suite(ctx context.Context, entries []Entry, o Options, h Hearer) error {
	all := make([]*turned, 0, len(entries))
	keep := keeps(entries, o)
	err := takeEach(entries, h.Left, func(i int, e Entry) error {
		h.At(lang.Sprintf("preparing %d/%d %s", i+1, len(entries), e.Name))
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
		return err
	}
	machine := newProbe(o.Threads)
	defer machine.done()
	for round := range Rounds {
		machine.round(roundOf)
		for i, l := range all {
			if l.samples.ahead(round, o.MinTime) {
				continue
			}
			h.At(lang.Sprintf("timing %d/%d %s, round %d of %d", i+1, len(all), l.entry.Name, round+1, Rounds))
			if err := l.turn(ctx); err != nil {
				return timing(l.entry, err)
			}
			if !keep {
				l.run = nil
			}
		}
		rows := make([]Result, len(all))
		for i, l := range all {
			rows[i] = l.Result
		}
		t.set(machine.Machine, rows)
	}
	return nil
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
