package shape

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"convx/internal/layer"
)

// geometries calls visit with every small window on every small input.
func geometries(visit func(n, k, s, d int, p layer.Pad)) {
	for i := range 6 * 4 * 4 * 3 * 4 * 4 {
		pick := func(n int) int { v := i % n; i /= n; return v }
		visit(1+pick(6), 1+pick(4), 1+pick(4), 1+pick(3), layer.Pad{Begin: pick(4), End: pick(4)})
	}
}

func windowOf(k, s, d int, p layer.Padding) layer.Window {
	return layer.Window{Kernel: []int{k}, Stride: []int{s}, Dilation: []int{d}, Padding: p}
}

func explicit(p layer.Pad) layer.Padding { return layer.Padding{Pairs: []layer.Pad{p}} }

// The definition: windows are placed one after the other for as long as they fit, or, rounding up, for as long as
// something is left to read and the window starts before the end padding (which pools keep smaller than the window).
func TestOutputsByPlacingWindows(t *testing.T) {
	geometries(func(n, k, s, d int, p layer.Pad) {
		reach, padded := d*(k-1)+1, n+p.Begin+p.End
		floor := 0
		for floor*s+reach <= padded {
			floor++
		}
		ceil := 1
		for (ceil-1)*s+reach < padded && ceil*s < n+p.Begin {
			ceil++
		}
		w := windowOf(k, s, d, explicit(p))
		for _, c := range []struct {
			op   layer.Op
			want int
		}{
			{layer.Conv{Window: w, OutChannels: 1, Groups: 1}, floor},
			{layer.Pool{Window: w, Func: layer.MaxPool}, floor},
			{layer.Pool{Window: w, Func: layer.MaxPool, CeilMode: true}, ceil},
		} {
			if pool, ok := c.op.(layer.Pool); ok && pool.CeilMode && p.End >= reach {
				continue
			}
			st, err := OfStage(layer.Stage{Op: c.op}, [][]int{{1, 1, n}})
			if floor == 0 {
				if err == nil {
					t.Fatalf("%+v on %d has an output of %v", c.op, n, st.Output)
				}
				continue
			}
			if err != nil || st.Output[2] != c.want || st.Formulas[0].Value != c.want {
				t.Fatalf("%+v on %d: %v, %v, want %d", c.op, n, st.Output, err, c.want)
			}
		}
	})
}

// Same makes as many outputs as there are strides in the input, with the least padding, an odd one at its own end.
func TestPaddingRules(t *testing.T) {
	geometries(func(n, k, s, d int, _ layer.Pad) {
		reach, outputs := d*(k-1)+1, (n+s-1)/s
		least := max(0, (outputs-1)*s+reach-n)
		for auto, want := range map[layer.Auto]layer.Pad{
			layer.Same: {Begin: least / 2, End: least - least/2}, layer.SameLower: {Begin: least - least/2, End: least / 2},
			layer.Causal: {Begin: reach - 1}, layer.Valid: {},
		} {
			if got := Pads(windowOf(k, s, d, layer.Padding{Auto: auto}), []int{n})[0]; got != want {
				t.Fatalf("%s of kernel %d, stride %d, dilation %d on %d: %v, want %v", auto, k, s, d, n, got, want)
			}
		}
	})
}

// The definition: each input adds its kernel into the output, from which the padding is then cut; output padding adds
// positions at the end. Same makes the output the input times the stride, whatever the output padding.
func TestTransposedOutputsByPlacingKernels(t *testing.T) {
	geometries(func(n, k, s, d int, p layer.Pad) {
		reached := 0
		for i := range n {
			for tap := range k {
				reached = max(reached, i*s+tap*d+1)
			}
		}
		for extra := range max(s, d) {
			op := layer.Transposed{Window: windowOf(k, s, d, explicit(p)), OutputPadding: []int{extra}, OutChannels: 1, Groups: 1}
			st, err := OfStage(layer.Stage{Op: op}, [][]int{{1, 1, n}})
			want := reached - p.Begin - p.End + extra
			if (err == nil) != (want > 0) || err == nil && st.Output[2] != want {
				t.Fatalf("%+v on %d: %v, %v, want %d", op, n, st.Output, err, want)
			}
			for _, auto := range []layer.Auto{layer.Same, layer.SameLower} {
				op.Padding = layer.Padding{Auto: auto}
				if st, err := OfStage(layer.Stage{Op: op}, [][]int{{1, 1, n}}); err != nil || st.Output[2] != n*s {
					t.Fatalf("%+v on %d: %v, %v, want %d", op, n, st.Output, err, n*s)
				}
			}
		}
	})
}

// Primitives that join or scale demand that their inputs agree.
func TestInputsThatDoNotAgree(t *testing.T) {
	x := []int{2, 3, 4, 5}
	window := windowOf(3, 1, 1, explicit(layer.Pad{}))
	square := layer.Window{Kernel: []int{3, 3}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: make([]layer.Pad, 2)}}
	bent := layer.Deformable{Conv: layer.Conv{Window: square, OutChannels: 2, Groups: 1}, OffsetGroups: 1, Modulated: true}
	pool := layer.ROIPool{Pooled: []int{2, 3}, ROIs: 4, SamplingRatio: 1, SpatialScale: 1, Deform: true}
	for _, c := range []struct {
		op   layer.Op
		in   [][]int
		want string // the output, or the start of the error
	}{
		{layer.Concat{}, [][]int{x, {2, 7, 4, 5}, {2, 1, 4, 5}}, "2x11x4x5"},
		{layer.Concat{}, [][]int{x, {1, 7, 4, 5}}, "cannot concatenate 2x3x4x5 and 1x7x4x5"},
		{layer.Concat{}, [][]int{x, {2, 7, 4, 6}}, "cannot concatenate"},
		{layer.Concat{}, [][]int{x, {2, 7, 4}}, "cannot concatenate"},
		{layer.Scale{}, [][]int{x, {2, 3}}, "2x3x4x5"},
		{layer.Scale{}, [][]int{x, {2, 3, 1, 1}}, "2x3x4x5"},
		{layer.Scale{}, [][]int{x, {2, 4, 1, 1}}, "factors 2x4x1x1 cannot scale"},
		{layer.Scale{}, [][]int{x, {1, 3}}, "factors 1x3 cannot scale"},
		{layer.Scale{}, [][]int{x, {2, 3, 4, 1}}, "factors 2x3x4x1 cannot scale"},
		{layer.Add{}, [][]int{x, x, x}, "2x3x4x5"},
		{layer.Add{}, [][]int{x, {2, 3, 4, 1}}, "cannot add 2x3x4x5 and 2x3x4x1"},
		{layer.Conv{Window: window, OutChannels: 5, Groups: 2}, [][]int{{1, 4, 9}}, "groups 2 does not divide the 5 output channels"},
		{layer.Conv{Window: window, OutChannels: 4, Groups: 2}, [][]int{{1, 5, 9}}, "groups 2 does not divide the 5 input channels"},
		{layer.Conv{Window: window, OutChannels: 4, Groups: 2}, [][]int{x}, "a convolution over 1 spatial axes cannot read 2x3x4x5"},
		{bent, [][]int{x, {2, 18, 2, 3}, {2, 9, 2, 3}}, "2x2x2x3"},
		{bent, [][]int{x, {2, 9, 2, 3}, {2, 9, 2, 3}}, "offset is 2x9x2x3; this layer needs 2x18x2x3"},
		{bent, [][]int{x, {2, 18, 2, 3}, {2, 18, 2, 3}}, "mask is 2x18x2x3; this layer needs 2x9x2x3"},
		{pool, [][]int{x, {4, 5}, {4, 2, 2, 3}}, "4x3x2x3"},
		{pool, [][]int{x, {4, 4}, {4, 2, 2, 3}}, "rois is 4x4; this layer needs 4x5"},
		{pool, [][]int{x, {4, 5}, {2, 4, 2, 3}}, "offset is 2x4x2x3; this layer needs 4x2x2x3"},
		{pool, [][]int{{3, 4, 5}, {4, 5}, {4, 2, 2, 3}}, "RoI pooling reads N x C x H x W"},
		{layer.Resize{Scale: []float64{1.5, 0.5}}, [][]int{x}, "2x3x6x2"},
		{layer.Resize{Scale: []float64{0.2, 1}}, [][]int{x}, "H: scaling 4 by 0.2 leaves 0 pixels"},
		{layer.Resize{Scale: []float64{2}}, [][]int{x}, "resizing 1 spatial axes cannot read"},
		{layer.Pool{Func: layer.MaxPool, Adaptive: []int{2, 2}}, [][]int{{1, 1, 9}}, "adaptive pooling to 2x2 cannot read 1x1x9"},
		{layer.Activation{Func: "relu"}, [][]int{{64, MaxOutput, MaxOutput}}, fmt.Sprintf("output 64x%dx%d of it has more elements", MaxOutput, MaxOutput)},
		{layer.Activation{Func: "relu"}, [][]int{{1, MaxOutput}}, "1x" + strconv.Itoa(MaxOutput)},
	} {
		st, err := OfStage(layer.Stage{Name: "it", Op: c.op}, c.in)
		got := layer.FormatShape(st.Output)
		if err != nil {
			got = err.Error()
		}
		if !strings.HasPrefix(got, c.want) {
			t.Errorf("%+v of %v: %s, want %s", c.op, c.in, got, c.want)
		}
	}
	if past := uint64(MaxOutput) + 1; past <= math.MaxInt {
		_, err := OfStage(layer.Stage{Name: "it", Op: layer.Activation{Func: "relu"}}, [][]int{{1, int(past)}})
		if want := fmt.Sprintf("output 1x%d of it has an axis longer than %d", past, MaxOutput); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestNotesOfWindows(t *testing.T) {
	for _, c := range []struct{ variant, keys, has, lacks string }{
		{"standard", "input=3x8x8 padding=0:4", "H: the padding is larger than the kernel's reach of 2: some outputs see only padding", ""},
		{"standard", "input=3x8x8 padding=0:2", "", "reach"},
		{"standard", "input=3x2x2 kernel=1 stride=10 padding=5:0", "H: the floor drops the last 2 pixels of the input", ""},
		{"standard", "input=3x8x8 kernel=2 stride=2 padding=0:1", "H: the floor leaves 1 pixel of the end padding unused", "drops"},
		{"dilated", "input=3x9x9 kernel=2 dilation=3 stride=4", "", "the stride 4 is larger"},
		{"dilated", "input=3x9x9 kernel=2 dilation=3 stride=5", "H: the stride 5 is larger than the kernel 4: 1 pixel between windows are never read", ""},
		{"transposed", "input=3x8x8 kernel=5 stride=3", "H: kernel 5 is not divisible by stride 3: outputs sum 1 or 2 taps in turn, which shows as a checkerboard; use a kernel of 6 or resize-conv", ""},
	} {
		r, err := of(c.variant, strings.Fields(c.keys)...)
		if err != nil {
			t.Errorf("%s %s: %v", c.variant, c.keys, err)
			continue
		}
		notes := r.Stages[0].Notes
		if c.has != "" && !slices.Contains(notes, c.has) || c.lacks != "" && slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, c.lacks) }) {
			t.Errorf("%s %s: notes %q, want %q and nothing of %q", c.variant, c.keys, notes, c.has, c.lacks)
		}
	}
}

func TestImpossibleWindows(t *testing.T) {
	for _, c := range []struct{ variant, keys, want string }{
		{"standard", "input=3x5x5 kernel=8", "H: kernel 8 is larger than the padded input 5: add padding 2 or shrink the kernel"},
		{"transposed", "input=3x1x1 padding=2:1", "H: padding 2 + 1 removes all of the 3 output pixels: pad at most 2 in all or enlarge the kernel"},
		{"standard", "input=3x5x5 padding=0:5 pad-mode=reflect", "H: reflect padding 5 needs more than the 5 input pixels: pad at most 4 or --pad-mode replicate"},
		{"standard", "input=3x5x5 padding=6 pad-mode=circular", "H: circular padding 6 needs more than the 5 input pixels: pad at most 5 or --pad-mode replicate"},
		{"standard", "input=3x5x5 padding=5 pad-mode=circular", ""},
		{"standard", "input=3x5x5 padding=4 pad-mode=reflect", ""},
		{"standard", "input=3x5x5 padding=50 pad-mode=replicate", ""},
	} {
		_, err := of(c.variant, strings.Fields(c.keys)...)
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != c.want) {
			t.Errorf("%s %s:\n got %v\nwant %s", c.variant, c.keys, err, c.want)
		}
	}
}
