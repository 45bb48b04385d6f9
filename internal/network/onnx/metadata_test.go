package onnx

import (
	"bytes"
	"testing"

	"convx/configs"
)

// What a maker noted in a model reaches its graph, and the embedded models say how to feed them.
func TestMetadataReachesTheGraph(t *testing.T) {
	for _, name := range configs.ModelNames() {
		data, _ := configs.Model(name)
		m, err := Decode(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			t.Fatal(err)
		}
		g, err := m.Network(Options{Input: []int{1, channels(m.Metadata["channels"]), 64, 64}})
		if name == "drawings" { // its size is fixed
			g, err = m.Network(Options{})
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if g.Name != name || g.Title == "" || g.Metadata["preprocess"] != "unit" || g.Metadata["input"] == "" {
			t.Errorf("%s is called %q (%q), with %v", name, g.Name, g.Title, g.Metadata)
		}
		if len(data) > 300_000 {
			t.Errorf("%s takes %d bytes", name, len(data))
		}
	}
}

func channels(order string) int {
	if order == "gray" {
		return 1
	}
	return 3
}
