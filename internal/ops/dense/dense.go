// Package dense computes convolutions of float32 planes with the tiles of
// package kernel. It knows geometry and memory, but no layers: internal/ops
// turns a stage into a problem.Convolution and asks the algorithms in turn.
//
// An algorithm packs or transforms the weights once (New…) and may then run on
// any number of inputs. Every output element is summed in one fixed order, so
// that results do not depend on the number of threads.
package dense

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceilDiv(a, b) * b }
