package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// rooms are the packages under internal and what of ours each may import: data flows one way, from cli down to layer.
// A room that is not here has no place yet; docs/architecture.md says what each is for. Every room may speak through lang.
var rooms = map[string]string{
	"answer":          "budget coverage device flops gradient input layer network report shape swap",
	"answer/measured": "bench budget chart compare drawing flops gradient infer layer network ops/kernel report tensor verify",
	"apply":           "bands memory operands ops picture report tensor",
	"bands":           "layer operands ops picture tensor",
	"bench":           "flops infer input layer memory network ops ops/kernel report shape tensor",
	"device":          "flops input layer network",
	"budget":          "flops input layer network report shape",
	"chart":           "drawing",
	"cli":             "*",
	"compare":         "apply bench flops infer layer memory network operands ops picture report tensor theory",
	"coverage":        "layer shape",
	"draw":            "coverage drawing flops gradient layer lazy offset operands ops picture report shape tensor",
	"drawing":         "picture",
	"explore":         "flops layer lazy offset ops picture report shape tensor",
	"feed":            "layer tensor",
	"field":           "feed gradient infer layer network network/open operands",
	"filter":          "",
	"flops":           "layer lazy shape",
	"fuzzing":         "",
	"generated":       "",
	"golden":          "npy tensor",
	"gradient":        "infer layer lazy network tensor",
	"golden/pack":     "golden",
	"infer":           "layer lazy network ops ops/array ops/kernel ops/problem ops/workers report shape tensor",
	"input":           "",
	"lazy":            "",
	"lang":            "",
	"layer":           "",
	"lesson":          "lazy picture report terminal",
	"memory":          "",
	"network":         "flops input layer lazy shape tensor",
	"network/onnx":    "flops input layer lazy network shape tensor",
	"network/open":    "flops input layer network network/onnx report",
	"npy":             "input lazy report tensor",
	"offset":          "tensor",
	"operands":        "feed filter input layer memory network network/open npy offset ops ops/array picture report shape tensor",

	"ops":             "layer ops/blas ops/deformable ops/dense ops/elementwise ops/fourier ops/literal ops/planes ops/problem ops/resample ops/transposed ops/workers shape tensor",
	"ops/array":       "lazy ops/kernel tensor",
	"ops/blas":        "ops/problem ops/workers tensor",
	"ops/deformable":  "layer ops/dense ops/kernel ops/problem ops/workers",
	"ops/dense":       "ops/kernel ops/problem ops/workers",
	"ops/drawn":       "ops/problem",
	"ops/elementwise": "layer ops/kernel ops/problem ops/workers tensor",
	"ops/fourier":     "ops/kernel ops/problem ops/workers",
	"ops/kernel":      "",
	"ops/literal":     "layer ops/problem ops/reference tensor",
	"ops/planes":      "ops/dense ops/kernel ops/problem ops/workers",
	"ops/problem":     "layer ops/kernel ops/workers shape tensor",
	"ops/reference":   "layer tensor",
	"ops/resample":    "layer ops/dense ops/kernel ops/problem ops/workers tensor",
	"ops/transposed":  "layer ops/kernel ops/problem ops/workers tensor",
	"ops/workers":     "",

	"output":   "",
	"page":     "answer budget coverage feed filter flops infer layer network network/onnx ops shape tensor theory",
	"picture":  "input lazy tensor",
	"report":   "",
	"results":  "drawing infer layer npy operands output picture report tensor",
	"sample":   "picture report",
	"settings": "flops input layer picture report tensor",
	"shape":    "layer",
	"swap":     "budget device flops layer lazy network report shape theory",
	"tensor":   "",
	"terminal": "",
	"theory":   "layer lazy",
	"verify":   "layer offset ops shape tensor",
	"guard":    "memory",
}

func TestRoomsImportOneWay(t *testing.T) {
	out, err := exec.Command("go", "list", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "convx/internal/...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for line := range strings.Lines(string(out)) {
		fields := strings.Fields(line)
		room := strings.TrimPrefix(fields[0], "convx/internal/")
		allowed, known := rooms[room]
		if !known {
			t.Errorf("internal/%s is not in the list of rooms", room)
		}
		for _, dep := range fields[1:] {
			name, ours := strings.CutPrefix(dep, "convx/internal/")
			if ours && name != "lang" && allowed != "*" && !slices.Contains(strings.Fields(allowed), name) {
				t.Errorf("internal/%s imports internal/%s", room, name)
			}
		}
	}
}

// The table of rooms in docs/architecture.md has a row for each room, and says of it what it may import.
func TestArchitectureNamesTheRooms(t *testing.T) {
	rows := map[string]string{}
	for line := range strings.Lines(string(read(t, "../../docs/architecture.md"))) {
		cells := strings.Split(strings.Trim(line, "|\n"), "|")
		name, isRoom := strings.CutPrefix(strings.Trim(cells[0], " `"), "internal/")
		if isRoom && len(cells) == 3 {
			rows[name] = strings.TrimSpace(cells[2])
		}
	}
	for room, imports := range rooms {
		want := strings.ReplaceAll(imports, " ", ", ")
		switch imports {
		case "":
			want = "nothing of ours"
		case "*":
			want = "everything"
		}
		if got, there := rows[room]; !there || got != want {
			t.Errorf("docs/architecture.md says that internal/%s may import %q, and it may %q", room, got, want)
		}
		delete(rows, room)
	}
	for room := range rows {
		t.Errorf("docs/architecture.md has a row for internal/%s, which is no room", room)
	}
}
