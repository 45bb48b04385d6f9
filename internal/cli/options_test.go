package cli

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
	"convx/internal/settings"
)

// Every command that takes --algorithm guesses what was meant, and completes the names.
func TestAlgorithmIsOneFlag(t *testing.T) {
	for _, command := range []string{"run standard -i 3x8x8", "bench standard -i 3x8x8", "compare standard -i 3x8x8", "verify", "run --net unet -i 1x64x64"} {
		args := append(strings.Fields(command), "--algorithm", "winogard")
		if _, said, status := execute(t, args...); status != exitUsage || !strings.Contains(said, `unknown algorithm "winogard": did you mean winograd?`) {
			t.Errorf("convx %v: status %d: %s", args, status, said)
		}
		words, _, _ := execute(t, append(append([]string{"__complete"}, strings.Fields(command)...), "--algorithm", "")...)
		if !strings.Contains(words, "auto\n") || !strings.Contains(words, "winograd\n") {
			t.Errorf("convx %s --algorithm completes %q", command, words)
		}
	}
}

// Arguments become options; nothing runs.
func TestBenchReadsItsFlags(t *testing.T) {
	var got benchOptions
	run := func(_ context.Context, o benchOptions) error { got = o; return nil }
	if err := parse(t, newBench(Streams{}, run), "grouped", "-i", "8x9x9", "-g", "4", "--threads", "2", "--min-time", "10ms", "--algorithm", "gemm", "--dtype", "float64", "--seed", "7", "--plot", "a.svg"); err != nil {
		t.Fatal(err)
	}
	if got.spec.Variant != "grouped" || got.spec.Groups != 4 || got.suite != "" || got.minTime != 10*time.Millisecond || got.plot != "a.svg" {
		t.Errorf("got %+v", got)
	}
	if o := got.bench(got.minTime); o.Threads != 2 || o.Algorithm != "gemm" || !o.Float64 || o.Seed != 7 || o.MinTime != 10*time.Millisecond {
		t.Errorf("engine options %+v", o)
	}
	if err := parse(t, newBench(Streams{}, run), "kinds", "--tune"); err != nil || got.suite != "kinds" || !got.tune {
		t.Errorf("suite %q, tune %t, %v", got.suite, got.tune, err)
	}
	if err := parse(t, newBench(Streams{}, run), "--net", "resnet-50", "-i", "3x64x64", "--batch", "2"); err != nil || got.net.names[0] != "resnet-50" || len(got.net.Input) != 3 || got.net.Batch != 2 {
		t.Errorf("net %+v, %v", got.net, err)
	}
}

func TestVerifyReadsItsFlags(t *testing.T) {
	var got verifyOptions
	cmd := newVerify(Streams{}, func(_ context.Context, o verifyOptions) error { got = o; return nil })
	if err := parse(t, cmd, "grouped", "adjoint", "--layers", "3", "--seed", "9", "--algorithm", "im2col", "-f", "json"); err != nil {
		t.Fatal(err)
	}
	if len(got.identities) != 2 || got.identities[1].Name != "adjoint" || got.layers != 3 || got.seed != 9 || got.algorithm != "im2col" || got.format != report.JSONFormat {
		t.Errorf("got %+v", got)
	}
}

func TestFlopsReadsNetworkFlags(t *testing.T) {
	var got flopsOptions
	cmd := newFlops(Streams{}, func(_ context.Context, o flopsOptions) error { got = o; return nil })
	if err := parse(t, cmd, "--net", "vgg-16", "--depth", "2", "--sort", "params", "--top", "5", "--strict"); err != nil {
		t.Fatal(err)
	}
	if got.view != (network.RowView{Depth: 2, By: "layer", Sort: "params", Top: 5}) || !got.strict || got.net.names[0] != "vgg-16" {
		t.Errorf("got %+v", got)
	}
}

func TestVariantsNetsAndConfigReadTheirFlags(t *testing.T) {
	var v variantsOptions
	if err := parse(t, newVariants(Streams{}, func(o variantsOptions) error { v = o; return nil }), "se", "-f", "csv"); err != nil || v.name != "se" || v.format != report.CSVFormat {
		t.Errorf("variants: %+v, %v", v, err)
	}
	var n netsOptions
	if err := parse(t, newNets(Streams{}, func(o netsOptions) error { n = o; return nil }), "-f", "json"); err != nil || n.format != report.JSONFormat {
		t.Errorf("nets: %+v, %v", n, err)
	}
	var c configOptions
	cmd := newConfig(Streams{}, func(o configOptions) error { c = o; return nil })
	cmd.Flags().String("config", "", "")
	t.Chdir(t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	if err := parse(t, cmd, "--threads", "3", "--template"); err != nil || !slices.ContainsFunc(c.settings.Values, func(v settings.Value) bool { return v.Key == "threads" && v.Text == "3" }) || !c.template {
		t.Errorf("config: %+v, %v", c, err)
	}
}

// Every key that takes words completes them, as a flag and as a variant's own key.
func TestWordsOfKeysComplete(t *testing.T) {
	for _, k := range layer.Keys() {
		if k.Words == nil {
			continue
		}
		flag, _, _ := execute(t, "__complete", "shape", "standard", "--"+k.Name+"=")
		own, _, _ := execute(t, "__complete", "compare", "standard,"+k.Name+"=")
		for _, word := range k.Words {
			if !slices.Contains(strings.Split(flag, "\n"), word) {
				t.Errorf("--%s= completes\n%s, without %s", k.Name, flag, word)
			}
			if want := "standard," + k.Name + "=" + word; !slices.Contains(strings.Split(own, "\n"), want) {
				t.Errorf("standard,%s= completes\n%s, without %s", k.Name, own, want)
			}
		}
	}
}
