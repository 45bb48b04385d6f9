package dense

import (
	"math/rand/v2"
	"testing"

	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// randomDepthwise draws a depthwise layer, one filter a channel.
func randomDepthwise(r *rand.Rand) problem.Convolution {
	p := random(r)
	p.C = 1 + r.IntN(40)
	p.O, p.Groups = p.C, p.C
	return p
}

func TestLanesAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(11, 12))
	for i := range drawn.Layers(300) {
		p := randomDepthwise(r)
		if i%4 == 0 { // a kernel larger than the input
			p.Kernel[2] += 12
			p.Pads[2].Begin += 6 * p.Dilation[2]
		}
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		if why := DepthwiseNCHWcDeclines(&p); why != "" {
			t.Fatalf("%+v: declined: %s", p, why)
		}
		exact(t, p, func(w, b []float32) problem.Conv {
			l := NewDepthwiseNCHWc(p, w, b)
			if i%2 == 0 { // bands, which planes of this size have no need of
				l.bands, l.tall = nil, 0
				l.makeBands(1 + i%5)
			}
			return l
		})
	}
}
