package cli

import (
	"slices"
	"time"

	"github.com/spf13/cobra"

	"convx/internal/bench"
	"convx/internal/lang"
	"convx/internal/memory"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// engineFlags say how layers are computed: flags that several commands share.
type engineFlags struct {
	threads   int
	algorithm string
	dtype     string
	seed      uint64
}

// every is the --algorithm that stands for each by turns.
const every = "all"

// register adds the flags. Their defaults are settings.
func (o *engineFlags) register(cmd *cobra.Command) {
	fs := cmd.Flags()
	fs.IntVar(&o.threads, "threads", 0, threadsUsage)
	algorithmVar(cmd, &o.algorithm, "how to compute: auto, `NAME`, or auto,-NAME to forbid one", every)
	enumVar(cmd, &o.dtype, "dtype", "", "element type", tensor.FloatNames()...)
	fs.Uint64Var(&o.seed, "seed", 0, "`SEED` of what is random")
}

// algorithmVar adds --algorithm, which ops.CheckNames reads, and completes it: auto, the other words that this command
// knows, the names.
func algorithmVar(cmd *cobra.Command, at *string, usage string, extra ...string) {
	cmd.Flags().StringVar(at, "algorithm", "auto", usage)
	completeKey(cmd, "algorithm", slices.Concat([]string{"auto"}, extra, ops.Algorithms())...)
}

func (o engineFlags) check(s Streams) error {
	if err := checkThreads(s, o.threads); err != nil {
		return err
	}
	if o.algorithm == every {
		return nil
	}
	return ops.CheckNames(o.algorithm)
}

func (o engineFlags) bench(minTime time.Duration) bench.Options {
	return bench.Options{
		Options: ops.Options{Algorithm: o.algorithm, Threads: threadsOf(o.threads)},
		Seed:    o.seed, MinTime: minTime, Float64: o.dtype == tensor.Float64.String(),
	}
}

// checkMinTime refuses a --min-time in which nothing is timed.
func checkMinTime(d time.Duration) error {
	if d <= 0 {
		return usagef("--min-time %s: give a positive time like 250ms", d)
	}
	return nil
}

// mostThreads is more than any machine has cores, and few enough to start.
const mostThreads = 1024

// threadsUsage says what --threads is.
const threadsUsage = lang.Key("compute on `N` threads, at most as many as the process may run at a time (processors, GOMAXPROCS, quota of its container), which is 0")

func checkThreads(s Streams, n int) error {
	if n < 0 || n > mostThreads {
		return usagef("--threads: %d is not between 0 (every core) and %d", n, mostThreads)
	}
	if used := threadsOf(n); n > used {
		s.warnf("--threads %d: this process may run %s at a time, and no more are used", n, lang.Plural(used, "thread"))
	}
	return nil
}

// threadsOf is how many threads --threads gets.
func threadsOf(threads int) int {
	most := memory.Threads()
	if threads == 0 {
		return most
	}
	return min(threads, most)
}

// freeMemory is the bytes that can be had; 0 is not known.
func freeMemory() int64 {
	free, _ := memory.Available()
	return int64(free)
}
