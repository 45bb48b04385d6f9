package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"convx/internal/network"
	"convx/internal/report"
)

// However a network's rows are folded, grouped, sorted and cut, what is printed adds up to the printed total.
func TestNetworkRowsAddUp(t *testing.T) {
	views := [][]string{{}, {"--depth", "1"}, {"--depth", "2"}, {"--by", "kind"}, {"--sort", "params", "--top", "3"}, {"--convention", "thop"}}
	for _, net := range network.Names() {
		for _, view := range views {
			for _, f := range []report.Format{report.TableFormat, report.CSVFormat} {
				args := slices.Concat([]string{"flops", "--net", net, "--total", "-f", string(f)}, view)
				out, errText, status := execute(t, args...)
				if status != exitDone {
					t.Fatalf("%v: %s", args, errText)
				}
				rows, total := printedCounts(t, f, out)
				sums := make([]int, len(total))
				for _, row := range rows {
					for i, n := range row {
						sums[i] += n
					}
				}
				if len(rows) == 0 || !slices.Equal(sums, total) {
					t.Errorf("convx %v: rows add up to %v, the total says %v", args, sums, total)
				}
			}
		}
	}
}

func TestFlopsNetJSON(t *testing.T) {
	out, _, status := execute(t, "flops", "--net", "mobilenet-v2", "-f", "json")
	if status != exitDone {
		t.Fatal(status)
	}
	var got struct {
		Net           string
		Input, Output []int
		Total         map[string]int
		Layers        []struct {
			Name, Variant       string
			Output              []int
			Params, Macs, Flops int
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if got.Net != "mobilenet-v2" || !slices.Equal(got.Input, []int{1, 3, 224, 224}) || !slices.Equal(got.Output, []int{1, 1000}) {
		t.Errorf("%s %v %v", got.Net, got.Input, got.Output)
	}
	for key, want := range map[string]int{"params": 3504872, "macs": 300774272, "weight_bytes": 4 * 3504872} {
		if got.Total[key] != want {
			t.Errorf("total.%s = %d, want %d", key, got.Total[key], want)
		}
	}
	for _, key := range []string{"flops", "activations", "activation_bytes"} {
		if got.Total[key] == 0 {
			t.Errorf("total.%s is missing", key)
		}
	}
	macs := 0
	for _, l := range got.Layers {
		macs += l.Macs
		if l.Name == "" || l.Variant == "" || l.Output == nil {
			t.Errorf("layer %+v", l)
		}
	}
	if macs != 300774272 {
		t.Errorf("the layers add up to %d", macs)
	}
}

// Steps that multiply beyond any number are null in JSON, not an error.
func TestEndlessReceptiveField(t *testing.T) {
	path := filepath.Join(t.TempDir(), "deep.yaml")
	text := "input: 1x1x1\nlayers: [{variant: depthwise, stride: 2, padding: 1, repeat: 1100}]\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	out, errText, status := execute(t, "shape", "--net", path, "-f", "json")
	var j struct{ Layers []any }
	if err := json.Unmarshal([]byte(out), &j); status != exitDone || err != nil || len(j.Layers) != 1100 {
		t.Errorf("status %d, %v: %s", status, err, errText)
	}
}
