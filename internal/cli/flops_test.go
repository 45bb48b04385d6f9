package cli

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"convx/internal/layer"
	"convx/internal/report"
)

func TestFlopsReadsItsFlags(t *testing.T) {
	var got flopsOptions
	cmd := newFlops(Streams{}, func(_ context.Context, o flopsOptions) error { got = o; return nil })
	if err := parse(t, cmd, "separable", "-i", "32x9x9", "--explain", "--convention", "thop", "-f", "csv"); err != nil {
		t.Fatal(err)
	}
	if got.spec.Variant != "separable" || !got.explain || got.convention != "thop" || got.format != report.CSVFormat {
		t.Errorf("got %+v", got)
	}
}

// small is a layer of each variant.
func small(variant string) []string {
	input := map[string]string{"se": "32x9x9"}[variant]
	if input == "" {
		input = "16x9x9"
	}
	args := []string{variant, "-i", input}
	if variant == "deformable" {
		args = append(args, "--modulated")
	}
	return args
}

// The printed rows add up to the printed total, in every format, for every variant, under every convention.
func TestPrintedRowsAddUpToThePrintedTotal(t *testing.T) {
	for _, variant := range layer.VariantNames() {
		for _, convention := range []string{"mac", "fvcore", "ptflops", "torchinfo", "thop", "torch", "torchvision"} {
			for _, f := range report.Formats() {
				args := slices.Concat([]string{"flops"}, small(variant), []string{"--convention", convention, "--total", "-f", string(f)})
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
				if len(rows) == 0 || len(total) < 3 || !slices.Equal(sums, total) {
					t.Errorf("convx %v: rows add up to %v, the total says %v", args, sums, total)
				}
			}
		}
	}
}

// printedCounts reads params, MACs and FLOPs back from what was printed.
func printedCounts(t *testing.T, f report.Format, out string) (rows [][]int, total []int) {
	t.Helper()
	switch f {
	case report.JSONFormat:
		type counts struct{ Params, Macs, Flops int }
		var j struct {
			counts
			Stages []counts
		}
		if err := json.Unmarshal([]byte(out), &j); err != nil {
			t.Fatal(err)
		}
		var top counts
		if err := json.Unmarshal([]byte(out), &top); err != nil {
			t.Fatal(err)
		}
		for _, s := range j.Stages {
			rows = append(rows, []int{s.Params, s.Macs, s.Flops})
		}
		return rows, []int{top.Params, top.Macs, top.Flops}
	case report.CSVFormat:
		records, err := csv.NewReader(strings.NewReader(out)).ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records[1:] {
			rows = append(rows, numbersIn(r[3:6]))
		}
		return rows[:len(rows)-1], rows[len(rows)-1]
	}
	for line := range strings.Lines(out) {
		fields := strings.Fields(strings.ReplaceAll(line, "|", " "))
		if len(fields) == 0 || strings.HasPrefix(fields[0], "─") || strings.Contains(fields[0], ":") {
			continue
		}
		// Groups of digits stand alone; magnitudes stand in brackets.
		var counts []string
		depth := 0
		for _, w := range fields {
			opened := strings.HasPrefix(w, "(")
			if opened {
				depth++
			}
			if depth == 0 {
				if _, err := strconv.Atoi(strings.ReplaceAll(w, ",", "")); err == nil {
					counts = append(counts, strings.ReplaceAll(w, ",", ""))
				}
			}
			if strings.HasSuffix(w, ")") && depth > 0 {
				depth--
			}
		}
		if len(counts) > 3 { // "2 layers" stands before them
			counts = counts[len(counts)-3:]
		}
		switch {
		case fields[0] == "total":
			total = numbersIn(counts)
		case total == nil && len(counts) == 3:
			rows = append(rows, numbersIn(counts))
		}
	}
	return rows, total
}

func numbersIn(words []string) []int {
	out := make([]int, len(words))
	for i, w := range words {
		out[i], _ = strconv.Atoi(w)
	}
	return out
}
