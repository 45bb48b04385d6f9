// Package flops counts what a layer costs: parameters, multiply-accumulates (MACs), floating-point operations (FLOPs),
// activations and bytes. Pure integer arithmetic; a count that does not fit in 64 bits is an error, never wrapped.
//
// A MAC is one multiply-accumulate of the definition: taps that fall on padding count, the bias does not. FLOPs are
// 2*MACs, plus the bias additions, plus what pooling, norms, activations, scaling and sampling do; those have no MACs.
// A transposed convolution counts on its input size: each input element meets each kernel weight once.
// docs/counting.md states every rule and its limits.
//
// Each primitive has one rule, in a file of the same name as its shape rule in internal/shape.
package flops
