package picture

import (
	"runtime"
	"sync"
)

// parallel splits 0..n into one run of indices a core.
func parallel(n int, f func(from, to int)) {
	cores := min(runtime.GOMAXPROCS(0), n)
	if cores <= 1 {
		f(0, n)
		return
	}
	var wg sync.WaitGroup
	for i := range cores {
		wg.Go(func() { f(n*i/cores, n*(i+1)/cores) })
	}
	wg.Wait()
}
