package ops

import (
	"math"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// largeLayers are layers whose inputs are far larger than any workspace, as variant, input and keys.
var largeLayers = []string{
	"standard 3x2160x3840 out-channels=16 kernel=3 padding=1",
	"standard 3x2160x3840 out-channels=16 kernel=3 padding=1 pad-mode=reflect",
	"standard 3x2160x3840 out-channels=16 kernel=7 stride=2 padding=3 pad-mode=replicate",
	"standard 3x2160x3840 out-channels=8 kernel=31 padding=15 pad-mode=circular",
	"dilated 3x2160x3840 out-channels=8 kernel=3 padding=32 dilation=32",
	"standard 64x1024x1024 kernel=3 padding=1",
	"standard 64x1024x1024 kernel=3 padding=1 pad-mode=reflect",
	"standard 64x1024x1024 kernel=3 stride=2 padding=1",
	"standard 64x1024x1024 kernel=1",
	"standard 64x1024x1024 kernel=5x3 stride=1x2 padding=2x1",
	"standard 1x512x512 out-channels=4 kernel=101 padding=50",
	"standard 1024x256x256 out-channels=64 kernel=3 padding=1",
	"standard 1024x256x256 out-channels=64 kernel=3 padding=1 pad-mode=circular",
	"standard 8x64x64x256x256 dims=3 out-channels=64 kernel=3 padding=1 pad-mode=reflect",
	"standard 64x1000000 dims=1 kernel=3 padding=1",
	"standard 64x1000000 dims=1 kernel=9 padding=4 pad-mode=reflect",
	"dilated 64x1000000 dims=1 kernel=9 padding=2048 dilation=512",
	"standard 1x10000000 dims=1 out-channels=4 kernel=64 stride=2",
	"dilated 2x1000000 dims=1 out-channels=4 kernel=3 dilation=100000 padding=100000 pad-mode=reflect",
	"standard 32x64x128x128 dims=3 kernel=3 padding=1",
	"standard 32x64x128x128 dims=3 kernel=3 padding=1 pad-mode=replicate",
	"standard 16x128x128x128 dims=3 kernel=3 stride=2 padding=1",
	"standard 8x512x512x64 dims=3 kernel=5 padding=2",
	"grouped 64x1024x1024 kernel=3 padding=1 groups=8 pad-mode=reflect",
	"depthwise 3x2160x3840 kernel=3 padding=1",
	"depthwise 3x2160x3840 kernel=3 padding=1 pad-mode=replicate",
	"depthwise 256x512x512 kernel=5 stride=2 padding=2 pad-mode=reflect",
	"depthwise 64x1000000 dims=1 kernel=31 stride=2 padding=15 pad-mode=reflect",
	"depthwise 32x64x128x128 dims=3 kernel=3 padding=1 pad-mode=circular",
	"separable 64x1024x1024 kernel=3 padding=1",
	"separable 64x1024x1024 kernel=3 padding=1 pad-mode=reflect",
	"inverted-residual 32x1024x1024",
	"inverted-residual 96x1024x1024 stride=2",
	"dilated 64x1024x1024 kernel=3 dilation=4 padding=4",
	"dilated 2048x64x64 out-channels=256 kernel=3 dilation=24 padding=24",
	"dilated 64x1024x1024 kernel=3 dilation=4 padding=4 pad-mode=reflect",
	"transposed 3x2160x3840 kernel=4 stride=2 padding=1",
	"transposed 64x512x512 kernel=4 stride=2 padding=1",
	"transposed 1024x64x64 out-channels=256 kernel=3 padding=12 dilation=12",
	"transposed 64x512x512 kernel=3 stride=1 padding=1",
	"transposed 64x500000 dims=1 kernel=4 stride=2 padding=1",
	"transposed 16x32x64x64 dims=3 kernel=4 stride=2 padding=1",
	"transposed 21x128x128 kernel=16 stride=8 padding=4 groups=21",
	"deformable 64x512x512 kernel=3 padding=1",
	"deformable 3x2160x3840 out-channels=8 kernel=3 padding=1 modulated=true",
	"deformable 256x256x256 out-channels=64 kernel=3 padding=1 offset-groups=4 groups=2",
	"deformable 8x64x128x512 out-channels=64 kernel=3 padding=1 modulated=true",
	"deform-roi-pool 64x1024x1024 pooled=7",
	"se 64x1024x1024",
	"resize-conv 64x512x512 out-channels=32 kernel=1 scale=2",
	"resize-conv 64x512x512 out-channels=32 kernel=3 padding=1 scale=2",
	"resize-conv 3x2160x3840 out-channels=3 kernel=1 scale=2",
	"resize-conv 64x500000 dims=1 out-channels=32 kernel=1 scale=2",
	"resize-conv 16x32x128x128 dims=3 out-channels=16 kernel=1 scale=2",
	"pointwise 64x1024x1024 out-channels=64",
	"pointwise 64x1000000 dims=1 out-channels=64",
	"standard 70000x2x2 out-channels=8 padding=1 pad-mode=reflect", // one padded window is larger than what is padded at once
}

// layerOf builds a layer of a variant, an input and keys, as largeLayers has them.
func layerOf(t testing.TB, text string) layer.Layer {
	words := strings.Fields(text)
	s := layer.Spec{Variant: words[0]}
	if err := s.Set("input", words[1]); err != nil {
		t.Fatal(err)
	}
	for _, kv := range words[2:] {
		key, value, _ := strings.Cut(kv, "=")
		if err := s.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return l
}

// weightsOf is zeros for all stages.
func weightsOf(nodes []node) map[string]*tensor.Tensor[float32] {
	w := map[string]*tensor.Tensor[float32]{}
	for _, n := range nodes {
		for _, o := range n.problem.Stage.Operands(n.problem.Inputs) {
			w[o.Name] = tensor.New[float32](o.Shape...)
		}
	}
	return w
}

// mostWorkspace is what the engine may keep for each thread, beside packed weights.
const mostWorkspace = 8 << 20

// TestWorkspace holds every algorithm of every stage of large layers, every fusion, and the layers' stages together, to
// 8 MiB a thread and to what was estimated. Something quicker than the reference must accept each stage.
func TestWorkspace(t *testing.T) {
	for _, text := range largeLayers {
		l := layerOf(t, text)
		s, err := shape.Of(l)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		if n, err := layer.Times(4, s.Output...); err == nil && n > math.MaxInt/128 {
			continue // a process of 32 bits has no room for every algorithm at once
		}
		for _, threads := range []int{1, 2, 8} {
			nodes, err := nodesOf(s, Options{Threads: threads}, false)
			if err != nil {
				t.Fatal(err)
			}
			check := func(name string, workspace int) {
				if workspace > threads*mostWorkspace {
					t.Errorf("%s, %s on %d threads: %d bytes", text, name, threads, workspace)
				}
			}
			weights := weightsOf(nodes)
			for _, n := range nodes {
				checkAlgorithms(t, n, weights, func(a string, bytes int) { check(n.stages[0]+" by "+a, bytes) })
			}
			for i := range nodes {
				checkFusions(t, nodes, i, weights, check)
			}
			p := &Pipeline[float32]{}
			if p.steps, err = prepareNodes(nodes, weights, Options{Threads: threads}); err != nil {
				t.Fatal(err)
			}
			workspace, packed := p.runners().Bytes()
			check("all stages", workspace)
			if m, err := EstimateMemory[float32](s, Options{Threads: threads}); err != nil || packed > m.Packed || workspace > m.Workspace {
				t.Errorf("%s: %d bytes of workspace and %d of packed weights, but %+v was estimated (%v)", text, workspace, packed, m, err)
			}
			for _, st := range p.steps {
				if st.Algorithm == referenceName && heavy(st.Kind) {
					t.Errorf("%s: the reference was chosen for %s", text, st.stages)
				}
			}
		}
	}
}

func heavy(k layer.Kind) bool {
	return k == layer.KindConv || k == layer.KindTransposed || k == layer.KindDeformable
}

func checkAlgorithms(t *testing.T, n node, weights map[string]*tensor.Tensor[float32], check func(algorithm string, bytes int)) {
	w, err := bind(n.problem, weights)
	if err != nil {
		t.Fatal(err)
	}
	for i := range algorithms[n.problem.Stage.Op.Kind()] {
		a := &algorithms[n.problem.Stage.Op.Kind()][i]
		if a.declines(n.problem) != nil {
			continue
		}
		plan, err := newPlan(a, n.problem, w)
		if err != nil {
			t.Fatalf("%s: %v", n.problem, err)
		}
		check(a.Name, plan.Workspace)
		if most := 4 * mostPacked(n.problem); heavy(plan.Kind) && plan.Packed > most {
			t.Errorf("%s by %s packs %d bytes, but %d were estimated", n.problem, a.Name, plan.Packed, most)
		}
	}
}

func checkFusions(t *testing.T, nodes []node, i int, weights map[string]*tensor.Tensor[float32], check func(name string, bytes int)) {
	c, _ := chainAt(nodes, i)
	for _, f := range fusions {
		n, err := f.accept(&c)
		if err != nil {
			continue
		}
		r, err := prepareFusion(f, c.First(n), weights)
		if err != nil {
			t.Fatal(err)
		}
		workspace, _ := r.Bytes()
		check(f.Name, workspace)
	}
}

// TestLargeLayersOnThreads runs layers that are too large to be padded, enlarged, sampled or interleaved at once: the
// number of threads changes no bit, and a run allocates nothing.
func TestLargeLayersOnThreads(t *testing.T) {
	for _, text := range []string{
		"standard 16x256x256 out-channels=8 kernel=3 padding=1 pad-mode=reflect",
		"standard 16x160000 dims=1 out-channels=8 kernel=9 padding=4 pad-mode=replicate",
		"grouped 16x200x230 kernel=5 stride=2 padding=2 groups=4 pad-mode=circular",
		"resize-conv 4x300x500 out-channels=8 kernel=1 scale=2",
		"deformable 16x300x300 out-channels=8 kernel=3 padding=1 modulated=true",
		"transposed 4x300x500 out-channels=20 kernel=4 stride=2 padding=1",
	} {
		l := layerOf(t, text)
		operands := map[string]*tensor.Tensor[float32]{}
		if _, err := FillOperands(shaped(t, l), operands, 1); err != nil {
			t.Fatal(err)
		}
		var want *tensor.Tensor[float32]
		for _, threads := range []int{1, 2, 3} {
			p, err := PrepareLayer(shaped(t, l), operands, Options{Threads: threads})
			if err != nil {
				t.Fatal(err)
			}
			x, out := tensor.New[float32](p.Input...), tensor.New[float32](p.Output...)
			tensor.FillUniform(x, tensor.NewStream(1, "input"), 1)
			if n := testing.AllocsPerRun(1, func() { err = p.Run(t.Context(), out, x) }); n != 0 || err != nil {
				t.Errorf("%s on %d threads allocates %v times a run (%v)", text, threads, n, err)
			}
			if want == nil {
				want = out
			}
			if i := differs(out, want); i >= 0 {
				t.Errorf("%s on %d threads: output %d is %v, on one %v", text, threads, i, out.Data[i], want.Data[i])
			}
		}
	}
}
