package infer

import (
	"context"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
	"convx/internal/npy"
	"convx/internal/tensor"
)

// archive is the weights of one case of testdata/files.npz.
type archive struct {
	file *npy.File
	name string
}

func (a archive) Names() (names []string) {
	for _, name := range a.file.Names() {
		if rest, ok := strings.CutPrefix(name, a.name+"/w/"); ok {
			names = append(names, rest)
		}
	}
	return names
}

func (a archive) Shape(name string) []int {
	info, err := a.file.Stat(a.name + "/w/" + name)
	if err != nil {
		panic(err)
	}
	return info.Shape
}

func (a archive) Read(name string) (*tensor.Array, error) { return a.array("w/" + name) }

func (a archive) array(name string) (*tensor.Array, error) {
	t, _, err := npy.Load[float32](a.file, a.name+"/"+name)
	if err != nil {
		return nil, err
	}
	return tensor.FromTensor(t), nil
}

// compiled is a network file that is ready to run.
func compiled(t *testing.T, text string, stored network.Stored, o Options) (*Network, *network.Result) {
	t.Helper()
	g, err := network.Parse("net.yaml", []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if g.Program, err = network.Compile(r, stored, 1); err != nil {
		t.Fatal(err)
	}
	net, err := Prepare(context.Background(), g, o)
	if err != nil {
		t.Fatal(err)
	}
	return net, r
}

// Every op and variant of network files computes what PyTorch's module of the same weights does; the shapes of a run are those
// that were counted, and so are the MACs. testdata/files.py makes the data.
func TestFilesAgainstPyTorch(t *testing.T) {
	text, err := os.ReadFile("testdata/files.txt")
	if err != nil {
		t.Fatal(err)
	}
	file, err := npy.Open("testdata/files.npz", npy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	for line := range strings.Lines(string(text)) {
		name, text, _ := strings.Cut(line, " ")
		t.Run(name, func(t *testing.T) {
			stored := archive{file, name}
			x, err := stored.array("x")
			if err != nil {
				t.Fatal(err)
			}
			want, err := stored.array("y")
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range []Options{{}, {Without: []string{"all"}, At: []string{"*"}, Algorithm: "reference", Threads: 1}} {
				net, r := compiled(t, text, stored, o)
				for range 2 {
					run(t, net, map[string]*tensor.Array{"input": x})
				}
				got := net.Result(net.outputs[0])
				if !slices.Equal(got.Shape, r.Output) {
					t.Errorf("makes %v, and was counted as %v", got.Shape, r.Output)
				}
				if err := close32(got, want); err != nil {
					t.Errorf("%+v: %v", o, err)
				}
				var macs int64
				for _, step := range net.Count(r) {
					macs += step.MACs
				}
				if macs != r.Total.MACs {
					t.Errorf("the steps have %d MACs, the network %d", macs, r.Total.MACs)
				}
			}
		})
	}
}

// Weights that are drawn keep what the layers make in range, from the first to the last, however many there are.
func TestDrawnWeightsKeepActivationsInRange(t *testing.T) {
	for name, size := range map[string][]int{"resnet-50": {3, 64, 64}, "se-resnet-50": {3, 64, 64}, "mobilenet-v2": {3, 64, 64}, "xception": {3, 75, 75}, "vgg-16": {3, 32, 32}, "wavenet": {256, 2000}} {
		g, err := network.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := network.Evaluate(g, network.Options{Input: size})
		if err != nil {
			t.Fatal(err)
		}
		if g.Program, err = network.Compile(r, nil, 1); err != nil {
			t.Fatal(err)
		}
		net, err := Prepare(context.Background(), g, Options{})
		if err != nil {
			t.Fatal(err)
		}
		feeds, err := net.Seeded(nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		net.Observe = func(i int, a *tensor.Array) {
			if net.nodes[i].op == "Softmax" {
				return
			}
			square := 0.0
			for _, v := range tensor.Data[float32](a) {
				square += float64(v) * float64(v) / float64(a.Len())
			}
			if !(square > 1e-3 && square < 1e3) {
				t.Errorf("%s: the mean square of what %s makes is %g", name, net.nodes[i].name, square)
			}
		}
		run(t, net, feeds)
	}
}

func close32(got, want *tensor.Array) error {
	if !slices.Equal(got.Shape, want.Shape) {
		return fmt.Errorf("makes %v, want %v", got, want)
	}
	x, y := tensor.Data[float32](got), tensor.Data[float32](want)
	for i := range x {
		if d := math.Abs(float64(x[i]) - float64(y[i])); !(d <= 2e-5*math.Max(1, math.Abs(float64(y[i])))) {
			return fmt.Errorf("element %d is %g, want %g", i, x[i], y[i])
		}
	}
	return nil
}
