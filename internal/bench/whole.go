package bench

import (
	"cmp"
	"context"
	"runtime"
	"time"

	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/memory"
	"convx/internal/network"
)

// Whole is a network that was timed as it runs, with what each of its steps took inside.
type Whole struct {
	Name string
	// Load is how long it took to read and prepare the network, First its first run.
	Load, First time.Duration
	Timing
	Steps      []Step
	PeakMemory int // of the process, in bytes; 0 is not known
	Machine    Machine
}

// Step is one step of a network, and its times inside of the running network.
type Step struct {
	infer.Counted
	Timing Timing
}

// WholeOptions say how a network is prepared, on what it runs and how long it is timed.
type WholeOptions struct {
	infer.Options
	Seed    uint64
	MinTime time.Duration
}

// Network times a network as it runs, on seeded inputs, in rounds, and the machine in between. open reads it; stage hears what is being done.
func Network(ctx context.Context, name string, open func() (*network.Graph, network.Options, error), opt WholeOptions, stage func(string)) (Whole, error) {
	w := Whole{Name: name}
	stage(lang.Sprintf("preparing %s", name))
	begin := time.Now()
	g, options, err := open()
	if err != nil {
		return w, err
	}
	net, err := infer.Prepare(ctx, g, opt.Options)
	if err != nil {
		return w, err
	}
	w.Load = time.Since(begin)
	feeds, err := net.Seeded(nil, opt.Seed)
	if err != nil {
		return w, err
	}
	begin = time.Now()
	if err := net.Run(ctx, feeds); err != nil {
		return w, err
	}
	w.First = time.Since(begin)
	w.PeakMemory = memory.Peak() // before the buffers of what measures the machine
	machine := newProbe(cmp.Or(opt.Threads, runtime.GOMAXPROCS(0)))
	var taken []time.Duration
	var ends []int // how many runs there were after each round
	runs := 0
	timed := samples{warm: func(ctx context.Context) error { return net.Run(ctx, feeds) }}
	for round := range Rounds {
		stage(lang.Sprintf("timing %s, round %d of %d", name, round+1, Rounds))
		machine.round(roundOf)
		if timed.ahead(round, opt.MinTime) {
			continue
		}
		err := timed.take(ctx, opt.MinTime/Rounds, func(ctx context.Context) error {
			if err := net.Run(ctx, feeds); err != nil {
				return err
			}
			taken = net.Times(taken)
			runs++
			return nil
		})
		if err != nil {
			return w, err
		}
		ends = append(ends, runs)
	}
	w.Timing, w.Machine = timed.timing(), machine.done()
	r, err := network.Evaluate(g, options)
	if err != nil {
		return w, err
	}
	w.Steps = stepsOf(net.Count(r), taken, ends)
	return w, nil
}

// stepsOf gives each step its times, which were taken run after run; ends are how many runs there were after each round.
func stepsOf(counted []infer.Counted, taken []time.Duration, ends []int) []Step {
	steps := make([]Step, len(counted))
	for i, c := range counted {
		steps[i].Counted = c
		var times []time.Duration
		for at := i; at < len(taken); at += len(counted) {
			times = append(times, taken[at])
		}
		if len(times) > 0 {
			steps[i].Timing = TimingOf(times, ends...)
		}
	}
	return steps
}
