package dense

import (
	"math/rand/v2"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// BestWinograd finds a tile exactly where no reason is given against all.
func TestBestWinogradDeclines(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 6))
	for range 300 {
		p := random(r)
		m, _ := BestWinograd(&p)
		if why := BestWinogradDeclines(&p); (m == 0) != (why != "") {
			t.Errorf("%+v: m is %d, and the reason %q", p, m, why)
		}
	}
}

func TestBestWinogradReasons(t *testing.T) {
	layer := func(channels, size, kh, kw, sh, sw, dilation int) *problem.Convolution {
		p := &problem.Convolution{Geometry: layer.Geometry{N: 1, C: channels, O: 8, Groups: 1, In: [3]int{1, size, size}, Kernel: [3]int{1, kh, kw}, Stride: [3]int{1, sh, sw}, Dilation: [3]int{1, dilation, dilation}}, ISA: kernel.Best(), Threads: 1}
		p.Out = [3]int{1, (size-dilation*(kh-1)-1)/sh + 1, (size-dilation*(kw-1)-1)/sw + 1}
		return p
	}
	for _, c := range []struct {
		p    *problem.Convolution
		want string
	}{
		{layer(8, 32, 3, 3, 1, 1, 1), ""},
		{layer(8, 32, 2, 2, 1, 1, 1), ""},
		{layer(64, 513, 3, 3, 2, 2, 1), "the copy of its input is too large"},
		{layer(8, 32, 3, 5, 1, 1, 1), "neither square nor a row"},
		{layer(8, 32, 1, 1, 1, 1, 1), "neither square nor a row"},
		{layer(8, 32, 8, 8, 1, 1, 1), "more than 7 taps"},
		{layer(8, 32, 3, 3, 1, 2, 1), "the stride is not 1"},
		{layer(8, 32, 3, 3, 2, 3, 1), "not the same on both axes"},
		{layer(8, 32, 3, 3, 9, 9, 1), "up to 8"},
		{layer(8, 32, 3, 3, 2, 2, 2), "dilated"},
		// Two taps have a transform for six points, and none for eight.
		{layer(1<<22, 8, 2, 2, 1, 1, 1), "more than the workspace holds"},
	} {
		if got := BestWinogradDeclines(c.p); (got == "") != (c.want == "") || !strings.Contains(got, c.want) {
			t.Errorf("%+v: %q, want %q", *c.p, got, c.want)
		}
	}
}

// Weights that are in no cache cost more, those of winograd's tiles the most: beside many small groups of small planes, direct
// convolution becomes the cheaper one.
func TestColdWeightsCostMore(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		p := random(r)
		cold := p
		cold.Cold = true
		m, warm := BestWinograd(&p)
		if _, c := BestWinograd(&cold); m != 0 && c <= warm {
			t.Errorf("winograd of %+v takes %v with cold weights, %v with others", p, c, warm)
		}
		if c, warm := DirectNCHWcCost(&cold), DirectNCHWcCost(&p); c <= warm {
			t.Errorf("direct convolution of %+v takes %v with cold weights, %v with others", p, c, warm)
		}
	}
	p := problem.Convolution{Geometry: layer.Geometry{N: 1, C: 1024, O: 1024, Groups: 32, In: [3]int{1, 7, 7}, Out: [3]int{1, 7, 7}, Kernel: [3]int{1, 3, 3}, Stride: [3]int{1, 1, 1}, Dilation: [3]int{1, 1, 1}}, ISA: kernel.Best(), Threads: 1, Cold: true}
	p.Pads[1].Begin, p.Pads[2].Begin = 1, 1
	// Timed with vector kernels; on 386 pure Go multiplies too slowly for the weights to decide.
	if _, c := BestWinograd(&p); c < DirectNCHWcCost(&p) && p.ISA != kernel.Generic {
		t.Errorf("winograd of 32 groups of 7x7 takes %v, direct convolution %v", c, DirectNCHWcCost(&p))
	}
}
