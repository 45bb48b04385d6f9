package npy

import (
	"archive/zip"
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"convx/internal/fuzzing"
	"convx/internal/tensor"
)

// fuzzLimit keeps what a fuzzer's header can claim small.
const fuzzLimit = 1 << 20

func addFiles(f *testing.F, pattern string) {
	paths, err := filepath.Glob(filepath.Join("testdata", pattern))
	if err != nil || len(paths) == 0 {
		f.Fatalf("no seeds %s: %v", pattern, err)
	}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
}

// FuzzRead: whatever comes, a reader of known and of unknown length agree, and what was read survives being written.
func FuzzRead(f *testing.F) {
	addFiles(f, "*.npy")
	for _, seed := range []string{
		"{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3L), }",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (1099511627776,), }",
		"{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
		"{'descr': [('a', '<f4', (2,))], 'fortran_order': False, 'shape': (((((1,),),),),), }",
		"{'descr': '|O', 'fortran_order': None, 'shape': ()",
		`{u'descr\'': "<f4", }`,
	} {
		f.Add(raw(seed, make([]byte, 24)...))
		f.Add(raw(seed)[:20])
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzing.Frugal(t, func() { readBoth(t, data) }) })
}

// readBoth reads an array as a file and as a pipe, and writes it.
func readBoth(t *testing.T, data []byte) {
	x, info, err := readStream[float64](bytes.NewReader(data), fuzzLimit)
	y, _, err2 := readStream[float64](onlyReader{bytes.NewReader(data)}, fuzzLimit)
	if (err == nil) != (err2 == nil) {
		t.Fatalf("of known length %v, of unknown %v", err, err2)
	}
	if err != nil {
		return
	}
	if n, err := tensor.Size(info.Shape); err != nil || n != len(x.Data) || n*8 > fuzzLimit {
		t.Fatalf("%+v has %d elements (%v)", info, len(x.Data), err)
	}
	var file bytes.Buffer
	if err := Write(&file, x); err != nil {
		t.Fatal(err)
	}
	z, _, err := readStream[float64](&file, 0)
	if err != nil || !slices.Equal(view[uint64](x.Data), view[uint64](z.Data)) || !slices.Equal(view[uint64](x.Data), view[uint64](y.Data)) {
		t.Fatalf("%v came back as %v (%v)", x, z, err)
	}
}

func FuzzNpz(f *testing.F) {
	addFiles(f, "*.npz")
	whole := string(raw(dict("<f4", "(1,)"), 0, 0, 128, 63))
	for _, method := range []uint16{zip.Store, zip.Deflate} {
		seed := archive(method, "w.npy", whole, "folder/", "", "b", whole)
		f.Add(seed)
		f.Add(patched(seed))
		f.Add(seed[:len(seed)/2])
		f.Add(bytes.ReplaceAll(seed, []byte{63}, []byte{64}))
	}
	f.Add(claiming(zip.FileHeader{Flags: 1, Method: 99, UncompressedSize64: 1 << 62}, []byte(whole)))
	f.Fuzz(func(t *testing.T, data []byte) { fuzzing.Frugal(t, func() { loadAll(t, data) }) })
}

func FuzzSafetensors(f *testing.F) {
	for _, seed := range []string{
		`{"w":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}`,
		`{"__metadata__":{"a":"b"},"v":{"dtype":"BF16","shape":[],"data_offsets":[0,2]},"w":{"dtype":"F16","shape":[3,1],"data_offsets":[2,8]}}`,
		`{"w":{"dtype":"U64","shape":[18446744073709551615],"data_offsets":[8,0]}}`,
		`{"w":{"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]}}`,
		`{"w":null,"w":{}}`, `{"w"`, ``,
	} {
		f.Add(safetensorsFile(seed, make([]byte, 8)...))
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzing.Frugal(t, func() { loadAll(t, data) }) })
}

// loadAll opens a container as a file and as a pipe and loads everything in it; every array must be whole and within the
// limit, and where both ways can read it, it must be the same.
func loadAll(t *testing.T, data []byte) {
	file := &File{label: "file", maxBytes: fuzzLimit}
	fileErr := file.scan(bytes.NewReader(data), int64(len(data)))
	pipe, pipeErr := From(onlyReader{bytes.NewReader(data)}, "pipe", Options{MaxBytes: fuzzLimit})
	for _, f := range []*File{file, pipe} {
		if f == nil || f == file && fileErr != nil {
			continue
		}
		for _, name := range f.Names() {
			info, statErr := f.Stat(name)
			x, _, err := Load[float32](f, name)
			if err != nil {
				continue
			}
			n, sizeErr := tensor.Size(x.Shape)
			if statErr != nil || sizeErr != nil || n != len(x.Data) || n*4 > fuzzLimit || !slices.Equal(info.Shape, x.Shape) {
				t.Fatalf("%q: %+v has %d elements (%v, %v)", name, info, len(x.Data), statErr, sizeErr)
			}
		}
	}
	if fileErr != nil || pipeErr != nil {
		return
	}
	for _, name := range file.Names() {
		x, _, err := Load[float32](file, name)
		y, _, err2 := Load[float32](pipe, name)
		if err == nil && err2 == nil && !slices.Equal(view[uint32](x.Data), view[uint32](y.Data)) {
			t.Fatalf("%q is %v in the file and %v in the pipe", name, x, y)
		}
	}
}
