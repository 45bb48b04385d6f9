package operands

import (
	"bytes"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"convx/internal/npy"
	"convx/internal/tensor"
)

// bytesFile is a uint8 array of consecutive values.
func bytesFile(t *testing.T, shape ...int) string {
	t.Helper()
	n, err := tensor.Size(shape)
	if err != nil {
		t.Fatal(err)
	}
	text := tensor.Format(shape)
	dict := fmt.Sprintf("{'descr': '|u1', 'fortran_order': False, 'shape': (%s,), }", strings.ReplaceAll(text, "x", ", "))
	data := append([]byte("\x93NUMPY\x01\x00"), byte(len(dict)), byte(len(dict)>>8))
	data = append(data, dict...)
	for i := range n {
		data = append(data, byte(i))
	}
	path := filepath.Join(t.TempDir(), "x.npy")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPicturesAsArraysGetAdvice(t *testing.T) {
	for _, c := range []struct {
		shape []int
		fails string // the error's part, "" for none
		notes string
	}{
		{[]int{200, 200}, "a grey picture is 1x200x200: save x[None]", ""},
		{[]int{480, 64}, "a grey picture is 1x480x64", ""},
		{[]int{3, 400}, "add --dims 1", ""},
		{[]int{48, 64, 3}, "", "looks like a picture: 3x48x64?"},
		{[]int{2, 48, 64, 3}, "", "looks like a picture: 2x3x48x64?"},
		{[]int{48, 64, 4}, "", "4x48x64?"},
		{[]int{3, 48, 64}, "", ""},
		{[]int{64, 8, 3}, "", ""},
	} {
		s, err := OpenSource(Origin{Path: bytesFile(t, c.shape...), WeightDims: 2})
		if c.fails != "" {
			if err == nil || !strings.Contains(err.Error(), c.fails) || strings.Contains(c.fails, "grey") && strings.Contains(err.Error(), "--dims 1") {
				t.Errorf("%v: %v", c.shape, err)
			}
			continue
		}
		if err != nil {
			t.Errorf("%v: %v", c.shape, err)
			continue
		}
		if notes := strings.Join(s.Notes, "\n"); !strings.Contains(notes, c.notes) || (c.notes == "") != (notes == "") {
			t.Errorf("%v: notes %q", c.shape, notes)
		}
		if !strings.Contains(s.Label(), "uint8, 0 to 255 as they are (--range 0:1") {
			t.Errorf("%v: %s", c.shape, s.Label())
		}
		s.Close()
	}
}

func TestRange(t *testing.T) {
	r, err := ParseRange("-1:1")
	if err != nil {
		t.Fatal(err)
	}
	s, err := OpenSource(Origin{Path: bytesFile(t, 1, 16, 16), WeightDims: 2, Range: r})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	x, _, err := Read[float64](s)
	if err != nil || x.Data[0] != -1 || x.Data[255] != 1 || math.Abs(x.Data[51]+0.6) > 1e-15 {
		t.Errorf("%v, %v", x.Data[:3], err)
	}
	if !strings.Contains(s.Label(), "0 to 255 brought to -1 to 1") {
		t.Error(s.Label())
	}
	for _, bad := range []string{"", "1", "0:", "a:b", "1:1", "0:Inf", "NaN:1"} {
		if _, err := ParseRange(bad); err == nil {
			t.Errorf("%q is a range", bad)
		}
	}
	var floats bytes.Buffer
	if err := npy.Write(&floats, tensor.New[float32](1, 4, 4)); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenSource(Origin{Path: "-", Stdin: &floats, WeightDims: 2, Range: r}); err == nil || !strings.Contains(err.Error(), "--range is for pictures") {
		t.Errorf("a range of floats: %v", err)
	}
	sample, err := OpenSource(Origin{WeightDims: 2, Range: &Range{0, 255}})
	if err != nil {
		t.Fatal(err)
	}
	y, _, err := Read[float32](sample)
	most := float32(0)
	for _, v := range y.Data {
		most = max(most, v)
	}
	if err != nil || most < 100 || most > 255 {
		t.Errorf("a picture of bytes reaches %g, %v", most, err)
	}
}
