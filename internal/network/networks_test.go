package network

import (
	"math"
	"slices"
	"strings"
	"testing"

	"convx/configs"
	"convx/internal/flops"
)

func named(t *testing.T, name string) *Result {
	t.Helper()
	g, err := Named(name)
	if err != nil {
		t.Fatal(err)
	}
	return evaluate(t, g, Options{})
}

func TestShippedNetworks(t *testing.T) {
	want := []string{
		"alexnet", "alexnet-2012", "context-module", "dcgan-generator", "deeplab-largefov", "mobilenet-v1", "mobilenet-v2", "resnet-50",
		"resnet-50-dcn", "resnet-50-v1", "resnext-50-32x4d", "se-resnet-50", "unet", "vgg-16", "wavenet", "xception",
	}
	if got := configs.NetworkNames(); !slices.Equal(got, want) {
		t.Fatalf("networks %v\nwant     %v", got, want)
	}
	for _, name := range want {
		r := named(t, name)
		if g := r.Graph; g.Name != name || g.Title == "" || len(g.Papers) == 0 || len(g.Published) == 0 || len(r.Uncounted) > 0 {
			t.Errorf("%s is called %q (%q), by %v, with %d published figures and %v uncounted", name, g.Name, g.Title, g.Papers, len(g.Published), r.Uncounted)
		}
	}
}

// Every figure that a file says was published is what convx counts: to the integer, or within the share that it gives.
func TestPublishedFigures(t *testing.T) {
	for _, name := range configs.NetworkNames() {
		r := named(t, name)
		for _, p := range r.Graph.Published {
			got := math.NaN()
			node := r.node(p.Node)
			switch {
			case p.Node != "" && node == nil:
				t.Errorf("%s: there is no layer %q", name, p.Node)
				continue
			case p.Quantity == "receptive_field" && node != nil:
				got = slices.Max(node.Field.Size)
			case p.Quantity == "params":
				got = float64(r.Total.Params)
			case p.Quantity == "macs":
				got = float64(r.Total.MACs)
			}
			if off := 100 * math.Abs(got-float64(p.Value)) / float64(p.Value); !(off <= p.About) {
				t.Errorf("%s: %s %s is %.0f, published as %d (%s), which is off by %.2f%%", name, p.Node, p.Quantity, got, p.Value, p.Source, off)
			}
			if p.Source == "" {
				t.Errorf("%s: %s has no source", name, p.Quantity)
			}
		}
	}
}

func (r *Result) node(name string) *NodeResult {
	i := slices.IndexFunc(r.Nodes, func(n NodeResult) bool { return n.Node.Name == name })
	if i < 0 {
		return nil
	}
	return &r.Nodes[i]
}

// The integers, apart from the files.
func TestTotals(t *testing.T) {
	for _, c := range []struct {
		name         string
		params, macs int64
	}{
		{"alexnet", 61_100_840, 714_188_480},
		{"alexnet-2012", 60_965_224, 724_406_816},
		{"vgg-16", 138_357_544, 15_470_264_320},
		{"resnet-50", 25_557_032, 4_089_184_256},
		{"resnext-50-32x4d", 25_028_904, 4_230_479_872},
		{"mobilenet-v1", 4_231_976, 568_740_352},
		{"mobilenet-v2", 3_504_872, 300_774_272},
		{"se-resnet-50", 28_088_024, 3_860_488_192},
		{"resnet-50-v1", 25_557_032, 3_857_973_248},
	} {
		if got := named(t, c.name).Total; got.Params != c.params || got.MACs != c.macs {
			t.Errorf("%s: %d params and %d MACs, want %d and %d", c.name, got.Params, got.MACs, c.params, c.macs)
		}
	}
}

func TestResNet50UnderEveryConvention(t *testing.T) {
	r := named(t, "resnet-50")
	for name, want := range map[string]int64{
		"mac": 4_089_184_256, "torchvision": 4_089_184_256, "ptflops": 4_089_185_256, "torchinfo": 4_089_238_376,
		"fvcore": 4_111_512_576, "thop": 4_133_742_592, "torch": 8_178_368_512,
	} {
		c, err := flops.ConventionNamed(name)
		if err != nil {
			t.Fatal(err)
		}
		nodes, total, err := r.Under(c)
		if err != nil || total != want {
			t.Errorf("%s: %d, %v, want %d", name, total, err, want)
		}
		sum := int64(0)
		for _, n := range nodes {
			sum += n
		}
		if sum != total {
			t.Errorf("%s: the layers add up to %d, not to %d", name, sum, total)
		}
	}
}

func TestReceptiveFields(t *testing.T) {
	for _, c := range []struct {
		name, node string
		size, jump float64
	}{
		{"resnet-50-v1", "conv2.2.relu3", 35, 4},
		{"resnet-50-v1", "conv3.3.relu3", 99, 8},
		{"resnet-50-v1", "conv4.5.relu3", 291, 16},
		{"resnet-50-v1", "conv5.2.relu3", 483, 32},
		{"resnet-50", "layer4.2.relu3", 427, 32},
		{"vgg-16", "pool5", 212, 32},
		{"mobilenet-v1", "conv13.relu2", 315, 32},
		{"wavenet", "stack.0.layer.9.residual", 1024, 1},
		{"wavenet", "stack.2.layer.9.skip", 3070, 1},
	} {
		r := named(t, c.name)
		f := r.node(c.node).Field
		if f.Size[0] != c.size || f.Jump[0] != c.jump || f.Whole || f.Unaligned {
			t.Errorf("%s at %s: %+v, want size %g and jump %g", c.name, c.node, f, c.size, c.jump)
		}
		if last := lastWindow(r); c.node != "stack.0.layer.9.residual" && !strings.HasPrefix(c.node, "conv") && last.Field.Size[0] != c.size {
			t.Errorf("%s: the last window is %g at %s, want %g", c.name, last.Field.Size[0], last.Node.Name, c.size)
		}
	}
	r := named(t, "context-module")
	for i, want := range []float64{3, 5, 9, 17, 33, 65, 67} {
		if f := r.node([]string{"layer1", "layer2", "layer3", "layer4", "layer5", "layer6", "layer7"}[i] + ".relu").Field; f.Size[0] != want {
			t.Errorf("context module, layer %d: %g, want %g", i+1, f.Size[0], want)
		}
	}
}

// lastWindow is the last node whose outputs see a window rather than everything: the receptive field that is quoted for a
// network.
func lastWindow(r *Result) *NodeResult {
	for i := range r.Nodes {
		if n := &r.Nodes[len(r.Nodes)-1-i]; len(n.Field.Size) > 0 && !n.Field.Whole {
			return n
		}
	}
	return nil
}

// The three rows of the paper's table differ in fc6 alone: parameters of the file.
func TestDeepLabParameters(t *testing.T) {
	source, err := Source("deeplab-largefov")
	if err != nil {
		t.Fatal(err)
	}
	for set, want := range map[string]int{
		"fc6_kernel: 7, fc6_dilation: 4, fc6_channels: 4096":  134_346_581,
		"fc6_kernel: 4, fc6_dilation: 4, fc6_channels: 4096":  65_140_565,
		"fc6_kernel: 3, fc6_dilation: 12, fc6_channels: 1024": 20_505_429,
	} {
		text := strings.Replace(string(source), "fc6_kernel: 3, fc6_dilation: 12, fc6_channels: 1024", set, 1)
		g, err := Parse("deeplab.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if got := evaluate(t, g, Options{}).Total.Params; got != int64(want) {
			t.Errorf("%s: %d params, want %d", set, got, want)
		}
	}
}

func TestOtherResolutions(t *testing.T) {
	g, err := Named("resnet-50")
	if err != nil {
		t.Fatal(err)
	}
	// Everything but the classifier doubles along each axis.
	one, four := evaluate(t, g, Options{}), evaluate(t, g, Options{Input: []int{3, 448, 448}})
	const classifier = 2048 * 1000
	if got, want := four.Total.MACs-classifier, 4*(one.Total.MACs-classifier); got != want || four.Total.Params != one.Total.Params {
		t.Errorf("at 448: %d MACs beside the classifier, want %d", got, want)
	}
	if got := evaluate(t, g, Options{Batch: 8}).Total.MACs; got != 8*one.Total.MACs {
		t.Errorf("a batch of 8 has %d MACs, want %d", got, 8*one.Total.MACs)
	}
}

func TestUNetIsThePapers(t *testing.T) {
	if r := named(t, "unet"); !slices.Equal(r.Output, []int{1, 2, 388, 388}) {
		t.Errorf("output %v, want 1x2x388x388", r.Output)
	}
}

func TestUnknownNetwork(t *testing.T) {
	_, err := Open("resnet50")
	if err == nil || err.Error() != `unknown network "resnet50": did you mean resnet-50?` {
		t.Error(err)
	}
	if _, err := Open("./no-such.yaml"); err == nil || !strings.HasPrefix(err.Error(), `reading "./no-such.yaml": `) {
		t.Error(err)
	}
	if _, err := Open("net.json"); err == nil || !strings.Contains(err.Error(), "ends in .yaml or .yml") {
		t.Error(err)
	}
}

// Branches of the built-in networks line up, as their authors meant them to.
func TestBuiltInBranchesLineUp(t *testing.T) {
	for _, name := range configs.NetworkNames() {
		g, err := Named(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, note := range evaluate(t, g, Options{}).Notes {
			if strings.Contains(note, "line up") {
				t.Errorf("%s: %s", name, note)
			}
		}
	}
}

// Fields after upsampling, by what outputs see: the most and the least of all phases, whole pixels; U-Net's branches line up.
func TestFieldsOfPhases(t *testing.T) {
	for _, c := range []struct {
		net         string
		size, least float64
	}{{"unet", 204, 188}, {"dcgan-generator", 6, 5}} {
		r := named(t, c.net)
		if f := r.Nodes[len(r.Nodes)-1].Field; f.Size[0] != c.size || f.Least[0] != c.least || f.Unaligned || len(r.Notes) > 0 {
			t.Errorf("%s: %+v, notes %q; want %g and %g", c.net, f, r.Notes, c.size, c.least)
		}
	}
	g := build(&Input{Shape: []int{1, 1, 64, 64}}, spec(t, "standard", "out_channels=4 kernel=4 stride=4"), spec(t, "transposed", "out_channels=4 kernel=4 stride=4"), spec(t, "standard", "out_channels=4 kernel=3 padding=1"))
	if f := evaluate(t, g, Options{}).Nodes[3].Field; f.Size[0] != 8 || f.Least[0] != 4 {
		t.Errorf("down, up and a window: %+v", f)
	}
}
