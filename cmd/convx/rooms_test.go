package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms are the packages under internal and what of ours each may import: data flows one way, from cli down to layer.
// A room that is not here has no place yet; docs/architecture.md says what each is for.
var rooms = map[string]string{
	"bands":        "layer operands ops picture tensor",
	"bench":        "flops layer memory ops ops/kernel report shape tensor",
	"budget":       "flops input layer network report shape",
	"chart":        "drawing",
	"cli":          "*",
	"compare":      "bench flops layer operands ops tensor theory",
	"coverage":     "layer shape",
	"draw":         "drawing flops layer report shape tensor",
	"drawing":      "picture",
	"explore":      "flops layer report shape",
	"filter":       "",
	"flops":        "layer shape",
	"golden":       "npy tensor",
	"golden/pack":  "golden",
	"infer":        "layer network ops ops/array tensor",
	"input":        "",
	"layer":        "",
	"memory":       "",
	"network":      "flops input layer shape tensor",
	"network/onnx": "flops input layer network shape tensor",
	"npy":          "input report tensor",
	"operands":     "filter input layer memory npy ops picture shape tensor",

	"ops":             "layer ops/blas ops/deformable ops/dense ops/elementwise ops/fourier ops/literal ops/planes ops/problem ops/resample ops/transposed ops/workers shape tensor",
	"ops/array":       "ops/kernel tensor",
	"ops/blas":        "ops/problem ops/workers tensor",
	"ops/deformable":  "layer ops/dense ops/kernel ops/problem ops/workers",
	"ops/dense":       "ops/kernel ops/problem ops/workers",
	"ops/elementwise": "layer ops/kernel ops/problem ops/workers tensor",
	"ops/fourier":     "ops/dense ops/kernel ops/problem ops/workers",
	"ops/kernel":      "",
	"ops/literal":     "layer ops/problem ops/reference tensor",
	"ops/planes":      "ops/dense ops/kernel ops/problem ops/workers",
	"ops/problem":     "layer ops/reference ops/workers shape tensor",
	"ops/reference":   "layer tensor",
	"ops/resample":    "layer ops/dense ops/kernel ops/problem ops/workers tensor",
	"ops/transposed":  "layer ops/kernel ops/problem ops/workers tensor",
	"ops/workers":     "",

	"output":   "",
	"picture":  "tensor",
	"report":   "",
	"settings": "input layer",
	"shape":    "layer",
	"tensor":   "",
	"theory":   "layer",
	"verify":   "layer ops tensor",
	"guard":    "memory",
}

func TestRoomsImportOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "convx/internal/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	page := string(read(t, "../../docs/architecture.md"))
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		room := strings.TrimPrefix(fields[0], "convx/internal/")
		allowed, known := rooms[room]
		if !known {
			t.Errorf("internal/%s is not in the list of rooms", room)
		}
		if !strings.Contains(page, "`internal/"+room+"`") {
			t.Errorf("docs/architecture.md does not say what internal/%s is for", room)
		}
		for _, dep := range fields[1:] {
			name, ours := strings.CutPrefix(dep, "convx/internal/")
			if ours && allowed != "*" && !slices.Contains(strings.Fields(allowed), name) {
				t.Errorf("internal/%s imports internal/%s", room, name)
			}
		}
	}
}
