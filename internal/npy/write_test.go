package npy

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/tensor"
)

// What NumPy wrote is read and written again: the bytes must not change.
func TestWriteIsNumPys(t *testing.T) {
	names := []string{"float32-le-C.npy", "scalar.npy", "empty.npy"}
	for _, axes := range []int{13, 14, 15} { // header lengths around a multiple of 64
		for _, second := range []int{1, 10, 100} {
			names = append(names, fmt.Sprintf("axes%d-%d.npy", axes, second))
		}
	}
	for _, name := range names {
		checkRewrite[float32](t, name)
	}
	checkRewrite[float64](t, "float64-le-C.npy")
	checkRewrite[float64](t, "vector.npy")
}

func checkRewrite[T tensor.Float](t *testing.T, name string) {
	t.Helper()
	want, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	x, _, err := readStream[T](bytes.NewReader(want), 0)
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := Write(&got, x); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Errorf("%s: wrote\n%q\nwant\n%q", name, got.Bytes(), want)
	}
}

func TestRoundTrip(t *testing.T) {
	rapid.Check(t, roundTrip[float32])
	rapid.Check(t, roundTrip[float64])
}

func roundTrip[T tensor.Float](t *rapid.T) {
	shape := rapid.SliceOfN(rapid.IntRange(0, 5), 0, 4).Draw(t, "shape")
	x := tensor.New[T](shape...)
	for i := range x.Data {
		x.Data[i] = T(rapid.Float64().Draw(t, "v"))
	}
	if len(x.Data) > 1 {
		x.Data[0], x.Data[1] = T(math.NaN()), T(math.Copysign(0, -1))
	}
	var file bytes.Buffer
	if err := Write(&file, x); err != nil {
		t.Fatal(err)
	}
	y, _, err := readStream[T](&file, 0)
	if err != nil || !slices.Equal(y.Shape, x.Shape) || !bytes.Equal(view[byte](x.Data), view[byte](y.Data)) {
		t.Fatalf("%v came back as %v (%v)", x, y, err)
	}
}

// fullDisk takes a number of bytes and then fails.
type fullDisk struct{ left int }

var errFull = errors.New("no space left")

func (d *fullDisk) Write(p []byte) (int, error) {
	if len(p) > d.left {
		return d.left, errFull
	}
	d.left -= len(p)
	return len(p), nil
}

func TestWriteReportsAFullDisk(t *testing.T) {
	x := tensor.New[float32](1 << 19)
	for _, room := range []int{0, 128, 128 + 1<<20} { // within the header, the first and the second chunk
		if err := Write(&fullDisk{room}, x); !errors.Is(err, errFull) {
			t.Errorf("%d bytes of room: %v", room, err)
		}
	}
	if err := Write(&fullDisk{128 + 1<<21}, x); err != nil {
		t.Errorf("just enough room: %v", err)
	}
	for _, deflate := range []bool{false, true} {
		if err := WriteArchive(&fullDisk{100}, map[string]*tensor.Tensor[float32]{"x": x}, deflate); !errors.Is(err, errFull) {
			t.Errorf("archive, deflate %v: %v", deflate, err)
		}
	}
}
