package onnx

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
)

// Every model that is counted whole and has one input can be written as a network file, which counts the same, layer by layer.
func TestModelsAsNetworkFiles(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.onnx")
	if err != nil {
		t.Fatal(err)
	}
	done := 0
	for _, path := range paths {
		m, err := Open(path)
		if err != nil {
			continue
		}
		g, err := m.Network(Options{})
		if err != nil {
			continue // sizes are open
		}
		r, err := network.Evaluate(g, network.Options{})
		if err != nil || len(r.Uncounted) > 0 {
			continue
		}
		var b bytes.Buffer
		if err := network.Write(&b, r); err != nil {
			if !strings.Contains(err.Error(), "a network file ") && !strings.Contains(err.Error(), "reading 0 layers") {
				t.Errorf("%s: %v", path, err)
			}
			continue
		}
		done++
		g, err = network.Parse("again.yaml", b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		again, err := network.Evaluate(g, network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		for i := range r.Nodes {
			a, b := r.Nodes[i], again.Nodes[i]
			if a.Total.Params != b.Total.Params || a.Total.MACs != b.Total.MACs || a.Total.FLOPs != b.Total.FLOPs || !slices.Equal(a.Output, b.Output) {
				t.Errorf("%s, %s: %s %+v, written and read %s %+v", path, a.Node.Name, a.Variant, a.Total, b.Variant, b.Total)
			}
		}
	}
	if done < 12 {
		t.Errorf("%d models were written", done)
	}
	t.Logf("%d of %d models", done, len(paths))
}
