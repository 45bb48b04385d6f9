// Package reference computes every primitive as its definition reads: literal loop nests, one output after another.
// It is the oracle that fast algorithms are tested against, so it is written to be obviously right, not quick.
//
// All functions are generic over float32 and float64. Sums are accumulated in float64 and rounded once, whatever the
// element type: the float32 result is then the nearest float32 to (nearly) the exact one, and every fast algorithm is
// measured against that rather than against another rounding order.
//
// Activations are N x C x spatial, row-major; weights O x C/groups x kernel (transposed: C x O/groups x kernel). Spatial
// axes are always three, D, H, W; 1-D and 2-D problems have extent 1 in front. Work is counted in rows of the output,
// its contiguous last axis: each function computes rows from..to of them, so that callers can split and interrupt it.
package reference
