package npy

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"pgregory.net/rapid"

	"convx/internal/tensor"
)

// raw makes a .npy of version 1 around any header text and data.
func raw(dict string, data ...byte) []byte {
	out := append([]byte(magic), 1, 0, byte(len(dict)), byte(len(dict)>>8))
	return append(append(out, dict...), data...)
}

// dict is a header as NumPy writes it, without padding.
func dict(descr, shape string) string {
	return fmt.Sprintf("{'descr': '%s', 'fortran_order': False, 'shape': %s, }", descr, shape)
}

// wantValues is the rule of testdata/make.py.
func wantValues(d DType) []float64 {
	want := make([]float64, 24)
	for i := range want {
		switch {
		case d == Bool && i%3 == 0:
			want[i] = 1
		case d == Bool:
		case d == Float16 || d == Float32 || d == Float64:
			want[i] = float64(i-5) * 0.25
		case d.String()[0] == 'u':
			want[i] = float64(i)
		default:
			want[i] = float64(i - 5)
		}
	}
	return want
}

func TestReadEveryTypeOfNumPy(t *testing.T) {
	files := 0
	for d := Bool; d <= Float64; d++ {
		for _, end := range []string{"le", "be"} {
			for _, order := range []string{"C", "F"} {
				name := fmt.Sprintf("%s-%s-%s.npy", d, end, order)
				data, err := os.ReadFile(filepath.Join("testdata", name))
				if errors.Is(err, os.ErrNotExist) {
					continue
				}
				files++
				checkFile[float32](t, name, data, d, order == "F", end == "be")
				checkFile[float64](t, name, data, d, order == "F", end == "be")
			}
		}
	}
	if files != 42 { // 9 types of several bytes in 4 layouts, 3 of one byte in 2
		t.Errorf("%d files of NumPy, want 42", files)
	}
}

func checkFile[T tensor.Float](t *testing.T, name string, data []byte, d DType, fortran, big bool) {
	t.Helper()
	want := wantValues(d)
	for _, pipe := range []bool{false, true} { // of known and of unknown length
		r := bytes.NewReader(data)
		x, info, err := readStream[T](r, 0)
		if pipe {
			r.Reset(data)
			x, info, err = readStream[T](iotest.HalfReader(iotest.DataErrReader(r)), 0)
		}
		if err != nil {
			t.Errorf("%s: %v", name, err)
			return
		}
		if info.DType != d || info.Fortran != fortran || d.Size() > 1 && info.BigEndian != big || info.Version != 1 || info.Inexact != 0 {
			t.Errorf("%s: %+v", name, info)
		}
		if !slices.Equal(x.Shape, []int{2, 3, 4}) {
			t.Errorf("%s: shape %v", name, x.Shape)
		}
		for i, v := range x.Data {
			if float64(v) != want[i] {
				t.Errorf("%s: element %d is %g, want %g", name, i, v, want[i])
				break
			}
		}
	}
}

func TestReadOtherFilesOfNumPy(t *testing.T) {
	for _, c := range []struct {
		file    string
		shape   []int
		data    []float64
		version int
	}{
		{"version2.npy", []int{2, 3, 4}, wantValues(Float32), 2},
		{"version3.npy", []int{2, 3, 4}, wantValues(Float32), 3},
		{"scalar.npy", []int{}, []float64{7.5}, 1},
		{"vector.npy", []int{3}, []float64{0, 1, 2}, 1},
		{"empty.npy", []int{0, 5}, []float64{}, 1},
	} {
		file, err := os.Open(filepath.Join("testdata", c.file))
		if err != nil {
			t.Fatal(err)
		}
		x, info, err := readStream[float64](file, 0)
		file.Close()
		if err != nil || !slices.Equal(x.Shape, c.shape) || !slices.Equal(x.Data, c.data) || info.Version != c.version {
			t.Errorf("%s: %v %+v %v", c.file, x, info, err)
		}
	}
}

// What other writers than NumPy put in a header, and Python reads.
func TestReadOddHeaders(t *testing.T) {
	two := []byte{0, 0, 128, 63, 0, 0, 0, 64} // 1, 2 as <f4
	native := view[byte]([]float32{1, 2})
	for _, header := range []string{
		"{'shape':(2,),'fortran_order':False,'descr':'<f4'}",
		"{'shape': (2,), 'descr': '<f4', 'fortran_order': False}\n",
		" {\t'descr' : \"<f4\" ,\n 'fortran_order' : False , 'shape' : ( 2 , ) , }  \n",
		"{u'descr': u'<f4', u'fortran_order': False, u'shape': (2L,), }",
		"{'descr': '<f4', 'fortran_order': True, 'shape': (1, 2), }",
		"{'descr': '<f4', 'fortran_order': False, 'shape': [2, 1], }",
		"{'descr': '<float32', 'fortran_order': False, 'shape': (+2,), }",
		"{'descr': 'float32', 'fortran_order': False, 'shape': (2,), }",
		"{'descr': '=f4', 'fortran_order': False, 'shape': (2,), }",
		"{'descr': '|f4', 'fortran_order': False, 'shape': (2,), }",
	} {
		data := two
		if !strings.Contains(header, "<") { // this machine's order
			data = native
		}
		x, _, err := readStream[float32](bytes.NewReader(raw(header, data...)), 0)
		if err != nil || !slices.Equal(x.Data, []float32{1, 2}) {
			t.Errorf("%s: %v, %v", header, x, err)
		}
	}
}

func TestInexact(t *testing.T) {
	little := func(width int, values ...uint64) (out []byte) {
		for _, v := range values {
			for b := range width {
				out = append(out, byte(v>>(8*b)))
			}
		}
		return out
	}
	two53 := uint64(1) << 53
	for _, c := range []struct {
		descr    string
		data     []byte
		in32     int
		in64     int
		elements int
	}{
		{"<i8", little(8, two53, two53+1, -(two53 + 1), 1<<63, 1<<24+1), 3, 2, 5}, // 1<<63 is -2^63, exact
		{"<u8", little(8, math.MaxUint64, 1<<63, two53-1), 2, 1, 3},
		{"<i4", little(4, 1<<24, 1<<24+1, 1<<31, 1<<31-1), 2, 0, 4},
		{"<u4", little(4, 1<<32-1, 1<<31), 1, 0, 2},
		{"<f8", little(8, math.Float64bits(1e39), math.Float64bits(math.Inf(1)), math.Float64bits(0.1), math.Float64bits(math.NaN())), 1, 0, 4},
	} {
		data := raw(dict(c.descr, fmt.Sprintf("(%d,)", c.elements)), c.data...)
		_, narrow, err32 := readStream[float32](bytes.NewReader(data), 0)
		_, wide, err64 := readStream[float64](bytes.NewReader(data), 0)
		if err32 != nil || err64 != nil || narrow.Inexact != c.in32 || wide.Inexact != c.in64 {
			t.Errorf("%s: inexact %d in float32 and %d in float64, want %d and %d (%v, %v)",
				c.descr, narrow.Inexact, wide.Inexact, c.in32, c.in64, err32, err64)
		}
	}
}

// Every half-precision value, against its definition.
func TestHalf(t *testing.T) {
	for h := range 1 << 16 {
		exponent, fraction := h>>10&31, float64(h&0x3ff)
		want := math.Ldexp(1+fraction/1024, exponent-15)
		switch {
		case exponent == 0:
			want = math.Ldexp(fraction, -24)
		case exponent == 31 && fraction == 0:
			want = math.Inf(1)
		case exponent == 31:
			want = math.NaN()
		}
		if h>>15 == 1 {
			want = -want
		}
		got := float64(half(uint16(h)))
		if got != want && !(math.IsNaN(got) && math.IsNaN(want)) || math.Signbit(got) != (h>>15 == 1) {
			t.Fatalf("half(%#04x) = %g, want %g", h, got, want)
		}
	}
}

// Fortran order against its definition: element (i0, i1, …) stands at i0 + d0 (i1 + d1 (…)).
func TestRowMajor(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		shape := rapid.SliceOfN(rapid.SampledFrom([]int{1, 2, 3, 5, 33}), 0, 4).Draw(t, "shape")
		n, _ := tensor.Size(shape)
		src := make([]float32, n)
		for i := range src {
			src[i] = float32(i)
		}
		got := rowMajor(slices.Clone(src), shape)
		for at, v := range got {
			rest, from, stride := at, 0, n
			for a := len(shape) - 1; a >= 0; a-- {
				stride /= shape[a]
				from += rest % shape[a] * stride
				rest /= shape[a]
			}
			if v != src[from] {
				t.Fatalf("shape %v: element %d is %g, want %g", shape, at, v, src[from])
			}
		}
	})
}
