package cli

import (
	"context"
	"encoding/json"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"convx/internal/bench"
	"convx/internal/compare"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/ops"
)

func TestCompareReadsItsArguments(t *testing.T) {
	var got compareOptions
	cmd := newCompare(Streams{}, func(_ context.Context, o compareOptions) error { got = o; return nil })
	err := parse(t, cmd, "-i", "64x9x9", "standard", "grouped,groups=4", "inverted-residual,expansion=3,out_channels=8", "deform-roi-pool,roi=0,0,4,4/1,1,2,2,pooled=3",
		"depthwise,filter=1/2 0; 0 1/2,stride=2", "--filter", "box:3", "--sweep", "kernel=1..7:2,9", "--baseline", "grouped,groups=4", "--min-time", "5ms", "pic.png")
	if err != nil {
		t.Fatal(err)
	}
	own := func(i int) []layer.Setting { return got.variants[i].Own }
	switch {
	case len(got.variants) != 5, got.input != "pic.png", got.baseline != "grouped,groups=4", got.minTime != 5*time.Millisecond:
		t.Errorf("got %+v", got)
	case len(own(0)) != 0, !slices.Equal(own(1), []layer.Setting{{Key: "groups", Value: "4"}}):
		t.Errorf("own keys %v %v", own(0), own(1))
	case !slices.Equal(own(2), []layer.Setting{{Key: "expansion", Value: "3"}, {Key: "out-channels", Value: "8"}}):
		t.Errorf("own keys %v", own(2))
	case !slices.Equal(own(3), []layer.Setting{{Key: "roi", Value: "0,0,4,4/1,1,2,2"}, {Key: "pooled", Value: "3"}}):
		t.Errorf("own keys %v", own(3))
	case got.variants[4].Filter != "1/2 0; 0 1/2", !slices.Equal(own(4), []layer.Setting{{Key: "stride", Value: "2"}}), !slices.Equal(got.filters, []string{"box:3"}):
		t.Errorf("filters %q and %q, own keys %v", got.variants[4].Filter, got.filters, own(4))
	case len(got.sweeps) != 1 || got.sweeps[0].Key != "kernel" || !slices.Equal(got.sweeps[0].Values, []string{"1", "3", "5", "7", "9"}):
		t.Errorf("sweeps %+v", got.sweeps)
	}
}

func TestCompareUsageErrors(t *testing.T) {
	tests := []struct{ args, want string }{
		{"", "no variant given"},
		{"standard", "standard needs an input size"},
		{"-i 3x8x8 standrd", "did you mean standard?"},
		{"-i 3x8x8 grouped,group=3", `unknown key "group": did you mean groups?`},
		{"-i 3x8x8 grouped,groups", `"groups" is not KEY=VALUE`},
		{"-i 3x8x8 grouped,groups=2,groups=4", "groups is given twice"},
		{"-i 3x8x8 grouped,groups=two", "groups"},
		{"-i 3x8x8 se,kernel=3", "se has no --kernel"},
		{"-i 4x8x8 standard,groups=2", "use grouped"},
		{"-i 3x8x8 standard --baseline 2", "--baseline 2: rows are counted from 1 to 1"},
		{"-i 3x8x8 standard --baseline other", `--baseline "other" is no row: they are standard`},
		{"-i 3x8x8 standard --sweep kernel", "is not KEY=VALUES"},
		{"-i 3x8x8 standard --sweep kernal=1", "did you mean kernel?"},
		{"-i 3x8x8 standard --sweep kernel=5..1", "a range goes upwards"},
		{"-i 3x8x8 standard --sweep kernel=1 --sweep stride=1 --sweep kernel=3", "kernel is swept twice"},
		{"-i 3x8x8 standard --sweep kernel=1..40 --sweep stride=1..40", "the product of all sweeps has more than 1000 rows"},
		{"-i 3x8x8 standard --sweep kernel=1..5:0", "in steps of 1 or more"},
		{"-i 3x8x8 standard --sweep kernel=1..1000000", "more than 1000 values"},
		{"-i 3x8x8 standard,k=5", `unknown key "k": did you mean kernel?`},
		{"-i 3x8x8 standard --sweep kernel=a", "is not a whole number"},
		{"-i 3x8x8 standard --sweep kernel=9..11", "larger than the padded input"},
		{"-i 3x8x8 standard -o a.png", "name one as INPUT"},
		{"a.png b.png standard", "one INPUT"},
		{"-i 3x8x8 standard --plot bars.txt", "--plot"},
		{"-i 3x8x8 standard --filter box", "name one as INPUT"},
		{"-i 3x8x8 standard,filter=box", "name one as INPUT"},
		{"a.png standard,filter=box,filter=edge", "filter is given twice"},
		{"a.png standard --magnify 2", "write one with -o FILE.png"},
		{"a.png standard -o b.png --magnify 2000", "--magnify: 2000 is not between 1 and 1024"},
	}
	for _, tt := range tests {
		out, err, status := execute(t, append([]string{"compare", "--no-time"}, strings.Fields(tt.args)...)...)
		if status != exitUsage || out != "" || !strings.Contains(err, tt.want) {
			t.Errorf("convx compare %s: status %d, output %q, error %q; want status 2 and %q", tt.args, status, out, err, tt.want)
		}
	}
}

func TestCompareJSON(t *testing.T) {
	out, errText, status := execute(t, strings.Fields("compare -i 64x14x14 -c 128 -k 3 -p 1 standard grouped,groups=4 separable se -f json --min-time 1ms")...)
	if status != exitDone {
		t.Fatal(errText)
	}
	var got struct {
		Input []int
		Rows  []struct {
			Variant, Label      string
			Output              []int
			Params, Macs, Flops int
			Ratio               struct{ Params, Macs, Activations *float64 }
			Theory              *struct {
				Macs       float64
				Expression string
			}
			Seconds, Speedup, Gflops *float64
			Intensity                float64 `json:"arithmetic_intensity"`
		}
		Notes []string
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	g, s := got.Rows[1], got.Rows[2]
	if g.Label != "grouped,groups=4" || *g.Ratio.Macs != 0.25 || *g.Ratio.Activations != 1 || g.Theory.Expression != "1/4" {
		t.Errorf("grouped %+v", g)
	}
	if s.Theory.Expression != "1/128 + 1/9" || math.Abs(s.Theory.Macs-*s.Ratio.Macs) > 1e-9 {
		t.Errorf("separable %+v", s)
	}
	for _, r := range got.Rows {
		if r.Seconds == nil || *r.Seconds <= 0 || *r.Speedup <= 0 || *r.Gflops <= 0 || r.Intensity <= 0 {
			t.Errorf("%s was not timed: %+v", r.Label, r)
		}
	}
	if *got.Rows[0].Speedup != 1 || len(got.Notes) != 1 || !strings.Contains(got.Notes[0], "se does not follow the shared --out-channels, --kernel, --padding") {
		t.Errorf("speed-up %v, notes %q", *got.Rows[0].Speedup, got.Notes)
	}
}

// A filter in compare makes what it makes in run, whichever variant carries it.
func TestCompareFilters(t *testing.T) {
	dir := t.TempDir()
	picture, out := filepath.Join(dir, "in.png"), filepath.Join(dir, "out.npy")
	for _, args := range [][]string{
		{"run", "depthwise", "--filter", "identity", "-o", picture},
		{"run", "depthwise", picture, "--filter", "edge", "-p", "1", "-o", out},
		{"run", "transposed", picture, "--filter", "box:3", "-s", "2", "-o", filepath.Join(dir, "up.npy")},
	} {
		if _, errText, status := execute(t, args...); status != exitDone {
			t.Fatal(errText)
		}
	}
	o := compareOptions{input: picture, sourceFlags: sourceFlags{maxPixels: 1 << 20}}
	src, err := o.openInput()
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	entry := func(text string) layer.Entry {
		e, err := layer.ParseEntry(text)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	c, err := compare.New(compare.Request{
		Layers:  []layer.Entry{entry("depthwise,padding=1"), entry("standard,padding=1"), entry("transposed,stride=2,filter=box:3")},
		Filters: []string{"edge"}, Input: src.Shape, Baseline: "1",
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.RunOn(t.Context(), src, bench.Options{Options: ops.Options{Algorithm: "auto", Threads: 2}}, func(string) {}); err != nil {
		t.Fatal(err)
	}
	for i, file := range []string{out, out, filepath.Join(dir, "up.npy")} {
		f, err := npy.Open(file, npy.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		want, _, err := npy.Load[float32](f, f.Names()[0])
		if err != nil {
			t.Fatal(err)
		}
		got := c.Rows[i].Computed
		if len(got.Data) != len(want.Data) {
			t.Fatalf("%s: %v, run gives %v", c.Rows[i].Label, got.Shape, want.Shape)
		}
		if d := compare.Deviate(got.Data, want.Data); d.Max > 1e-5 {
			t.Errorf("%s differs from run by %g", c.Rows[i].Label, d.Max)
		}
	}
}
