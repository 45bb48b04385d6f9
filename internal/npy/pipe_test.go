package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"convx/internal/tensor"
)

// endless is a container followed by so many zeros that nobody would wait for their end.
func endless(data []byte) *counting {
	return &counting{r: io.MultiReader(bytes.NewReader(data), zeros{})}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// counting is how much was read.
type counting struct {
	r io.Reader
	n int
}

func (c *counting) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += n
	return n, err
}

// containers are one of each kind, of the arrays w, 1 2 3 4, and b.
func containers(t *testing.T) map[string][]byte {
	t.Helper()
	w := raw(dict("<f4", "(4,)"), view[byte]([]float32{1, 2, 3, 4})...)
	b := raw(dict("<i2", "(2,)"), 5, 0, 6, 0)
	return map[string][]byte{
		"npy":              w,
		"stored npz":       patched(archive(zip.Store, "w.npy", string(w), "b.npy", string(b))),
		"streamed npz":     archive(zip.Store, "w.npy", string(w), "b.npy", string(b)),
		"deflated npz":     archive(zip.Deflate, "w.npy", string(w), "b.npy", string(b)),
		"npz of no .npy":   archive(zip.Deflate, "w", string(w), "b", string(b)),
		"npz with a text":  patched(archive(zip.Store, "readme.txt", "hello", "w.npy", string(w), "b.npy", string(b), "note", "")),
		"safetensors":      safetensorsFile(`{"w":{"dtype":"F32","shape":[4],"data_offsets":[0,16]},"b":{"dtype":"I16","shape":[2],"data_offsets":[16,20]}}`, append(view[byte]([]float32{1, 2, 3, 4}), 5, 0, 6, 0)...),
		"npz with folders": archive(zip.Deflate, "a/", "", "w.npy", string(w), "b.npy", string(b)),
	}
}

// patched writes the sizes of a stored archive into its local headers, as writers of files do, in place of descriptors.
func patched(data []byte) []byte {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		panic(err)
	}
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, f := range z.File {
		h := f.FileHeader
		h.Flags &^= 8
		h.Extra = nil
		content, err := f.OpenRaw()
		if err != nil {
			panic(err)
		}
		to, err := w.CreateRaw(&h)
		if err == nil {
			_, err = io.Copy(to, content)
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestPipesGiveWhatFilesGive(t *testing.T) {
	for name, data := range containers(t) {
		for _, as := range []tensor.Elem{tensor.Invalid, tensor.Float32} {
			want, err := scanned(data, "x")
			if err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			got, err := From(iotest.OneByteReader(bytes.NewReader(data)), "x", Options{As: as})
			if err != nil || !slices.Equal(got.Names(), want.Names()) {
				t.Fatalf("%s: %v, %v, want %v", name, got, err, want.Names())
			}
			for _, array := range want.Names() {
				for range 2 { // what a pipe brought can be loaded again
					a, ai, aerr := Load[float32](got, array)
					b, bi, berr := Load[float32](want, array)
					if !reflect.DeepEqual(a, b) || !reflect.DeepEqual(ai, bi) || aerr != nil || berr != nil {
						t.Errorf("%s, %q: %v %+v %v, want %v %+v %v", name, array, a, ai, aerr, b, bi, berr)
					}
				}
				if info, err := got.Stat(array); err != nil || len(info.Shape) != 1 {
					t.Errorf("%s, %q: %+v, %v", name, array, info, err)
				}
			}
		}
	}
}

// Every byte too many is refused when it comes, not when the pipe ends.
func TestPipesEndWithTheirContainer(t *testing.T) {
	for name, data := range containers(t) {
		r := endless(data)
		f, err := From(r, "x", Options{})
		if err == nil {
			_, _, err = Load[float32](f, f.Names()[0])
		}
		if err == nil || !strings.Contains(err.Error(), "goes on after") || strings.Contains(err.Error(), "\n") {
			t.Errorf("%s and zeros: %v", name, err)
		}
		if r.n > len(data)+1<<17 {
			t.Errorf("%s: %d bytes were read of %d and zeros", name, r.n, len(data))
		}
		for cut := range data {
			f, err := From(bytes.NewReader(data[:cut]), "x", Options{})
			for i := 0; err == nil && i < len(f.Names()); i++ {
				_, _, err = Load[float32](f, f.Names()[i])
			}
			if err == nil {
				t.Fatalf("%s: %d of %d bytes were enough", name, cut, len(data))
			}
		}
	}
}

// Archives of NumPy, written to a file and to a pipe that cannot be rewound.
func TestPipesOfNumPy(t *testing.T) {
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := From(bytes.NewReader(data), "x", Options{As: tensor.Float64})
		if err != nil {
			t.Fatal(err)
		}
		if x, _, err := Load[float64](f, "weight"); err != nil || !slices.Equal(x.Data, wantValues(Float32)) {
			t.Errorf("%s: weight %v, %v", name, x, err)
		}
	}
}

func TestPipesKeepOneArray(t *testing.T) {
	whole := func(v byte) string { return string(raw(dict("|u1", "(1,)"), v)) }
	for _, c := range []struct {
		entries []string
		want    map[string]float32
	}{
		{[]string{"a.npy", whole(1)}, map[string]float32{"a": 1}},
		{[]string{"a.npy", whole(1), "input.npy", whole(2), "b.npy", whole(3)}, map[string]float32{"input": 2}},
		{[]string{"a.npy", whole(1), "b.npy", whole(2)}, nil},
	} {
		f, err := From(bytes.NewReader(archive(zip.Deflate, c.entries...)), "x", Options{Only: "input"})
		if err == nil {
			for _, name := range f.Names() {
				x, _, err := Load[float32](f, name)
				if v, kept := c.want[name]; kept != (err == nil) || kept && x.Data[0] != v {
					t.Errorf("%q of %v: %v, %v", name, f.Names(), x, err)
				}
			}
			continue
		}
		t.Errorf("%v: %v", c.entries[0], err)
	}
}

// What is wrong with one array does not keep the others from being used.
func TestPipesPassBrokenArrays(t *testing.T) {
	good, odd := string(raw(dict("|u1", "(1,)"), 7)), string(raw(dict("<c8", "(1,)"), make([]byte, 8)...))
	f, err := From(bytes.NewReader(patched(archive(zip.Store, "odd.npy", odd, "good.npy", good))), "x", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if x, _, err := Load[float32](f, "good"); err != nil || x.Data[0] != 7 {
		t.Errorf("the good array: %v, %v", x, err)
	}
	if _, err := f.Stat("odd"); err == nil || !strings.Contains(err.Error(), `array "odd": dtype "<c8"`) {
		t.Errorf("the odd array: %v", err)
	}
}

func TestPipesShareTheLimit(t *testing.T) {
	part := string(raw(dict("|u1", "(100,)"), make([]byte, 100)...))
	data := archive(zip.Deflate, "a.npy", part, "b.npy", part)
	for limit, fails := range map[int64]bool{800: false, 799: true} {
		f, err := From(bytes.NewReader(patched(data)), "x", Options{MaxBytes: limit, As: tensor.Float32})
		if err == nil {
			_, _, err = Load[float32](f, "b")
		}
		if errors.Is(err, ErrLimit) != fails {
			t.Errorf("limit %d: %v", limit, err)
		}
	}
}

// The memory that is touched for an array of a pipe is little more than the array.
func TestPipesCopyLittle(t *testing.T) {
	for _, n := range []int{1 << 20, 1<<20 + 1, 3 << 20, 9 << 20} {
		data := raw(dict("<f4", "("+tensor.Format([]int{n})+",)"), make([]byte, 4*n)...)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if _, _, err := readStream[float32](onlyReader{bytes.NewReader(data)}, 0); err != nil {
			t.Fatal(err)
		}
		runtime.ReadMemStats(&after)
		if got := float64(after.TotalAlloc-before.TotalAlloc) / float64(4*n); got > 1.16 {
			t.Errorf("%d elements: %.3f times their size was allocated", n, got)
		}
	}
}
