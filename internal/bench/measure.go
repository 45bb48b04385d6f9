package bench

import (
	"context"
	"slices"
	"time"
)

// Timing is what repeated runs took.
type Timing struct {
	Min, Median time.Duration
	// Spread is half of the range in which the middle half of the runs lies: the ± beside a median.
	Spread time.Duration
	Runs   int
	// Samples are the medians of the rounds that it was timed in, or of at most ten equal parts of the runs of one, in turn: what a
	// later run is compared with, rank by rank.
	Samples []time.Duration
}

// Noisy reports whether the runs varied so much that a small difference says nothing.
func (t Timing) Noisy() bool { return t.Spread > t.Median/noisyPart }

// noisyPart: a spread of more than a fifth of the median is noise.
const noisyPart = 5

const (
	// fewestRuns are measured even if the first lasts longer than asked: four times can differ from four others by more than chance.
	fewestRuns = 4
	// patience is how many times the minimum time the fewest runs may take.
	patience = 4
	// shortest is how long a sample lasts at least, so that reading the clock (some 50 ns) does not count.
	shortest = 20 * time.Microsecond
	// long is a run that cold memory and sleeping threads hardly slow down.
	long = 200 * time.Millisecond
	// far is how many times the best of the others a run takes whose layer need not be timed any further.
	far = 4
	// mostSamples bounds the memory for samples.
	mostSamples = 100_000
)

// samples are the times of single runs.
type samples struct {
	times []time.Duration
	batch int                         // runs to a sample; 0 before the warm-up
	cold  bool                        // the only sample is the warm-up
	warm  func(context.Context) error // what warms up; nil: what is timed
	best  time.Duration               // of the others, where only those near it need be timed for long; 0: there is none
	turns []int                       // how many times there were at the end of each turn
	spent time.Duration
}

// take runs f, once to warm up, then again and again for at least this long. Runs too short for the clock are timed several at
// once; a warm-up so long that there is no time for another run stands for itself, until there is one, and what is far from the best runs
// once more at most. Later turns warm up again: other work was in the caches since. The error is f's or ctx's.
func (s *samples) take(ctx context.Context, atLeast time.Duration, f func(context.Context) error) error {
	warm := s.warm
	if warm == nil {
		warm = f
	}
	if s.batch == 0 || s.times[len(s.times)-1] < long {
		start := time.Now()
		if err := warm(ctx); err != nil {
			return err
		}
		once := max(time.Since(start), 1)
		if s.best > 0 && once > far*s.best {
			atLeast = 0
		}
		if s.batch == 0 && once >= max(long, patience*atLeast) && s.warm == nil {
			s.times, s.batch, s.cold = []time.Duration{once}, 1, true
			s.done(once)
			return ctx.Err()
		}
		s.batch = max(s.batch, 1)
		if once < shortest {
			s.batch = max(s.batch, int(shortest/once)+1)
		}
	}
	if s.cold {
		s.times, s.turns, s.cold = nil, nil, false
	}
	taken := 0
	for begin := time.Now(); ; {
		start := time.Now()
		for range s.batch {
			if err := f(ctx); err != nil {
				return err
			}
		}
		now := time.Now()
		s.times = append(s.times, now.Sub(start)/time.Duration(s.batch))
		taken++
		if err := ctx.Err(); err != nil {
			return err
		}
		spent := now.Sub(begin)
		enough := spent >= atLeast && (len(s.times) >= fewestRuns || spent >= patience*atLeast)
		if enough || len(s.times) >= mostSamples {
			s.done(spent)
			return nil
		}
	}
}

// done ends a turn, which took so long.
func (s *samples) done(spent time.Duration) {
	s.turns = append(s.turns, len(s.times))
	s.spent += spent
}

// ahead reports whether a round may pass without another turn, when all of them are to take at least so long: slow runs, or a slow
// machine, have taken what patience allows up to here. Else every round has its sample.
func (s *samples) ahead(round int, atLeast time.Duration) bool {
	return !s.cold && s.spent*Rounds >= patience*atLeast*time.Duration(round+1)
}

func (s *samples) timing() Timing {
	sorted := slices.Sorted(slices.Values(s.times))
	n := len(sorted)
	t := Timing{
		Min: sorted[0], Median: median(sorted),
		Spread: (sorted[n*3/4] - sorted[n/4]) / 2, Runs: n * s.batch,
	}
	ends := s.turns
	if len(ends) < 2 {
		ends = nil
		for i, parts := 0, min(n, Rounds); i < parts; i++ {
			ends = append(ends, (i+1)*n/parts)
		}
	}
	at := 0
	for _, end := range ends {
		t.Samples = append(t.Samples, median(slices.Sorted(slices.Values(s.times[at:end]))))
		at = end
	}
	return t
}

func median(sorted []time.Duration) time.Duration {
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// Time runs f again and again for at least this long, once to warm up. The error is f's or ctx's.
func Time(ctx context.Context, atLeast time.Duration, f func(context.Context) error) (Timing, error) {
	var s samples
	if err := s.take(ctx, atLeast, f); err != nil {
		return Timing{}, err
	}
	return s.timing(), nil
}

// TimingOf sums up the times of single runs, of which there is at least one. ends are how many there were after each round.
func TimingOf(times []time.Duration, ends ...int) Timing {
	s := samples{times: times, batch: 1, turns: ends}
	return s.timing()
}
