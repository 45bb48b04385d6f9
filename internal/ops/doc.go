// Package ops computes primitives: it chooses an algorithm for a stage, prepares it once, and runs it many times.
//
// # Algorithms
//
// A primitive has an ordered list of algorithms, the best first, the reference last (algorithms.go). Each accepts a
// problem.Problem or declines it with a reason. The list gives --algorithm, the rows of bench, the differential tests and the
// error texts; adding an algorithm is adding an entry and a file:
//
//	{Name: "winograd", accept: acceptWinograd, cost: costWinograd, prepare32: newWinograd}
//
// A constructor packs the weights and allocates the workspace, at most 8 MiB a thread; the runner that it returns
// overwrites its output and allocates nothing. It honours the problem.Problem's bias and clamp (a fused ReLU or ReLU6) in its
// store, splits its loop with a loop (parallel.go), and never sees a padding mode other than zeros: those are reduced to
// zeros or none (padded.go). Algorithms that have no float64 constructor decline float64.
//
// Every algorithm must equal the reference on integer-valued data, whatever the number of threads; the tests of this
// package walk the lists and hold each entry to that. Algorithms that round on integers too (Winograd, FFT) state a
// tolerance in their entry and are held to that.
package ops
