package npy

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"convx/internal/tensor"
)

func TestOpenArchivesOfNumPy(t *testing.T) {
	for _, name := range []string{"stored.npz", "deflated.npz"} {
		f, err := Open(filepath.Join("testdata", name), Options{})
		if err != nil {
			t.Fatal(err)
		}
		if f.Format() != NPZ || !slices.Equal(f.Names(), []string{"weight", "bias"}) || !f.Has("bias") || f.Has("b") {
			t.Errorf("%s holds %q", name, f.Names())
		}
		info, err := f.Stat("weight")
		if err != nil || info.DType != Float32 || !slices.Equal(info.Shape, []int{2, 3, 4}) {
			t.Errorf("%s: %+v, %v", name, info, err)
		}
		x, _, err := Load[float64](f, "weight")
		if err != nil || !slices.Equal(x.Data, wantValues(Float32)) {
			t.Errorf("%s: weight %v, %v", name, x, err)
		}
		x, _, err = Load[float64](f, "bias")
		if err != nil || !slices.Equal(x.Data, []float64{0, 1, 2}) {
			t.Errorf("%s: bias %v, %v", name, x, err)
		}
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestOpenArray(t *testing.T) {
	path := filepath.Join("testdata", "vector.npy")
	f, err := Open(path, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if f.Format() != NPY || !slices.Equal(f.Names(), []string{""}) {
		t.Errorf("a .npy holds %q", f.Names())
	}
	for range 2 { // an array can be loaded again
		x, info, err := Load[float32](f, "")
		if err != nil || !slices.Equal(x.Data, []float32{0, 1, 2}) || info.DType != Float64 {
			t.Errorf("%v %+v %v", x, info, err)
		}
	}
	if _, _, err := Load[float32](f, "weight"); err == nil || !strings.Contains(err.Error(), "one array without a name") {
		t.Errorf("a named array of a .npy: %v", err)
	}
}

func TestArchiveRoundTrip(t *testing.T) {
	arrays := map[string]*tensor.Tensor[float32]{
		"fc1.weight": tensor.Of([]float32{1, -2, 0.5, 4}, 2, 2),
		"x":          tensor.New[float32](200, 100),
		"a/b ü":      tensor.Of([]float32{3}),
	}
	for _, deflate := range []bool{false, true} {
		var one, two bytes.Buffer
		if err := errors.Join(WriteArchive(&one, arrays, deflate), WriteArchive(&two, arrays, deflate)); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one.Bytes(), two.Bytes()) {
			t.Error("equal arrays gave different archives")
		}
		if size := one.Len(); deflate != (size < 4000) {
			t.Errorf("deflate %v: %d bytes", deflate, size)
		}
		f, err := From(iotest.HalfReader(&one), "standard input", Options{})
		if err != nil || !slices.Equal(f.Names(), []string{"a/b ü", "fc1.weight", "x"}) {
			t.Fatalf("%v, %v", f, err)
		}
		for name, want := range arrays {
			got, _, err := Load[float32](f, name)
			if err != nil || !slices.Equal(got.Data, want.Data) || !slices.Equal(got.Shape, want.Shape) {
				t.Errorf("%q: %v, %v", name, got, err)
			}
		}
	}
	if err := WriteArchive(&bytes.Buffer{}, map[string]*tensor.Tensor[float32]{"": tensor.New[float32](1)}, false); err == nil {
		t.Error("an array without a name was written")
	}
}

// archive packs entries of the given names and contents.
func archive(method uint16, entries ...string) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	for i := 0; i < len(entries); i += 2 {
		w, err := z.CreateHeader(&zip.FileHeader{Name: entries[i], Method: method})
		if err == nil {
			_, err = w.Write([]byte(entries[i+1]))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := z.Close(); err != nil {
		panic(err)
	}
	return out.Bytes()
}

// claiming is an archive of one entry whose directory claims what it likes.
func claiming(h zip.FileHeader, packed []byte) []byte {
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	h.Name = "w.npy"
	h.CompressedSize64 = uint64(len(packed))
	w, err := z.CreateRaw(&h)
	if err == nil {
		_, err = w.Write(packed)
	}
	if err = errors.Join(err, z.Close()); err != nil {
		panic(err)
	}
	return out.Bytes()
}

func TestArchiveRefuses(t *testing.T) {
	whole := string(raw(dict("<f4", "(1,)"), 0, 0, 128, 63))
	bomb := string(raw(dict("<f4", "(1,)"), make([]byte, 1<<20)...)) // claims 4 bytes, unpacks to 1 MiB
	huge := string(raw(dict("<f4", "(1024, 1024, 1024, 1024)"), 0))
	liar := raw(dict("<f4", "(134217728,)"), 0, 0, 0, 0) // claims 512 MiB, and so does the directory
	stored := archive(zip.Store, "w.npy", whole)
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"cut off", stored[:len(stored)-10], "damaged or cut off"},
		{"a wrong checksum", bytes.Replace(stored, []byte{0, 0, 128, 63}, []byte{0, 0, 128, 64}, 1), "checksum does not match"},
		{"encrypted", claiming(zip.FileHeader{Flags: 1, UncompressedSize64: uint64(len(whole)), CRC32: crc32.ChecksumIEEE([]byte(whole))}, []byte(whole)), "encrypted"},
		{"bzip2", claiming(zip.FileHeader{Method: 12, UncompressedSize64: 100}, []byte(whole)), "compression method 12"},
		{"a broken stream", claiming(zip.FileHeader{Method: zip.Deflate, UncompressedSize64: 100}, []byte("\xff\xff\xff\xff")), "damaged"},
		{"a lying size", claiming(zip.FileHeader{UncompressedSize64: 1<<29 + uint64(len(liar)) - 4}, liar), "damaged or cut off"},
		{"a size of 2^63", claiming(zip.FileHeader{Method: zip.Deflate, UncompressedSize64: 1 << 63}, deflated(whole)), "damaged or cut off"},
		{"a bomb", archive(zip.Deflate, "w.npy", bomb), "goes on after the array"},
		{"2^40 elements", archive(zip.Deflate, "w.npy", huge), onWide("needs 4 TiB")},
		{"not an array", archive(zip.Store, "w.npy", "hello"), `array "w": expected an .npy array, found a file that starts with "hello"`},
		{"names that meet", archive(zip.Store, "w.npy", whole, "w", whole), `two arrays are called "w"`},
		{"nothing", archive(zip.Store), "holds no arrays"},
		{"folders alone", archive(zip.Store, "w/", ""), "holds no arrays"},
		{"a checkpoint", archive(zip.Store, "model/data.pkl", "x"), "PyTorch checkpoint"},
		{"other arrays", archive(zip.Store, "a.npy", whole, "b.npy", whole), `it has no array "w", only "a", "b"`},
	} {
		f, err := scanned(c.data, `"w.npz"`)
		if err == nil {
			_, _, err = Load[float32](f, "w")
		}
		checkRefusal(t, c.name, err, `reading "w.npz": `, c.want)
		f, err = From(iotest.HalfReader(bytes.NewReader(c.data)), `"w.npz"`, Options{})
		if err == nil {
			_, _, err = Load[float32](f, "w")
		}
		checkRefusal(t, c.name+", piped", err, `reading "w.npz": `, "")
	}
}

// scanned opens a container as a file is opened.
func scanned(data []byte, label string) (*File, error) {
	f := &File{label: label}
	return f, f.scan(bytes.NewReader(data), int64(len(data)))
}

func deflated(s string) []byte {
	var out bytes.Buffer
	data := archive(zip.Deflate, "w", s)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err == nil {
		r, _ := z.File[0].OpenRaw()
		_, err = out.ReadFrom(r)
	}
	if err != nil {
		panic(err)
	}
	return out.Bytes()
}

func checkRefusal(t *testing.T, name string, err error, prefix, want string) {
	t.Helper()
	if err == nil || !strings.HasPrefix(err.Error(), prefix) || !strings.Contains(err.Error(), want) {
		t.Errorf("%s: error %v, want one that starts with %q and holds %q", name, err, prefix, want)
		return
	}
	if strings.Contains(err.Error(), "\n") || len(err.Error()) > 400 {
		t.Errorf("%s: the message is not one short line: %v", name, err)
	}
}

func TestOpenRefuses(t *testing.T) {
	folder := t.TempDir()
	write := func(name, content string) string {
		path := filepath.Join(folder, name)
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
		return path
	}
	for _, c := range []struct{ path, want string }{
		{filepath.Join(folder, "none.npy"), "no such file or directory"},
		{folder, "it is a directory"},
		{write("empty.npy", ""), "expected .npy, .npz or .safetensors, found an empty file"},
		{write("h5.npz", "\x89HDF\r\n\x1a\n"), "an HDF5 file"},
	} {
		_, err := Open(c.path, Options{})
		checkRefusal(t, c.path, err, fmt.Sprintf("reading %q: ", c.path), c.want)
		if err != nil && strings.Count(err.Error(), folder) != 1 {
			t.Errorf("the path stands twice: %v", err)
		}
	}
	f, err := Open(filepath.Join("testdata", "vector.npy"), Options{MaxBytes: 23})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, _, err := Load[float64](f, ""); !errors.Is(err, ErrLimit) {
		t.Errorf("24 bytes under a limit of 23: %v", err)
	}
}
