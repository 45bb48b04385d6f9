package cli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/shape"
)

// solvable are settings of each key that no search is for, as flags take them.
var solvable = map[string][]string{
	"out-channels": {"4", "8"}, "groups": {"2", "4"}, "pad-mode": {"reflect", "replicate", "circular"}, "bias": {"false", "true"},
	"ceil": {"true"}, "count-include-pad": {"false"}, "multiplier": {"2"}, "expansion": {"1", "3"}, "expanded": {"12"},
	"activation": {"relu"}, "squeeze": {"false"}, "hidden": {"2"}, "offset-groups": {"2"}, "modulated": {"true"}, "scale": {"2", "3"},
}

// The command that --solve prints gives the wanted size, and sets every key that was set to what it was set to. A size that
// some geometry gives is found, whatever else is set.
func TestSolvePrintsWhatDoesIt(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(slices.DeleteFunc(slices.Clone(layer.Variants()), func(v layer.Variant) bool { return !v.Has("kernel") })).Draw(t, "variant")
		dims := rapid.SampledFrom(v.Dims).Draw(t, "dims")
		input := []int{4}
		if rapid.Bool().Draw(t, "batch") {
			input = []int{3, 4}
		}
		for i := range dims {
			input = append(input, rapid.IntRange(5, 24).Draw(t, fmt.Sprint("extent ", i)))
		}
		flags := []layer.Setting{{Key: "dims", Value: fmt.Sprint(dims)}, {Key: "input", Value: layer.FormatShape(input)}}
		for _, k := range layer.Keys() {
			if values := solvable[k.Name]; values != nil && v.Has(k.Name) && rapid.IntRange(0, 3).Draw(t, k.Name) == 0 {
				flags = append(flags, layer.Setting{Key: k.Name, Value: rapid.SampledFrom(values).Draw(t, k.Name+" value")})
			}
		}
		hidden := drawGeometry(t, v)
		wanted, ok := sizeOf(v.Name, slices.Concat(flags, hidden))
		if !ok {
			t.Skip("no such layer")
		}
		for _, set := range hidden {
			if rapid.IntRange(0, 3).Draw(t, "hold "+set.Key) == 0 {
				flags = append(flags, set)
			}
		}
		solved := solveCommand(t, v.Name, flags, wanted)
		said, err := settingsOf(solved)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := sizeOf(v.Name, said); !ok || !slices.Equal(got, wanted) {
			t.Fatalf("%v --solve %v says %s: %v", flags, wanted, solved, got)
		}
		for _, set := range flags {
			if !slices.ContainsFunc(said, func(s layer.Setting) bool { return same(s, set) }) {
				t.Fatalf("%v is set, and not in %s", set, solved)
			}
		}
	})
}

// drawGeometry is a geometry within what is searched.
func drawGeometry(t *rapid.T, v layer.Variant) []layer.Setting {
	k := rapid.IntRange(1, 7).Draw(t, "kernel")
	s := rapid.IntRange(1, 4).Draw(t, "stride")
	d := rapid.IntRange(1, 3).Draw(t, "dilation")
	if v.Fixes("kernel") {
		k = 1
	}
	if v.Fixes("dilation") || k == 1 {
		d = 1
	}
	reach := shape.Effective(k, d) - 1
	if v.Unweighted {
		reach = (reach + 1) / 2
	}
	p := rapid.IntRange(0, reach).Draw(t, "padding")
	out := []layer.Setting{{Key: "kernel", Value: fmt.Sprint(k)}, {Key: "stride", Value: fmt.Sprint(s)}, {Key: "padding", Value: fmt.Sprint(p)}, {Key: "dilation", Value: fmt.Sprint(d)}}
	if v.Has("output-padding") && s > 1 {
		out = append(out, layer.Setting{Key: "output-padding", Value: fmt.Sprint(rapid.IntRange(0, 1).Draw(t, "output padding"))})
	}
	return out
}

// sizeOf is the spatial size that a variant with these keys makes.
func sizeOf(variant string, keys []layer.Setting) ([]int, bool) {
	s := layer.Spec{Variant: variant}
	for _, k := range keys {
		if s.Set(k.Key, k.Value) != nil {
			return nil, false
		}
	}
	l, err := layer.Build(s)
	if err != nil {
		return nil, false
	}
	r, err := shape.Of(l)
	if err != nil {
		return nil, false
	}
	return r.Output[2:], true
}

// solveCommand runs shape --solve and returns the arguments of the command that it prints.
func solveCommand(t *rapid.T, variant string, flags []layer.Setting, wanted []int) []string {
	args := []string{"shape", variant, "--solve", layer.FormatShape(wanted), "--limit", "1", "-f", "json"}
	for _, f := range flags {
		args = append(args, "--"+f.Key+"="+f.Value)
	}
	var out, said bytes.Buffer
	if status := Main(args, Streams{In: strings.NewReader(""), Out: &out, Err: &said}); status != 0 {
		t.Fatalf("%v: %s", args, said.String())
	}
	var j struct{ Command string }
	if err := json.Unmarshal(out.Bytes(), &j); err != nil {
		t.Fatal(err)
	}
	words := strings.Fields(j.Command)
	if !slices.Equal(words[:3], []string{"convx", "shape", variant}) {
		t.Fatalf("%v prints %s", args, j.Command)
	}
	return words[3:]
}

// settingsOf reads flags as convx shape does.
func settingsOf(args []string) ([]layer.Setting, error) {
	var flags layerFlags
	cmd := &cobra.Command{}
	flags.register(cmd)
	if err := cmd.ParseFlags(args); err != nil {
		return nil, err
	}
	if rest := cmd.Flags().Args(); len(rest) > 0 {
		return nil, fmt.Errorf("%v are not flags", rest)
	}
	return flags.given, nil
}

// same reports whether two settings are one: 2 is 2x2.
func same(a, b layer.Setting) bool {
	k, _ := layer.KeyNamed(a.Key)
	var s, u layer.Spec
	return a.Key == b.Key && s.Set(a.Key, a.Value) == nil && u.Set(b.Key, b.Value) == nil && k.Value(s) == k.Value(u)
}
