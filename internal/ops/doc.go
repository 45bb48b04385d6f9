// Package ops computes primitives: it chooses an algorithm for a stage, prepares it once, and runs it many times. It chooses
// and strings together; the rooms below it compute.
//
// # Algorithms
//
// A primitive has an ordered list of algorithms, the best first, the reference last (algorithms.go). Each accepts a
// problem.Problem or declines it with a reason. The list gives --algorithm, the rows of bench, the differential tests and
// the error texts; adding an algorithm is adding an entry, and a file in the room of its kind:
//
//	{Name: "gemv", accept: transposed.GemvAccepts, cost: transposed.GemvCost, prepare32: transposed.NewGemv}
//
// A constructor packs the weights and allocates the workspace, at most 8 MiB a thread; the problem.Runner that it returns
// overwrites its output and allocates nothing. It honours the problem's bias and clamp (a fused ReLU or ReLU6) in its
// store, splits its loop on the problem's worker pool (workers.Loop), and never sees a padding mode other than zeros:
// those are reduced to zeros or none (padded.go). Algorithms that have no float64 constructor decline float64.
//
// Every algorithm must equal the reference on integer-valued data, whatever the number of threads; the tests of this
// package walk the lists and hold each entry to that. Algorithms that round on integers too (Winograd, FFT) state a
// tolerance in their entry and are held to that.
//
// # Names
//
// An algorithm's name is its file's, in the room of its kind and, where it has a kernel of its own, in kernel. They are the
// field's, but for these: phases (polyphase decomposition; sub-pixel is the name of a layer), patches (what vision
// transformers call windows that do not overlap), sampled (a deformable convolution's columns are sampled while gemm packs
// them), and the fusions, for which there are no names: squeeze, resize-last, block-nchwc, block-bands.
package ops
