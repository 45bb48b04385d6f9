package cli

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"

	"convx/internal/layer"
)

func TestCoverageReadsItsArguments(t *testing.T) {
	var got coverageOptions
	run := func(_ context.Context, o coverageOptions) error { got = o; return nil }
	if err := parse(t, newCoverage(Streams{}, run), "--dilations", "1,2,5", "-k", "5", "-o", "a.png"); err != nil {
		t.Fatal(err)
	}
	var dilations []string
	for _, s := range got.layers {
		dilations = append(dilations, s.Variant+" "+layer.FormatInts(s.Dilation)+" "+layer.FormatInts(s.Kernel))
	}
	if want := []string{"standard  5", "dilated 2 5", "dilated 5 5"}; !slices.Equal(dilations, want) || got.output != "a.png" {
		t.Errorf("got %q, output %q", dilations, got.output)
	}
	if err := parse(t, newCoverage(Streams{}, run), "standard,stride=2", "transposed", "-k", "3"); err != nil {
		t.Fatal(err)
	}
	if len(got.layers) != 2 || got.layers[0].Stride[0] != 2 || got.layers[1].Variant != "transposed" || got.layers[1].Kernel[0] != 3 {
		t.Errorf("got %+v", got.layers)
	}
}

func TestCoverageJSON(t *testing.T) {
	out, errText, status := execute(t, "coverage", "--dilations", "2,2", "-f", "json")
	if status != exitDone {
		t.Fatal(errText)
	}
	var got struct {
		View       string
		Axes       []struct{ Counts []int }
		Size, Seen int
		Notes      []string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	if want := []int{1, 0, 2, 0, 3, 0, 2, 0, 1}; got.View != "field" || !slices.Equal(got.Axes[1].Counts, want) || got.Size != 81 || got.Seen != 25 {
		t.Errorf("got %+v", got)
	}
	if len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "dilations 1, 2 would see all of theirs") {
		t.Errorf("notes %q", got.Notes)
	}
}

func TestCoverageErrors(t *testing.T) {
	for args, want := range map[string]string{
		"":                                  "no layer given",
		"--dilations 2,x":                   "is not a whole number",
		"--dilations 2,2 standard":          "name the layers, or give their dilations",
		"se -i 16x4x4":                      "se is not a layer of sliding windows alone",
		"standard":                          "standard needs an input size",
		"--dilations 2,2 -o a.txt":          "the heat map is written as .png",
		"--dilations 2,2 --dims 3 -o a.png": "1 or 2 axes, not 3",
		"--dilations 1000000000,2":          "larger than the padded input",
		"standard -i 1x2000000x3":           "longer than",
		"standard dilated,dims=1":           "as many axes as each other",
	} {
		out, errText, status := execute(t, append([]string{"coverage"}, strings.Fields(args)...)...)
		if status != exitUsage || out != "" || !strings.Contains(errText, want) {
			t.Errorf("convx coverage %s: status %d, output %q, error %q; want %q", args, status, out, errText, want)
		}
	}
}
