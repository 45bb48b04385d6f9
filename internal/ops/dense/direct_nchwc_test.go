package dense

import (
	"math/rand/v2"
	"testing"

	"convx/internal/ops/drawn"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

func TestDirectAgainstDefinition(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for i := range drawn.Layers(200) {
		p := random(r)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		exact(t, p, func(w, b []float32) problem.Conv { return NewDirectNCHWc(p, w, b) })
	}
}

// TestDirectSkipsPadding draws dilations of which whole columns and rows of taps meet padding alone.
func TestDirectSkipsPadding(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 14))
	cut := 0
	for i := range drawn.Layers(60) {
		p := random(r)
		for a := 1; a < 3; a++ {
			p.In[a], p.Kernel[a], p.Stride[a] = 17+r.IntN(16), 3, 1
			p.Dilation[a] = 8 + r.IntN(12)
			p.Pads[a].Begin = r.IntN(p.Dilation[a] + 3)
			p.Out[a] = p.In[a] + p.Pads[a].Begin - r.IntN(4)
		}
		p.Stride[1] = 1 + r.IntN(2)
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		if list, _ := columnsOf(&p); len(list) > 1 {
			cut++
		}
		exact(t, p, func(w, b []float32) problem.Conv { return NewDirectNCHWc(p, w, b) })
	}
	if cut == 0 {
		t.Error("no layer had columns to leave out")
	}
}

// TestDirectPartsChannels draws more channels than the workspace holds of the rows that a wide dilation reads.
func TestDirectPartsChannels(t *testing.T) {
	r := rand.New(rand.NewPCG(15, 16))
	parted := 0
	for i := range drawn.Layers(12) {
		p := random(r)
		p.Groups, p.C, p.O = 1, 900+r.IntN(700), 1+r.IntN(20)
		for a := 1; a < 3; a++ {
			p.In[a], p.Kernel[a], p.Stride[a] = 24+r.IntN(8), 3, 1
			p.Dilation[a] = 9 + r.IntN(12)
			p.Pads[a].Begin = r.IntN(p.Dilation[a] + 3)
			p.Out[a] = p.In[a] + p.Pads[a].Begin - p.Dilation[a] + r.IntN(4)
		}
		p.In[0], p.Kernel[0], p.Out[0], p.Stride[0], p.Dilation[0], p.Pads[0].Begin = 1, 1, 1, 1, 1, 0
		p.ISA = kernel.ISAs()[i%len(kernel.ISAs())]
		exact(t, p, func(w, b []float32) problem.Conv {
			d := NewDirectNCHWc(p, w, b)
			if len(d.parts) > 1 {
				parted++
			}
			return d
		})
	}
	if parted == 0 {
		t.Error("no layer had channels to part")
	}
}
