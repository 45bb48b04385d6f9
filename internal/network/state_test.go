package network

import (
	"encoding/binary"
	"hash/fnv"
	"maps"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// shapes is a file of weights of which only the names and shapes are known.
type shapes map[string][]int

func (s shapes) Names() []string         { return slices.Sorted(maps.Keys(s)) }
func (s shapes) Shape(name string) []int { return s[name] }
func (s shapes) Read(name string) (*tensor.Array, error) {
	return tensor.FromTensor(tensor.New[float32](s[name]...)), nil
}

// stateDicts are the names and shapes of torchvision's models: testdata/names.py prints them.
func stateDicts(t *testing.T) map[string]shapes {
	t.Helper()
	text, err := os.ReadFile("testdata/names.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]shapes{}
	var current shapes
	for line := range strings.Lines(string(text)) {
		name, shape, entry := strings.Cut(strings.TrimSpace(line), " ")
		if !entry {
			current = shapes{}
			all[name] = current
			continue
		}
		if current[name], err = layer.ParseInts(shape, 1); err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func builtIn(t *testing.T, name string) *Result {
	t.Helper()
	g, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return evaluate(t, g, Options{})
}

// The built-in networks take the state dicts of torchvision, whole: every name and shape, none left over.
func TestNamesOfTorchvision(t *testing.T) {
	for name, dict := range stateDicts(t) {
		r := builtIn(t, name)
		p, err := Compile(r, dict, 0)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, v := range p.Values {
			if w := v.Weight; w != nil {
				if a, err := w.Read(); err != nil || !slices.Equal(a.Shape, v.Shape) {
					t.Errorf("%s: %s reads as %v, %v", name, w.Name, a, err)
				}
			}
		}
		wrapped := shapes{"module.counter.num_batches_tracked": nil}
		for key, shape := range dict {
			wrapped["module."+key] = shape
		}
		if _, err := Compile(r, wrapped, 0); err != nil {
			t.Errorf("%s in a module: %v", name, err)
		}
	}
}

// Names of timm that are known for sure, of each kind of layer.
func TestNamesOfTimm(t *testing.T) {
	for network, want := range map[string]map[string]string{
		"mobilenet-v2": {
			"stem.conv.weight": "conv_stem.weight", "stem.batch-norm.running_mean": "bn1.running_mean", "stage1.depthwise.weight": "blocks.0.0.conv_dw.weight",
			"stage1.project.weight": "blocks.0.0.conv_pw.weight", "stage1.project.bn.bias": "blocks.0.0.bn2.bias", "stage2.1.expand.conv.weight": "blocks.1.1.conv_pw.weight",
			"stage4.3.depthwise.weight": "blocks.3.3.conv_dw.weight", "stage6.2.project.weight": "blocks.5.2.conv_pwl.weight", "stage7.project.bn.weight": "blocks.6.0.bn3.weight",
			"head.conv.weight": "conv_head.weight", "head.batch-norm.weight": "bn2.weight", "fc.bias": "classifier.bias",
		},
		"mobilenet-v1": {"conv0.weight": "conv_stem.weight", "batch-norm.weight": "bn1.weight", "conv1.depthwise.weight": "blocks.0.0.conv_dw.weight", "conv11.pointwise.weight": "blocks.3.5.conv_pw.weight", "conv13.batch-norm2.bias": "blocks.4.1.bn2.bias"},
		"xception": {
			"conv1.weight": "conv1.weight", "batch-norm2.bias": "bn2.bias", "entry1.separable1.separable.depthwise.weight": "block1.rep.0.conv1.weight",
			"entry2.separable2.separable.pointwise.weight": "block2.rep.4.pointwise.weight", "entry3.shortcut.weight": "block3.skip.weight", "entry3.shortcut.bn.weight": "block3.skipbn.weight",
			"middle.7.separable.2.separable.separable.depthwise.weight": "block11.rep.7.conv1.weight", "middle.0.separable.0.separable.batch-norm.weight": "block4.rep.2.weight",
			"exit1.separable1.batch-norm.running_var": "block12.rep.2.running_var", "exit3.separable.pointwise.weight": "conv4.pointwise.weight", "exit3.batch-norm.weight": "bn4.weight",
		},
		"se-resnet-50": {"conv1.bn.weight": "layer0.bn1.weight", "conv4.5.se.fc2.bias": "layer3.5.se_module.fc2.bias", "conv2.0.shortcut.bn.bias": "layer1.0.downsample.1.bias", "fc.weight": "last_linear.weight"},
		"vgg-16":       {"conv5.2.conv.bias": "features.28.bias", "fc6.weight": "pre_logits.fc1.weight", "fc8.bias": "head.fc.bias"},
	} {
		r := builtIn(t, network)
		rules := r.Graph.naming[slices.IndexFunc(r.Graph.naming, func(n naming) bool { return n.framework == "timm" })]
		e := &emitter{program: &Program{}, result: r, outputs: make([]int, len(r.Nodes)), held: map[string]int{}}
		for i := range r.Nodes {
			if err := e.enter(i); err != nil {
				t.Fatal(err)
			}
		}
		theirs := map[string]bool{}
		for _, w := range e.wanted {
			name := rules.apply(w.name)
			if theirs[name] {
				t.Errorf("%s: two weights are called %s", network, name)
			}
			theirs[name] = true
			if expected, ok := want[w.name]; ok && name != expected {
				t.Errorf("%s: %s is called %s, want %s", network, w.name, name, expected)
			}
			delete(want, w.name)
		}
		if len(want) > 0 {
			t.Errorf("%s has no weights %v", network, want)
		}
	}
}

// What does not fit is listed: other shapes, what is missing, what is unknown. Shapes that are the same numbers do fit.
func TestWeightsThatDoNotFit(t *testing.T) {
	r := evaluate(t, parse(t, `input: 3x8x8
layers:
  - {variant: standard, name: a, out_channels: 4, bias: false}
  - batch-norm
  - {op: linear, name: b, out_features: 2}
  - prelu
`), Options{})
	good := shapes{"a.weight": {4, 3, 3, 3}, "batch-norm.weight": {4}, "batch-norm.bias": {4}, "batch-norm.running_mean": {4}, "batch-norm.running_var": {4}, "b.weight": {2, 144}, "b.bias": {2}}
	if _, err := Compile(r, good, 0); err != nil {
		t.Error(err)
	}
	for shape, bad := range map[string]bool{"1": false, "2": false, "3": true} { // of the slope, or of those of the two channels
		good["prelu.weight"], _ = layer.ParseInts(shape, 1)
		p, err := Compile(r, good, 0)
		if (err != nil) != bad {
			t.Errorf("%s slopes: %v", shape, err)
		} else if !bad {
			for _, v := range p.Values {
				if v.Name == "prelu.weight" {
					if a, err := v.Weight.Read(); err != nil || !slices.Equal(a.Shape, []int{2}) {
						t.Errorf("%s slopes are %v, %v", shape, a, err)
					}
				}
			}
		}
	}
	delete(good, "prelu.weight")
	good["b.weight"] = []int{2, 4, 6, 6} // as a convolution over the whole plane
	p, err := Compile(r, good, 0)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range p.Values {
		if v.Name == "b.weight" {
			if a, err := v.Weight.Read(); err != nil || !slices.Equal(a.Shape, []int{2, 144}) {
				t.Errorf("b.weight is %v, %v", a, err)
			}
		}
	}
	bad := maps.Clone(good)
	bad["a.weight"] = []int{3, 4, 3, 3}
	delete(bad, "b.bias")
	bad["c.bias"], bad["fc"] = []int{2}, []int{1}
	_, err = Compile(r, bad, 0)
	want := "the weights do not fit net: 1 of another shape: a.weight is 3x4x3x3, not 4x3x3x3; 1 missing: b.bias; 2 that the network has not: c.bias, fc"
	if err == nil || err.Error() != want {
		t.Errorf("the error is %v, want %s", err, want)
	}
	if _, err := Compile(builtIn(t, "resnet-50"), shapes{"x": {1}}, 0); err == nil || !strings.Contains(err.Error(), "267 missing: stem.conv.weight, stem.bn.weight, stem.bn.bias, stem.bn.running_mean, stem.bn.running_var, layer1.0.reduce.conv.weight, …; 1 that") {
		t.Errorf("the error is %v", err)
	}
}

// Shared weights are wanted once; names of rules are checked.
func TestNamingRules(t *testing.T) {
	r := evaluate(t, parse(t, "input: 3x8x8\nlayers: [{variant: standard, name: a, padding: 1}, {variant: standard, name: b, padding: 1, weights: a}, {op: transpose, order: 0x3x1x2}, {op: lstm, name: l, hidden: 24}, {op: lstm, hidden: 24, weights: l}]\n"), Options{})
	p, err := Compile(r, shapes{"a.weight": {3, 3, 3, 3}, "a.bias": {3}, "l.weight_ih_l0": {96, 24}, "l.weight_hh_l0": {96, 24}, "l.bias_ih_l0": {96}, "l.bias_hh_l0": {96}}, 0)
	if err != nil {
		t.Fatal(err)
	}
	if p.Code[0].In[1] != p.Code[1].In[1] {
		t.Error("shared weights are read twice")
	}
	for rule, want := range map[string]string{
		"stage.$i.x: 3":          "",
		"{a.$i: b.$(i+1)}":       "",
		"{a.$i: b.$j}":           "unknown parameter $j",
		"{a: [1]}":               "a is one value",
		"{a: b.$(1/0)}":          "",
		"{stage.$i.x: s.$(i/2)}": "",
	} {
		_, err := Parse("x.yaml", []byte("input: 3x8x8\nlayers: [relu]\nweights: {t: "+rule+"}\n"))
		if (err != nil) != (want != "" || !strings.HasPrefix(rule, "{") || strings.Contains(rule, "1/0")) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", rule, err, want)
		}
	}
	half := namingRule{[]string{"stage", "$i"}, "s.$(i/2)"}
	for name, want := range map[string]string{"stage.4.w": "s.2.w", "stage.5.w": "stage.5.w", "x.stage.0": "x.s.0", "stage.w": "stage.w", "stage": "stage"} {
		if got := half.apply(name); got != want {
			t.Errorf("%s becomes %s, want %s", name, got, want)
		}
	}
}

// Weights that are drawn are the same to the bit on every processor, fused products and sums or not.
func TestDrawnWeightsAreTheSameEverywhere(t *testing.T) {
	for name, want := range map[string]uint64{"mobilenet-v2": 0xacf49a13106864c5, "context-module": 0xe57e2eb37d2983e0, "dcgan-generator": 0xd57dde3b41dabfd3} {
		p, err := Compile(builtIn(t, name), nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		sum := fnv.New64a()
		for _, v := range p.Values {
			if v.Weight == nil {
				continue
			}
			a, err := v.Weight.Read()
			if err != nil {
				t.Fatal(err)
			}
			var bits []byte
			for _, x := range tensor.Data[float32](a) {
				bits = binary.LittleEndian.AppendUint32(bits, math.Float32bits(x))
			}
			sum.Write(bits)
		}
		if got := sum.Sum64(); got != want {
			t.Errorf("the weights of %s, drawn from seed 1, have the sum %#x, want %#x", name, got, want)
		}
	}
}
