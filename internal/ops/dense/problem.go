// Package dense computes convolutions of float32 planes with the tiles of
// package kernel. It knows geometry and memory, but no layers: internal/ops
// turns a stage into a Problem and asks the algorithms in turn.
//
// An algorithm packs or transforms the weights once (New…) and may then run on
// any number of inputs. Every output element is summed in one fixed order, so
// that results do not depend on the number of threads.
package dense

import (
	"context"
	"math"

	"convx/internal/ops/kernel"
	"convx/internal/ops/workers"
)

// Problem is one convolution over three spatial axes (depth, height, width);
// axes that a layer lacks have extent 1. Input is Batch x Channels x In, output
// Batch x OutChannels x Out, weights OutChannels x Channels/Groups x Kernel,
// all contiguous. Padding is zeros, Pad of them before each axis, and as many
// behind as Out needs.
type Problem struct {
	Batch, Channels, OutChannels, Groups   int
	In, Out, Kernel, Stride, Dilation, Pad [3]int
	Lo, Hi                                 float32 // outputs are kept within
	ISA                                    kernel.ISA
	Threads                                int
}

// Conv is a prepared convolution.
type Conv interface {
	// Run computes out from in. It allocates nothing and is not safe for
	// concurrent use.
	Run(ctx context.Context, out, in []float32, t *workers.Pool) error
	// Workspace is how many bytes it keeps beside the packed weights, Packed
	// how many those have.
	Workspace() int
	Packed() int
}

// NoClamp is the range of a Problem without an activation.
func NoClamp() (lo, hi float32) { return float32(math.Inf(-1)), float32(math.Inf(1)) }

func volume(v [3]int) int { return v[0] * v[1] * v[2] }

// groupIn and groupOut are the channels of one group.
func (p *Problem) groupIn() int  { return p.Channels / p.Groups }
func (p *Problem) groupOut() int { return p.OutChannels / p.Groups }

// MACs of the definition, padded taps included.
func (p *Problem) MACs() int {
	return p.Batch * p.OutChannels * volume(p.Out) * p.groupIn() * volume(p.Kernel)
}

// pointwise reports whether each output pixel reads the input pixel of the
// same index and no other.
func (p *Problem) pointwise() bool {
	return volume(p.Kernel) == 1 && p.Pad == [3]int{} && p.Stride == [3]int{1, 1, 1} && p.In == p.Out
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }

func roundUp(a, b int) int { return ceilDiv(a, b) * b }
