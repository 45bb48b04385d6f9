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
}

const (
	// fewestRuns are measured even if the first lasts longer than asked.
	fewestRuns = 3
	// patience is how many times the minimum time the fewest runs may take.
	patience = 4
	// shortest is how long a sample lasts at least, so that reading the clock (some 50 ns) does not count.
	shortest = 20 * time.Microsecond
	// mostSamples bounds the memory for samples.
	mostSamples = 100_000
)

// Measure runs f, once to warm up, then again and again for at least this long. Runs too short for the clock are timed
// several at once. The error is f's or ctx's.
func Measure(ctx context.Context, atLeast time.Duration, f func(context.Context) error) (Timing, error) {
	start := time.Now()
	if err := f(ctx); err != nil {
		return Timing{}, err
	}
	once := time.Since(start)
	batch := 1
	if once < shortest {
		batch = int(shortest/max(once, 1)) + 1
	}
	var samples []time.Duration
	for begin := time.Now(); ; {
		start := time.Now()
		for range batch {
			if err := f(ctx); err != nil {
				return Timing{}, err
			}
		}
		now := time.Now()
		samples = append(samples, now.Sub(start)/time.Duration(batch))
		if err := ctx.Err(); err != nil {
			return Timing{}, err
		}
		spent := now.Sub(begin)
		enough := spent >= atLeast && (len(samples) >= fewestRuns || spent >= patience*atLeast)
		if enough || len(samples) == mostSamples {
			return summarize(samples, batch), nil
		}
	}
}

func summarize(samples []time.Duration, batch int) Timing {
	slices.Sort(samples)
	n := len(samples)
	return Timing{
		Min: samples[0], Median: (samples[(n-1)/2] + samples[n/2]) / 2,
		Spread: (samples[n*3/4] - samples[n/4]) / 2, Runs: n * batch,
	}
}
