package npy

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// safetensorsFile makes a file around a JSON header.
func safetensorsFile(header string, data ...byte) []byte {
	out := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(out, header...), data...)
}

func TestSafetensors(t *testing.T) {
	var data []byte
	places := []string{}
	for _, a := range []struct {
		dtype string
		bytes []byte // of 3 and -1, or 3 and the largest, or true and false
	}{
		{"F64", binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint64(nil, math.Float64bits(3)), math.Float64bits(-1))},
		{"I64", []byte{3, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}},
		{"U64", []byte{3, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255}},
		{"F32", []byte{0, 0, 0x40, 0x40, 0, 0, 0x80, 0xbf}},
		{"I32", []byte{3, 0, 0, 0, 255, 255, 255, 255}},
		{"U32", []byte{3, 0, 0, 0, 255, 255, 255, 255}},
		{"F16", []byte{0, 0x42, 0, 0xbc}}, {"BF16", []byte{0x40, 0x40, 0x80, 0xbf}},
		{"I16", []byte{3, 0, 255, 255}}, {"U16", []byte{3, 0, 255, 255}},
		{"I8", []byte{3, 255}}, {"U8", []byte{3, 255}}, {"BOOL", []byte{1, 0}},
	} {
		places = append(places, fmt.Sprintf(`"%s":{"dtype":"%[1]s","shape":[2,1],"data_offsets":[%d,%d]}`, a.dtype, len(data), len(data)+len(a.bytes)))
		data = append(data, a.bytes...)
	}
	header := `{"__metadata__":{"format":"pt"},` + strings.Join(places, ",") + "}   "
	path := filepath.Join(t.TempDir(), "w.bin") // by content, whatever the name
	if err := os.WriteFile(path, safetensorsFile(header, data...), 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := Open(path, Options{})
	if err != nil || f.Format() != Safetensors || len(f.Names()) != 13 || f.Names()[0] != "F64" {
		t.Fatalf("%+v, %v", f, err)
	}
	defer f.Close()
	for _, name := range f.Names() {
		want := map[string]float64{"U64": math.MaxUint64, "U32": math.MaxUint32, "U16": math.MaxUint16, "U8": 255, "BOOL": 0}
		second, ok := want[name]
		if !ok {
			second = -1
		}
		first := 3.0
		if name == "BOOL" {
			first = 1
		}
		x, info, err := Load[float64](f, name)
		if err != nil || x.Data[0] != first || x.Data[1] != second || !slices.Equal(x.Shape, []int{2, 1}) || (info.Inexact == 1) != (name == "U64") {
			t.Errorf("%s: %v %+v %v", name, x, info, err)
		}
		if stat, err := f.Stat(name); err != nil || stat.DType != info.DType {
			t.Errorf("%s: %+v %v", name, stat, err)
		}
	}
}

func TestSafetensorsRefuses(t *testing.T) {
	one := func(info string, data ...byte) []byte { return safetensorsFile(`{"w":{`+info+`}}`, data...) }
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"a long header", append(binary.LittleEndian.AppendUint64(nil, 1<<30), '{'), "too long"},
		{"half a header", safetensorsFile(`{"w":{"dtype":"F32"`)[:12], "ends within its header"},
		{"no JSON", safetensorsFile(`{"w"`), "damaged header"},
		{"a list", safetensorsFile(`{"w":[]}`), "damaged header"},
		{"nothing", safetensorsFile(`{}`), "holds no arrays"},
		{"a type of its own", one(`"dtype":"F7","shape":[1],"data_offsets":[0,4]`, 0, 0, 0, 0), `array "w": dtype "F7" cannot be read: save it as F32 or F16`},
		{"a negative extent", one(`"dtype":"F32","shape":[-1],"data_offsets":[0,4]`, 0, 0, 0, 0), "natural numbers"},
		{"a product over 2^64", one(`"dtype":"F32","shape":[4294967296,4294967296,4],"data_offsets":[0,4]`, 0, 0, 0, 0), overflows},
		{"an extent over 2^63", one(`"dtype":"F32","shape":[18446744073709551615],"data_offsets":[0,4]`, 0, 0, 0, 0), overflows},
		{"65 axes", one(`"dtype":"F32","shape":[1`+strings.Repeat(",1", 64)+`],"data_offsets":[0,4]`, 0, 0, 0, 0), "65 axes"},
		{"2^40 elements", one(`"dtype":"F32","shape":[1099511627776],"data_offsets":[0,4398046511104]`, 0), onWide("does not fit its shape or the file")},
		{"a place too small", one(`"dtype":"F32","shape":[2],"data_offsets":[0,4]`, 0, 0, 0, 0), "does not fit"},
		{"a place reversed", one(`"dtype":"F32","shape":[1],"data_offsets":[4,0]`, 0, 0, 0, 0), "does not fit"},
		{"a gap", one(`"dtype":"F32","shape":[1],"data_offsets":[4,8]`, 0, 0, 0, 0, 0, 0, 0, 0), "does not fit"},
		{"cut off", one(`"dtype":"F32","shape":[1],"data_offsets":[0,4]`, 0, 0, 0), "does not fit"},
		{"bytes behind", one(`"dtype":"F32","shape":[1],"data_offsets":[0,4]`, 0, 0, 0, 0, 0), "1 bytes follow"},
	} {
		_, err := scanned(c.data, "standard input")
		checkRefusal(t, c.name, err, "reading standard input: ", c.want)
		f, err := From(iotest.HalfReader(bytes.NewReader(c.data)), "standard input", Options{})
		if err == nil {
			_, _, err = Load[float32](f, "w")
		}
		checkRefusal(t, c.name+", piped", err, "reading standard input: ", "")
	}
}
