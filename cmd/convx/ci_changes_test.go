package main

import (
	"encoding/binary"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
	"google.golang.org/protobuf/encoding/protowire"
)

// gitHubSteps are the shell parts of the workflow in docs/ci.md, by their names.
func gitHubSteps(t *testing.T) map[string]string {
	t.Helper()
	var doc struct {
		Jobs map[string]struct {
			Steps []struct{ Name, Run string }
		}
	}
	if err := yaml.Unmarshal(ciFiles(t)[".github/workflows/budget.yml"], &doc); err != nil {
		t.Fatal(err)
	}
	steps := map[string]string{}
	for _, s := range doc.Jobs["budget"].Steps {
		steps[s.Name] = s.Run
	}
	return steps
}

// What people do to a network, from end to end in a scratch repository: what the workflow of docs/ci.md annotates, how it ends, and
// what the comment on the pull request says, and does not say.
func TestWhatReviewersSee(t *testing.T) {
	edit := func(old, new string) string { return strings.Replace(ciNet, old, new, 1) }
	for _, c := range []struct {
		what, net, annotation string
		status                int
		comment               []string // in it, in this order
		lacks                 []string
	}{
		{
			what: "nothing", net: ciNet, annotation: "::notice file=net.yaml,title=convx net%3A max-macs::",
			comment: []string{"<!-- convx flops -->", "net: within every limit", "0 layers differ"}, lacks: []string{"| stem", "over: "},
		},
		{
			what: "insert", net: edit("  - relu\n", "  - relu\n  - {variant: standard, name: extra, padding: 1, bias: false}\n"), status: 3,
			annotation: "::error file=net.yaml,title=convx net%3A max-macs::max-macs: ",
			comment:    []string{"over: max-macs: ", "; most in extra 147,456", "1 layer differs", "| extra", "new", "| total"},
			lacks:      []string{"| head", "| stem", "renamed"},
		},
		{
			what: "rename", net: edit("name: stem", "name: entry"), annotation: "::notice ",
			comment: []string{"net: within every limit", "0 layers differ", "renamed, with the same counts: 1 layer, the first is entry, which was stem"}, lacks: []string{"over: "},
		},
		{
			what: "widen", net: edit("out_channels: 8", "out_channels: 16"), status: 3,
			annotation: "::error file=net.yaml,title=convx net%3A increase of params::increase of params: ",
			comment:    []string{"over: max-macs: 110,752 MACs, 60,000 allowed", "most in stem 110,592 (99.9%)", "5 layers differ, 3 of them only in the size of their output", "| stem", "| head"},
			lacks:      []string{"| relu", "| flatten", "| new"},
		},
		{
			what: "replace", net: edit("{variant: standard, name: stem, out_channels: 8, stride: 2, padding: 1, bias: false}", "{variant: separable, name: stem, out_channels: 8, stride: 2, padding: 1, bias: false}"),
			annotation: "::notice ", comment: []string{"net: within every limit", "1 layer differs", "| stem", "separable was standard"}, lacks: []string{"over: "},
		},
		{
			what: "break", net: edit("padding: 1", "paddin: 1"), status: 2,
			annotation: "::error file=net.yaml,line=4,col=",
			comment:    []string{"./net.yaml cannot be counted: ./net.yaml:4:", "did you mean padding?"}, lacks: []string{"within every limit"},
		},
	} {
		t.Run(c.what, func(t *testing.T) {
			steps := gitHubSteps(t)
			dir, env := project(t)
			if out, status := shell(t, dir, env, steps["count what the base branch costs"]); status != 0 {
				t.Fatalf("exit %d\n%s", status, out)
			}
			writeText(t, filepath.Join(dir, "net.yaml"), c.net)
			out, status := shell(t, dir, env, steps["hold to the budget and the base branch"])
			if status != c.status || !strings.Contains(out, c.annotation) {
				t.Errorf("exit %d, want %d; no %q in\n%s", status, c.status, c.annotation, out)
			}
			if out, status := shell(t, dir, env, steps["comment"]); status != 0 {
				t.Fatalf("the comment failed: exit %d\n%s", status, out)
			}
			data, err := os.ReadFile(filepath.Join(dir, "comment.md"))
			if err != nil {
				t.Fatal(err)
			}
			says(t, string(data), c.comment, c.lacks)
		})
	}
}

// says demands parts of a comment in order (either of those joined by |), and that others are not there.
func says(t *testing.T, comment string, parts, lacks []string) {
	t.Helper()
	rest := comment
	for _, part := range parts {
		at := -1
		for _, either := range append([]string{part}, strings.Split(strings.Trim(part, "| "), "|")...) {
			if i := strings.Index(rest, either); at < 0 && i >= 0 {
				at = i + len(either)
			}
		}
		if at < 0 {
			t.Errorf("no %q behind the others in\n%s", part, comment)
			return
		}
		rest = rest[at:]
	}
	for _, part := range lacks {
		if strings.Contains(comment, part) {
			t.Errorf("%q in\n%s", part, comment)
		}
	}
}

// A model that is quantised keeps its multiply-accumulates and has a quarter of its bytes: the comment says so, and nothing grew.
func TestReviewersSeeQuantising(t *testing.T) {
	dir, env := project(t)
	writeText(t, filepath.Join(dir, "model.onnx"), string(convModel(false)))
	if out, status := shell(t, dir, env, "go -C tools/convx build -o \"$RUNNER_TEMP/bin/convx\" ./cmd/convx && PATH=\"$RUNNER_TEMP/bin:$PATH\" convx flops --net ./model.onnx -f json > base.json"); status != 0 {
		t.Fatal(out)
	}
	writeText(t, filepath.Join(dir, "model.onnx"), string(convModel(true)))
	out, status := shell(t, dir, env, "\"$RUNNER_TEMP/bin/convx\" flops --net ./model.onnx --baseline base.json --max-increase macs=0,params=0,weight-bytes=0 --budget max-weight-bytes=300 -f markdown")
	if status != 0 {
		t.Errorf("exit %d", status)
	}
	says(t, out, []string{"model: within every limit", "max-weight-bytes", "216", "increase of weight_bytes", "-648 (-75.0%)", "conv"}, []string{"over: "})
}

// convModel is an ONNX model of one 3x3 convolution from 3 to 8 channels on 3x16x16; quantised, its weights are int8 behind a
// DequantizeLinear.
func convModel(quantised bool) []byte {
	field := func(b []byte, num protowire.Number, v []byte) []byte {
		return protowire.AppendBytes(protowire.AppendTag(b, num, protowire.BytesType), v)
	}
	number := func(b []byte, num protowire.Number, v uint64) []byte {
		return protowire.AppendVarint(protowire.AppendTag(b, num, protowire.VarintType), v)
	}
	tensor := func(name string, elem uint64, raw []byte, dims ...uint64) (b []byte) {
		for _, d := range dims {
			b = number(b, 1, d)
		}
		return field(field(number(b, 2, elem), 8, []byte(name)), 9, raw)
	}
	node := func(op, name string, inputs []string, output string) (b []byte) {
		for _, in := range inputs {
			b = field(b, 1, []byte(in))
		}
		return field(field(field(b, 2, []byte(output)), 3, []byte(name)), 4, []byte(op))
	}
	value := func(name string, dims ...uint64) []byte {
		var shape []byte
		for _, d := range dims {
			shape = field(shape, 1, number(nil, 1, d))
		}
		typ := field(nil, 1, field(number(nil, 1, 1), 2, shape))
		return field(field(nil, 1, []byte(name)), 2, typ)
	}
	var g []byte
	weight := "w"
	if quantised {
		g = field(g, 1, node("DequantizeLinear", "dequantize", []string{"w", "scale", "zero"}, "wf"))
		weight = "wf"
	}
	g = field(g, 1, node("Conv", "conv", []string{"x", weight}, "y"))
	g = field(g, 2, []byte("model"))
	const elements = 8 * 3 * 3 * 3
	if quantised {
		g = field(g, 5, tensor("w", 3, make([]byte, elements), 8, 3, 3, 3))
		g = field(g, 5, tensor("scale", 1, binary.LittleEndian.AppendUint32(nil, math.Float32bits(0.1))))
		g = field(g, 5, tensor("zero", 3, []byte{0}))
	} else {
		raw := make([]byte, 4*elements)
		for i := range elements { // numbers that differ: weights, not a constant
			binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(float32(i)))
		}
		g = field(g, 5, tensor("w", 1, raw, 8, 3, 3, 3))
	}
	g = field(g, 11, value("x", 1, 3, 16, 16))
	g = field(g, 12, value("y", 1, 8, 14, 14))
	return field(field(number(nil, 1, 8), 7, g), 8, number(field(nil, 1, nil), 2, 13))
}
