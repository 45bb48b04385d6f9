package npy

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
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
		x, info, err := Read[T](r, 0)
		if pipe {
			r.Reset(data)
			x, info, err = Read[T](iotest.HalfReader(iotest.DataErrReader(r)), 0)
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
		x, info, err := Read[float64](file, 0)
		file.Close()
		if err != nil || !slices.Equal(x.Shape, c.shape) || !slices.Equal(x.Data, c.data) || info.Version != c.version {
			t.Errorf("%s: %v %+v %v", c.file, x, info, err)
		}
	}
}

// What other writers than NumPy put in a header, and Python reads.
func TestReadOddHeaders(t *testing.T) {
	two := []byte{0, 0, 128, 63, 0, 0, 0, 64} // 1, 2 as <f4
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
		x, _, err := Read[float32](bytes.NewReader(raw(header, two...)), 0)
		if err != nil || !slices.Equal(x.Data, []float32{1, 2}) {
			t.Errorf("%s: %v, %v", header, x, err)
		}
	}
}

func TestReadRefuses(t *testing.T) {
	f4 := func(shape string) []byte { return raw(dict("<f4", shape), 0, 0, 0, 0) }
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"nothing", nil, "an empty file"},
		{"a picture", []byte("\x89PNG\r\n\x1a\nxxxx"), "a PNG picture"},
		{"text", []byte("1 2 3\n"), `a file that starts with "1 2 3\n"`},
		{"a pickle", []byte("\x80\x04\x95xxxxxxx"), "Python pickle"},
		{"part of the magic", []byte(magic[:4]), "starts with"},
		{"the magic alone", []byte(magic), "ends within its header"},
		{"half a length", append([]byte(magic), 1, 0, 7), "ends within its header"},
		{"half a header", raw(dict("<f4", "(1,)"))[:30], "ends within its header"},
		{"version 4", append([]byte(magic), 4, 0, 1, 0, 0, 0), "version 4.0"},
		{"version 1.1", append([]byte(magic), 1, 1, 1, 0, 0, 0), "version 1.1"},
		{"a header of 4 GB", append([]byte(magic), 2, 0, 255, 255, 255, 255), "header of 4294967295 bytes is too long"},
		{"an empty header", raw(""), "expected a dictionary, found its end"},
		{"half a dictionary", raw("{'descr': '<f4'"), "expected a comma or }, found its end"},
		{"an open string", raw("{'descr"), "expected a closing quote"},
		{"an escaped end", raw(`{'descr\`), "expected a closing quote"},
		{"no colon", raw("{'descr' '<f4'}"), "expected a colon"},
		{"a call", raw("{'descr': exec('x')}"), "expected a quoted string"},
		{"text behind", raw(dict("<f4", "(1,)")+"x", 0, 0, 0, 0), `expected the end, found "x"`},
		{"brackets", raw("{'shape': " + strings.Repeat("(", 60000)), "nest deeper"},
		{"a missing key", raw("{'descr': '<f4', 'shape': (1,)}"), `"fortran_order" is missing`},
		{"an unknown key", raw("{'descr': '<f4', 'order': 'C', 'shape': (1,)}"), `"order" is not known`},
		{"a key twice", raw("{'descr': '<f4', 'descr': '<f4', 'shape': (1,)}"), `"descr" stands twice`},
		{"order None", raw("{'descr': '<f4', 'fortran_order': None, 'shape': (1,)}"), "fortran_order is None"},
		{"shape of one", f4("(1)"), "shape is (1), not a tuple such as (3,)"},
		{"shape None", f4("None"), "shape is None"},
		{"shape of words", f4("('1',)"), "something other than integers"},
		{"shape of bools", f4("(True,)"), "something other than integers"},
		{"a fraction", f4("(1.5,)"), "expected a comma or )"},
		{"a sign alone", f4("(-,)"), "expected a digit"},
		{"a negative extent", f4("(2, -3)"), "negative extent -3"},
		{"a product over 2^63", f4("(4294967296, 4294967296)"), "overflows 64 bits"},
		{"an extent over 2^63", f4("(99999999999999999999,)"), "overflows 64 bits"},
		{"65 axes", f4("(" + strings.Repeat("1,", 65) + ")"), "65 axes"},
		{"2^40 elements", f4("(1024, 1024, 1024, 1024)"), "needs 4.0 TiB: more memory than may be used (64 GiB)"},
		{"2^32 elements", f4("(65536, 65536)"), "ends after 4 of the 17179869184 bytes"},
		{"one element short", f4("(2,)"), "ends after 4 of the 8 bytes that the header promises (float32 of shape 2)"},
		{"one byte more", append(f4("(1,)"), 0), "goes on after the array"},
		{"complex", raw(dict("<c8", "(1,)"), 0, 0, 0, 0, 0, 0, 0, 0), `dtype "<c8" (complex numbers) cannot be read: save x.real`},
		{"long double", raw(dict("<f16", "(1,)")), "extended floating point"},
		{"dates", raw(dict("<M8[ns]", "(1,)")), "dates"},
		{"a type without a name", raw(dict("", "(1,)")), `dtype "" is not known`},
		{"a type of its own", raw(dict("<q7", "(1,)")), `dtype "<q7" is not known`},
		{"a type that is a number", raw("{'descr': 4, 'fortran_order': False, 'shape': (1,)}"), "descr is 4, not a dtype"},
	} {
		for _, r := range []struct {
			kind string
			read func() error
		}{
			{"file", func() error { _, _, err := Read[float32](bytes.NewReader(c.data), 0); return err }},
			{"pipe", func() error {
				_, _, err := Read[float32](iotest.OneByteReader(bytes.NewReader(c.data)), 0)
				return err
			}},
		} {
			err := r.read()
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s (%s): error %v, want one with %q", c.name, r.kind, err, c.want)
			} else if strings.Contains(err.Error(), "\n") || len(err.Error()) > 300 {
				t.Errorf("%s (%s): the message is not one short line: %v", c.name, r.kind, err)
			}
		}
	}
}

func TestForeignTypesOfNumPy(t *testing.T) {
	for file, want := range map[string]string{
		"complex64.npy": "complex numbers", "string.npy": "strings", "object.npy": "pickled Python objects",
		"structured.npy": `structured dtype [('x', '<f4'), ('y', '<i2')] cannot be read`,
	} {
		data, err := os.ReadFile(filepath.Join("testdata", file))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err = Read[float64](bytes.NewReader(data), 0); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", file, err, want)
		}
	}
}

// A stream that lies about its length must not make the reader allocate ahead of the data.
func TestLyingHeaderAllocatesLittle(t *testing.T) {
	data := raw(dict("<f4", "(8192, 1048576)"), make([]byte, 3<<20)...) // claims 32 GiB, holds 3 MiB
	for _, known := range []bool{true, false} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		var err error
		if known {
			_, _, err = Read[float32](bytes.NewReader(data), 0)
		} else {
			_, _, err = Read[float32](onlyReader{bytes.NewReader(data)}, 0)
		}
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Fatal("a truncated array was read")
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 9<<20 { // 1 + 2 + 4 MiB, and some room
			t.Errorf("known %v: %d bytes were allocated for 3 MiB of data", known, got)
		}
	}
}

// Archives hold many small arrays: what one takes must go with its size.
func TestSmallArraysAllocateLittle(t *testing.T) {
	data := raw(dict("|u1", "(2, 2)"), 1, 2, 3, 4)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range 100 {
		if _, _, err := Read[float64](onlyReader{bytes.NewReader(data)}, 0); err != nil {
			t.Fatal(err)
		}
	}
	runtime.ReadMemStats(&after)
	if got := (after.TotalAlloc - before.TotalAlloc) / 100; got > 4<<10 {
		t.Errorf("4 elements allocate %d bytes", got)
	}
}

// onlyReader hides every method but Read.
type onlyReader struct{ r io.Reader }

func (r onlyReader) Read(p []byte) (int, error) { return r.r.Read(p) }

func TestLimit(t *testing.T) {
	plain := raw(dict("<f4", "(2, 4)"), make([]byte, 32)...)
	fortran := bytes.Replace(plain, []byte("False,"), []byte("True, "), 1)
	for _, c := range []struct {
		data  []byte
		limit int64
		fails bool
	}{
		{plain, 64, false}, {plain, 63, true}, // as float64
		{fortran, 128, false}, {fortran, 127, true}, // and once more to change the order
	} {
		_, _, err := Read[float64](bytes.NewReader(c.data), c.limit)
		if errors.Is(err, ErrLimit) != c.fails || err != nil && !c.fails {
			t.Errorf("limit %d: %v", c.limit, err)
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
		_, narrow, err32 := Read[float32](bytes.NewReader(data), 0)
		_, wide, err64 := Read[float64](bytes.NewReader(data), 0)
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
