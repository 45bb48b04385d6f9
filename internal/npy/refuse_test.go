package npy

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"testing/iotest"
)

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
		{"a product over 2^63", f4("(4294967296, 4294967296)"), overflows},
		{"an extent over 2^63", f4("(99999999999999999999,)"), overflows},
		{"65 axes", f4("(" + strings.Repeat("1,", 65) + ")"), "65 axes"},
		{"2^40 elements", f4("(1024, 1024, 1024, 1024)"), onWide("needs 4 TiB: more memory than may be used (64 GiB)")},
		{"2^32 elements", f4("(65536, 65536)"), onWide("ends after 4 of the 17179869184 bytes")},
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
			{"file", func() error { _, _, err := readStream[float32](bytes.NewReader(c.data), 0); return err }},
			{"pipe", func() error {
				_, _, err := readStream[float32](iotest.OneByteReader(bytes.NewReader(c.data)), 0)
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
		if _, _, err = readStream[float64](bytes.NewReader(data), 0); err == nil || !strings.Contains(err.Error(), want) {
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
			_, _, err = readStream[float32](bytes.NewReader(data), 0)
		} else {
			_, _, err = readStream[float32](onlyReader{bytes.NewReader(data)}, 0)
		}
		runtime.ReadMemStats(&after)
		if err == nil {
			t.Fatal("a truncated array was read")
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 10<<20 { // 1 + 8 MiB, of which 3 are written to, and some room
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
		if _, _, err := readStream[float64](onlyReader{bytes.NewReader(data)}, 0); err != nil {
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
		_, _, err := readStream[float64](bytes.NewReader(c.data), c.limit)
		if errors.Is(err, ErrLimit) != c.fails || err != nil && !c.fails {
			t.Errorf("limit %d: %v", c.limit, err)
		}
	}
}

// overflows is what is said of sizes that an int cannot count.
var overflows = "overflows " + strconv.Itoa(strconv.IntSize) + " bits"

// onWide is what is said where an int has 64 bits; where it has 32, the size is more than that can count.
func onWide(want string) string {
	if strconv.IntSize == 32 {
		return overflows
	}
	return want
}
