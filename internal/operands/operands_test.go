package operands

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/tensor"
)

func specOf(t *testing.T, variant, keys string) layer.Spec {
	t.Helper()
	s := layer.Spec{Variant: variant, Dims: 2}
	for _, kv := range strings.Fields(keys) {
		key, value, _ := strings.Cut(kv, "=")
		if err := s.Set(key, value); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

// save writes arrays of these shapes, counting up from 0, to an .npz file and returns its path.
func save(t *testing.T, shapes map[string][]int) string {
	t.Helper()
	arrays := map[string]*tensor.Tensor[float32]{}
	for name, shape := range shapes {
		a := tensor.New[float32](shape...)
		for i := range a.Data {
			a.Data[i] = float32(i)
		}
		arrays[name] = a
	}
	var b bytes.Buffer
	if err := npy.WriteArchive(&b, arrays, false); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "w.npz")
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// What the layer itself needs, given in a file, builds the same layer from its input alone: keys follow from the shapes.
func TestKeysFollowFromShapes(t *testing.T) {
	for _, c := range []struct{ variant, keys, left string }{
		{"standard", "input=1x4x9x9 out-channels=6 kernel=3x5", "input=1x4x9x9"},
		{"grouped", "input=1x4x9x9 out-channels=6 kernel=3 groups=2", "input=1x4x9x9"},
		{"depthwise", "input=1x4x9x9 multiplier=3 kernel=5", "input=1x4x9x9"},
		{"separable", "input=1x4x9x9 multiplier=2 kernel=5 out-channels=7", "input=1x4x9x9"},
		{"inverted-residual", "input=1x4x9x9 expansion=3 out-channels=7", "input=1x4x9x9"},
		{"transposed", "input=1x4x9x9 out-channels=6 kernel=2", "input=1x4x9x9"},
		{"se", "input=1x32x9x9 reduction=8", "input=1x32x9x9"},
		{"deformable", "input=1x4x9x9 out-channels=6 kernel=3 offset-groups=2 modulated=true", "input=1x4x9x9"},
	} {
		full, err := Settle(specOf(t, c.variant, c.keys), Files{}, nil)
		if err != nil {
			t.Fatalf("%s: %v", c.variant, err)
		}
		shapes := map[string][]int{"stranger": {1}}
		for _, o := range full.needed {
			shapes[o.Name] = o.Shape
		}
		files, err := OpenFiles([]string{save(t, shapes)}, tensor.Invalid)
		if err != nil {
			t.Fatal(err)
		}
		defer files.Close()
		set, err := Settle(specOf(t, c.variant, c.left), files, nil)
		if err != nil {
			t.Errorf("%s: %v", c.variant, err)
			continue
		}
		if !slices.Equal(set.Output, full.Output) || len(set.needed) != len(full.needed) || !slices.Equal(set.Unused, []string{"stranger"}) {
			t.Errorf("%s: output %v of %d operands, %v unused; want %v of %d", c.variant, set.Output, len(set.needed), set.Unused, full.Output, len(full.needed))
		}
		v, err := Load[float32](set, 0)
		if err != nil {
			t.Fatal(err)
		}
		for name, shape := range shapes {
			if a, ok := v.Tensors[name]; ok && (!slices.Equal(a.Shape, shape) || a.Data[len(a.Data)-1] != float32(len(a.Data)-1)) {
				t.Errorf("%s: %s was not read from the file", c.variant, name)
			}
		}
		if strings.Contains(strings.Join(v.Origins, "\n"), "drawn") {
			t.Errorf("%s: %q", c.variant, v.Origins)
		}
	}
}

// Mistakes of the user are *layer.Error, which is exit status 2; files that cannot be read are not.
func TestErrors(t *testing.T) {
	path := save(t, map[string][]int{"weight": {8, 3, 3, 3}, "bias": {8}})
	for _, c := range []struct {
		args, filters []string
		variant, keys string
		want          string
	}{
		{args: []string{"=w.npy"}, want: `-w "=w.npy": give -w NAME=FILE`},
		{args: []string{path, "weight=" + path}, want: "operand weight is given twice"},
		{args: []string{path}, variant: "standard", keys: "input=1x3x9x9 kernel=5", want: "is 8x3x3x3; standard --kernel 5 on 1x3x9x9 needs 8x3x5x5"},
		{args: []string{path}, variant: "se", keys: "input=1x16x9x9", want: "none of bias, weight is an operand of this layer; it has fc1.weight"},
		{args: []string{path}, filters: []string{"box"}, variant: "standard", keys: "input=1x3x9x9", want: "--filter and -w weight both give weight"},
		{filters: []string{"box", "gaussian:9"}, variant: "standard", keys: "input=1x3x9x9", want: "filters of one run have one size"},
		{filters: []string{"box"}, variant: "se", keys: "input=1x16x9x9", want: "se has no image kernel"},
		{filters: []string{"box"}, variant: "standard", keys: "input=1x3x9x9 out-channels=4", want: "3 channels through 1 filters are 3, not 4"},
	} {
		files, err := OpenFiles(c.args, tensor.Invalid)
		if err == nil && c.variant != "" {
			_, err = Settle(specOf(t, c.variant, c.keys), files, c.filters)
		}
		files.Close()
		if _, usage := errors.AsType[*layer.Error](err); !usage || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	_, err := OpenFiles([]string{"weight=" + filepath.Join(t.TempDir(), "missing.npy")}, tensor.Invalid)
	if _, usage := errors.AsType[*layer.Error](err); err == nil || usage {
		t.Errorf("a missing file: %v", err)
	}
}

// Every filter's weights are where its channel meets them, and zero elsewhere, whichever variant carries it.
func TestFiltersMeetTheirChannels(t *testing.T) {
	for _, variant := range []string{"standard", "grouped", "depthwise", "transposed", "deformable", "resize-conv"} {
		keys := "input=1x4x9x9"
		set, err := Settle(specOf(t, variant, keys), Files{}, []string{"sobel-x", "sobel-y"})
		if err != nil {
			t.Errorf("%s: %v", variant, err)
			continue
		}
		if set.Output[1] != 8 {
			t.Errorf("%s: %d channels", variant, set.Output[1])
		}
		v, err := Load[float64](set, 0)
		if err != nil {
			t.Fatal(err)
		}
		sum := 0.0
		for _, w := range v.Tensors["weight"].Data {
			sum += w * w
		}
		want := 0.0
		for _, k := range set.Filters {
			for _, w := range k.Weights {
				want += 4 * w * w
			}
		}
		if sum != want || len(set.Made()) != 1 {
			t.Errorf("%s: squares of the weights add up to %g, not %g; %q", variant, sum, want, set.Made())
		}
	}
}

// An input of each kind says its shape before its elements are read, and whether it had a batch axis.
func TestSources(t *testing.T) {
	array := save(t, map[string][]int{"input": {3, 5, 7}, "other": {1}})
	for _, c := range []struct {
		origin  Origin
		shape   []int
		batched bool
	}{
		{Origin{Size: []int{2, 3, 4, 5}, Dims: 2}, []int{2, 3, 4, 5}, true},
		{Origin{Path: array, Dims: 2}, []int{1, 3, 5, 7}, false},
		{Origin{Path: array, WeightDims: 1}, []int{3, 5, 7}, true},
	} {
		s, err := OpenSource(c.origin)
		if err != nil {
			t.Errorf("%+v: %v", c.origin, err)
			continue
		}
		x, _, err := Read[float32](s)
		s.Close()
		if err != nil || !slices.Equal(s.Shape, c.shape) || !slices.Equal(x.Shape, c.shape) || s.Batched != c.batched {
			t.Errorf("%+v: %v, %v, batched %t", c.origin, s.Shape, err, s.Batched)
		}
	}
	_, err := OpenSource(Origin{Path: array, Dims: 2, Size: []int{3, 5, 8}})
	if _, usage := errors.AsType[*layer.Error](err); !usage || !strings.Contains(err.Error(), "leave -i out") {
		t.Errorf("another size than the input's: %v", err)
	}
}

// Labels are lines, of whatever length and system; a byte order mark is none of them, and what cannot be read is said.
func TestLabels(t *testing.T) {
	path, long := filepath.Join(t.TempDir(), "labels.txt"), strings.Repeat("a", 1<<17)
	if err := os.WriteFile(path, []byte("\ufeffcat\r\n dog \n\n"+long+"\nfish"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got, err := Labels(path); err != nil || !slices.Equal(got, []string{"cat", "dog", "", long, "fish"}) {
		t.Errorf("%d labels, %v", len(got), err)
	}
	if _, err := Labels(filepath.Dir(path)); err == nil || !strings.Contains(err.Error(), "reading labels") {
		t.Errorf("a folder of labels: %v", err)
	}
}

// What NumPy has no type for is fed in one that it has.
func TestCarriedTypes(t *testing.T) {
	for _, c := range []struct {
		a    *tensor.Array
		elem tensor.Elem
		want []float32
	}{
		{tensor.ArrayOf([]float32{1, -2.5}, 2), tensor.BFloat16, []float32{1, -2.5}}, {tensor.ArrayOf([]uint16{0x3f80, 0xc020}, 2), tensor.BFloat16, []float32{1, -2.5}},
		{tensor.ArrayOf([]int8{-8, 7}, 2), tensor.Int4, []float32{-8, 7}}, {tensor.ArrayOf([]uint8{0, 15}, 2), tensor.Uint4, []float32{0, 15}},
	} {
		got, err := adapt(c.a, c.elem, 1)
		if err != nil || got.Elem != c.elem || !carries(c.a.Elem, c.elem) || carries(c.a.Elem, tensor.Float32) {
			t.Errorf("%v as %v: %v, %v", c.a, c.elem, got, err)
			continue
		}
		if values, _ := tensor.Floats(got); !slices.Equal(values, c.want) {
			t.Errorf("%v as %v: %v, not %v", c.a, c.elem, values, c.want)
		}
	}
}

// An empty file is said to be one, whatever it should hold.
func TestEmptyInputOfANetwork(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.png")
	if err := os.WriteFile(path, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	r := Feeds{Network: "drawings", Input: path}
	if err := r.Open(); err == nil || !strings.HasSuffix(err.Error(), "the file is empty") {
		t.Errorf("%v", err)
	}
}
