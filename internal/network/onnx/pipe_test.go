package onnx

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"
)

func TestPipeGivesWhatAFileGives(t *testing.T) {
	for _, name := range []string{"light_alexnet.onnx", "resnet18.onnx"} {
		want, err := Open(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		got, err := DecodePipe(iotest.HalfReader(bytes.NewReader(data)))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := evaluateModel(t, got, Options{}), evaluateModel(t, want, Options{}); !reflect.DeepEqual(a.Total, b.Total) || len(a.Nodes) != len(b.Nodes) {
			t.Errorf("%s: %+v of a pipe, %+v of a file", name, a.Total, b.Total)
		}
		for cut := 0; cut < len(data); cut += 1 + len(data)/300 {
			_, file := Decode(bytes.NewReader(data[:cut]), int64(cut))
			_, piped := DecodePipe(bytes.NewReader(data[:cut]))
			if (file == nil) != (piped == nil) || piped != nil && strings.Contains(piped.Error(), "\n") {
				t.Fatalf("%s cut to %d bytes: %v of a pipe, %v of a file", name, cut, piped, file)
			}
		}
	}
}

func TestPipePassesAGigabyteOfWeights(t *testing.T) {
	h := hugeModel()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, err := DecodePipe(io.NewSectionReader(h, 0, h.size()))
	runtime.ReadMemStats(&after)
	if err != nil {
		t.Fatal(err)
	}
	if got := after.TotalAlloc - before.TotalAlloc; got > 8<<20 {
		t.Errorf("%d bytes were allocated", got)
	}
	if p := evaluateModel(t, m, Options{}).Total.Params; p != 65536*4096 {
		t.Errorf("%d parameters", p)
	}
	w := m.Graph.Initializers[0]
	if _, err := m.read(w, nil); err == nil || !strings.Contains(err.Error(), "through a pipe") {
		t.Errorf("a weight of a pipe: %v", err)
	}
}
