package onnx

import (
	"bytes"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
)

// Element types, for which network files have no words, are named at their head, with the flag that counts in them.
func TestNetworkFilesNameElementTypes(t *testing.T) {
	half := of(typed("w", elemFloat16, 8, 3, 1, 1), nodeMsg("Cast", "w", "v", attr("to", 1)), nodeMsg("Conv", "x v", "y"))
	for _, c := range []struct {
		parts []any
		want  string
	}{
		{of(weights("w", 8, 3, 1, 1), nodeMsg("Conv", "x w", "y")), ""},
		{half, "# Its weights were float16; a file has no word for that: count with --weights-dtype float16.\n"},
		{of(weights("w", 8, 3, 1, 1), nodeMsg("Cast", "x", "h", attr("to", 10)), nodeMsg("Relu", "h", "r"), nodeMsg("Cast", "r", "y", attr("to", 1))),
			"# Its activations were float16 and float32; a file has no word for that: count with --activations-dtype.\n"},
	} {
		g, err := decode(t, operatorCase{parts: c.parts}.model()).Network(Options{})
		if err != nil {
			t.Fatal(err)
		}
		r, err := network.Evaluate(g, network.Options{})
		if err != nil {
			t.Fatal(err)
		}
		var b bytes.Buffer
		if err := network.Write(&b, r); err != nil {
			t.Fatal(err)
		}
		if got, _, _ := strings.Cut(b.String(), "name: "); got != c.want {
			t.Errorf("the head is %q, want %q", got, c.want)
		}
	}
}

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
