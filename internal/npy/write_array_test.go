package npy

import (
	"bytes"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	"os"

	"convx/internal/tensor"
)

// Every element type comes back from a file as it went in, or as the wider type that NumPy has for it.
func TestArraysKeepTheirElementType(t *testing.T) {
	wider := map[tensor.Elem]tensor.Elem{tensor.BFloat16: tensor.Float32, tensor.Int4: tensor.Int8, tensor.Uint4: tensor.Uint8}
	arrays := map[string]*tensor.Array{}
	for _, e := range tensor.Elems() {
		if e == tensor.String {
			continue
		}
		a, err := tensor.NewArray(e, 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		for i := range a.Raw() {
			a.Raw()[i] = byte(i % 2)
		}
		arrays[e.String()] = a
	}
	path := filepath.Join(t.TempDir(), "a.npz")
	file, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := WriteArrays(file, arrays); err != nil {
		t.Fatal(err)
	}
	file.Close()
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for name, want := range arrays {
		got, _, err := LoadArray(f, name)
		if err != nil {
			t.Fatal(err)
		}
		elem, widened := wider[want.Elem]
		if !widened {
			elem = want.Elem
		}
		if got.Elem != elem || !slices.Equal(got.Shape, want.Shape) || !widened && !bytes.Equal(got.Raw(), want.Raw()) {
			t.Errorf("%s came back as %v %v", name, got, got.Raw())
		}
	}
}

// Fortran order is put into rows for elements of every width, and a bool is 0 or 1 whatever its byte.
func TestLoadArrayOrders(t *testing.T) {
	for descr, size := range map[string]int{"|u1": 1, "<u2": 2, "<f4": 4, "<i8": 8, "|b1": 1} {
		raw := []byte{}
		for i := range 6 { // columns of a 2x3 array
			raw = append(raw, byte([]int{0, 3, 1, 4, 2, 5}[i]))
			raw = append(raw, make([]byte, size-1)...)
		}
		head := fmt.Sprintf("{'descr': '%s', 'fortran_order': True, 'shape': (2, 3), }\n", descr)
		file := append([]byte(magic), 1, 0, byte(len(head)), 0)
		file = append(append(file, head...), raw...)
		f, err := From(bytes.NewReader(file), "test", Options{})
		if err != nil {
			t.Fatal(err)
		}
		a, _, err := LoadArray(f, "")
		if err != nil {
			t.Fatal(err)
		}
		a.LittleEndian()
		for i := range 6 {
			want := byte(i)
			if descr == "|b1" {
				want = min(want, 1)
			}
			if got := a.Raw()[i*size]; got != want {
				t.Errorf("%s: element %d is %d, not %d", descr, i, got, want)
			}
		}
	}
	cut := append([]byte(magic), 1, 0, 62, 0)
	cut = append(cut, fmt.Sprintf("%-61s\n", "{'descr': '<i8', 'fortran_order': False, 'shape': (4,), }")...)
	f, err := From(bytes.NewReader(append(cut, make([]byte, 31)...)), "test", Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := LoadArray(f, ""); err == nil {
		t.Error("an array that was cut off was read")
	}
}
