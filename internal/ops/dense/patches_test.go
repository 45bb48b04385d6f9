package dense

import (
	"math/rand/v2"
	"testing"

	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// randomPatches draws a layer whose windows do not overlap.
func randomPatches(r *rand.Rand) problem.Convolution {
	p := random(r)
	padded := r.IntN(2) // without padding several rows are parted at once
	for a := range 3 {
		p.Dilation[a] = 1
		if p.In[a] == 1 && p.Out[a] == 1 && p.Kernel[a] == 1 {
			continue
		}
		p.Kernel[a] = 1 + r.IntN(5)
		p.Stride[a] = p.Kernel[a] + r.IntN(3)
		p.Kernel[a] = min(p.Kernel[a], max(1, p.In[a]+padded*4))
		p.Pads[a].Begin = padded * r.IntN(4)
		p.Out[a] = 1 + max(0, p.In[a]+p.Pads[a].Begin+padded*r.IntN(4)-p.Kernel[a])/p.Stride[a]
	}
	return p
}

func TestPatchesAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	for i := range drawn.Layers(200) {
		p := randomPatches(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		if why := PatchesDeclines(&p); why != "" {
			if p.Stride != [3]int{1, 1, 1} {
				t.Fatalf("%+v: declined: %s", p, why)
			}
			continue
		}
		exact(t, p, func(w, b []float32) problem.Conv { return NewPatches(p, w, b) })
	}
}
