package npy

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"convx/internal/tensor"
)

const benchElements = 16 << 20 // 64 MiB of float32

// BenchmarkRead reads 16 Mi elements into float32: from a file in the page cache, as most runs do, and from a pipe, whose
// length is unknown.
func BenchmarkRead(b *testing.B) {
	for _, c := range []struct{ name, descr, order string }{
		{"float32", "<f4", "False"}, {"float32-big-endian", ">f4", "False"}, {"float32-fortran", "<f4", "True"},
		{"float64", "<f8", "False"}, {"float16", "<f2", "False"}, {"int64", "<i8", "False"}, {"uint8", "|u1", "False"},
	} {
		d, _, err := parseDescr(c.descr)
		if err != nil {
			b.Fatal(err)
		}
		head := "{'descr': '" + c.descr + "', 'fortran_order': " + c.order + ", 'shape': (4, 64, 65536), }"
		path := filepath.Join(b.TempDir(), "x.npy")
		if err := os.WriteFile(path, raw(head, make([]byte, benchElements*d.Size())...), 0o644); err != nil {
			b.Fatal(err)
		}
		b.Run(c.name+"/file", func(b *testing.B) { benchRead(b, path, d, false) })
		b.Run(c.name+"/pipe", func(b *testing.B) { benchRead(b, path, d, true) })
		os.Remove(path)
	}
}

func benchRead(b *testing.B, path string, d DType, pipe bool) {
	b.SetBytes(int64(benchElements * d.Size()))
	b.ReportAllocs()
	for b.Loop() {
		file, err := os.Open(path)
		if err != nil {
			b.Fatal(err)
		}
		var r io.Reader = file
		if pipe {
			r = onlyReader{file}
		}
		if _, _, err := readStream[float32](r, 0); err != nil {
			b.Fatal(err)
		}
		file.Close()
	}
}

// BenchmarkCat is the bound: the same bytes read into fresh memory and not looked at.
func BenchmarkCat(b *testing.B) {
	path := filepath.Join(b.TempDir(), "x")
	if err := os.WriteFile(path, make([]byte, 4*benchElements), 0o644); err != nil {
		b.Fatal(err)
	}
	b.SetBytes(4 * benchElements)
	for b.Loop() {
		if _, err := os.ReadFile(path); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkWrite(b *testing.B) {
	x := tensor.New[float32](benchElements)
	b.SetBytes(4 * benchElements)
	for b.Loop() {
		if err := Write(io.Discard, x); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkArchive(b *testing.B) {
	x := tensor.New[float32](1 << 20)
	tensor.FillUniform(x, tensor.NewStream(0, "x"), 1)
	for _, deflate := range []bool{false, true} {
		name := map[bool]string{false: "stored", true: "deflated"}[deflate]
		var file bytes.Buffer
		b.Run("write/"+name, func(b *testing.B) {
			b.SetBytes(4 << 20)
			for b.Loop() {
				file.Reset()
				if err := WriteArchive(&file, map[string]*tensor.Tensor[float32]{"x": x}, deflate); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("read/"+name, func(b *testing.B) {
			b.SetBytes(4 << 20)
			for b.Loop() {
				f, err := From(bytes.NewReader(file.Bytes()), "x", Options{})
				if err != nil {
					b.Fatal(err)
				}
				if _, _, err := Load[float32](f, "x"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
