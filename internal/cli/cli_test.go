package cli

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"strings"
	"syscall"
	"testing"

	"github.com/spf13/cobra"

	"convx/internal/layer"
	"convx/internal/report"
)

// execute runs convx in the process.
func execute(t *testing.T, args ...string) (out, err string, status int) {
	t.Helper()
	var o, e bytes.Buffer
	status = Main(args, Streams{In: strings.NewReader(""), Out: &o, Err: &e})
	return o.String(), e.String(), status
}

// parse runs one command's constructor on arguments; its run function only keeps the options.
func parse(t *testing.T, cmd *cobra.Command, args ...string) error {
	t.Helper()
	cmd.SetArgs(args)
	cmd.SilenceErrors, cmd.SilenceUsage = true, true
	return cmd.Execute()
}

// A disk that is full must not be answered with status 0, by the help neither.
func TestFullOutput(t *testing.T) {
	for _, args := range []string{"shape standard -i 3x8x8", "flops standard -i 3x8x8 -f json", "help", "run --help", "completion bash",
		"run standard -i 3x8x8 -o -", "run standard -i 3x8x8 --stats", "config", "compare standard -i 3x8x8 --no-time"} {
		var said bytes.Buffer
		status := Main(strings.Fields(args), Streams{In: strings.NewReader(""), Out: fullDisk{}, Err: &said})
		if want := "convx: writing standard output: no space left on device\n"; status != exitFailed || !strings.HasSuffix(said.String(), want) {
			t.Errorf("%s: status %d: %s", args, status, said.String())
		}
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) {
	return 0, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}
}

// Shapes of errors: what cannot be read and what cannot be is 2, and standard output stays empty.
func TestUsageErrors(t *testing.T) {
	tests := []struct{ args, want string }{
		{"foo", `unknown command "foo"`},
		{"shpe", "did you mean shape?"},
		{"shape standard -i 3x8x8 --dims 4", `"4" is not 1, 2 or 3`},
		{"compare standard,foo=1 -i 3x8x8", `unknown key "foo": keys are dims,`},
		{"standard", `"standard" is a variant, not a command: convx shape standard`},
		{"shape", "no variant given: variants are standard, "},
		{"shape standrd -i 3x8x8", "did you mean standard?"},
		{"shape standard", "standard needs an input size: give -i CxHxW"},
		{"shape resnet-50", "resnet-50 is a network, not a layer: convx flops --net resnet-50 counts it, convx run --net resnet-50 runs it"},
		{"shape standard -i 3,8,8", `--input: "3,8,8": numbers are joined by x, like 3x8x8`},
		{"compare standard -i 3x8x8 --theme dark", "--theme is for pictures, and none is written"},
		{"bench standard -i 3x8x8 --for slide", "--for is for pictures, and none is written"},
		{"coverage --dilations 1,2 --theme dark", "--theme is for pictures, and none is written"},
		{"run standard x.npy -o y.npy --theme dark", "--theme is for pictures: write one with -o FILE.png"},
		{"shape standard -i 8", "input 8 has 1 extent; with --dims 2 it is CxHxW or NxCxHxW"},
		{"shape standard extra", `unexpected "extra": see convx shape --help`},
		{"shape standard --nope", "unknown flag --nope; see convx shape --help"},
		{"shape standard --kernal 3", "unknown flag --kernal: did you mean --kernel?"},
		{"shape standard --out_channels=3", "unknown flag --out_channels: did you mean --out-channels?"},
		{"shape standard -kernel 3", "-kernel is read as -k ernel: did you mean --kernel?"},
		{"run standard -threads 1", "unknown flag -threads: did you mean --threads?"},
		{"shape standard -k", "--kernel needs a value; see convx shape --help"},
		{"shape standard -k 3xq", `--kernel: "3xq" is not a whole number, or several joined by x; see convx shape --help`},
		{"shape standard -i 3x", `--input: "3x" is not a whole number, or several joined by x; see convx shape --help`},
		{"shape standard -p 1:2x", `--padding: "1:2x" is not a padding: 1, 1x2, 1:2x0:3`},
		{"shape standard -p 1:-1", "--padding: -1 is less than 0; see convx shape --help"},
		{"shape standard --bias false", "a flag takes it after an equals sign, like --bias=false"},
		{"shape standard -i 3x8", "3x8 has 2 extents"},
		{"shape standard -i 3x8x8 -k 0", "0 is less than 1"},
		{"shape standard -i 3x8x8 -k 2x2x2", "kernel 2x2x2 has 3 numbers"},
		{"shape standard -i 3x8x8 -k 9999999999999", "is larger than 1073741824"},
		{"shape standard -i 3x8x8 -g 3", "standard has 1 group, not 3: use grouped"},
		{"shape standard -i 3x8x8 -d 2", "use dilated"},
		{"shape standard -i 3x5x5 -k 7", "kernel 7 is larger than the padded input 5: add padding 1 or shrink the kernel"},
		{"shape grouped -i 3x8x8 -g 2", "groups 2 does not divide the 3 input channels: 3 would work"},
		{"shape depthwise -i 3x8x8 -c 4", "depthwise makes 3 channels"},
		{"shape se -i 30x8x8 --reduction 16", "reduction 16 does not divide the 30 channels: 15 and 30 would work"},
		{"shape se -i 32x8x8 -k 3", "se has no --kernel"},
		{"shape deformable --dims 1 -i 3x8", "deformable works on images: --dims 2"},
		{"shape transposed -i 3x8x8 -s 2 --output-padding 2", "output padding 2 on H must be smaller"},
		{"shape standard -i 3x8x8 -p causal", "causal padding is for sequences"},
		{"shape standard -i 3x8x8 -f yaml", `"yaml" is not one of table, json, csv, markdown`},
		{"shape standard -i 3x8x8 --solve x", "--solve"},
		{"shape standard -i 3x8x8 --solve 1x2x3", "--solve 1x2x3 has 3 numbers"},
		{"shape se -i 32x8x8 --solve 4", "se has no kernel to solve for"},
		{"shape standard -i 3x224x224 -k 3 -s 2 -p 1 --solve 111", "the nearest that can be reached is 112x112"},
		{"shape standard -i 3x224x224 --solve 400", "use transposed or resize-conv to enlarge"},
		{"variants nothing", `unknown variant "nothing"`},
		{"config extra", `unexpected "extra": see convx config --help`},
	}
	for _, tt := range tests {
		out, err, status := execute(t, strings.Fields(tt.args)...)
		if status != exitUsage || out != "" || !strings.Contains(err, tt.want) {
			t.Errorf("convx %s: status %d, output %q, error %q; want status 2 and %q", tt.args, status, out, err, tt.want)
		}
		for line := range strings.Lines(err) {
			if !strings.HasPrefix(line, "convx: ") {
				t.Errorf("convx %s: a line in another voice: %q", tt.args, line)
			}
		}
	}
}

func TestShapeReadsItsFlags(t *testing.T) {
	var got shapeOptions
	cmd := newShape(Streams{}, func(o shapeOptions) error { got = o; return nil })
	if err := parse(t, cmd, "grouped", "-i", "2x4x9x9", "-k", "3x5", "-g", "2", "--bias=false", "-f", "json", "--solve", "4x5", "--limit", "7"); err != nil {
		t.Fatal(err)
	}
	s := got.spec
	if s.Variant != "grouped" || layer.FormatShape(s.Input) != "2x4x9x9" || layer.FormatShape(s.Kernel) != "3x5" || s.Groups != 2 || !s.NoBias {
		t.Errorf("spec %+v", s)
	}
	if got.format != report.JSONFormat || layer.FormatShape(got.solve) != "4x5" || got.limit != 7 {
		t.Errorf("format %s, solve %v, limit %d", got.format, got.solve, got.limit)
	}
}

// The stable keys of shape's JSON, on a variant of several stages.
func TestShapeJSON(t *testing.T) {
	out, _, status := execute(t, "shape", "separable", "-i", "32x112x112", "-c", "64", "-p", "1", "-f", "json")
	if status != exitDone {
		t.Fatal(status)
	}
	var got struct {
		Variant       string
		Input, Output []int
		Stages        []struct {
			Name, Kind    string
			Input, Output []int
			Formulas      []struct {
				Axis, Expression string
				Value            int
			}
		}
		Receptive map[string][]float64 `json:"receptive_field"`
	}
	dec := json.NewDecoder(strings.NewReader(out))
	if err := dec.Decode(&got); err != nil {
		t.Fatal(err)
	}
	if got.Variant != "separable" || layer.FormatShape(got.Input) != "1x32x112x112" || layer.FormatShape(got.Output) != "1x64x112x112" {
		t.Errorf("got %+v", got)
	}
	if len(got.Stages) != 2 || got.Stages[0].Name != "depthwise" || got.Stages[1].Name != "pointwise" || len(got.Stages[0].Formulas) != 2 {
		t.Fatalf("stages %+v", got.Stages)
	}
	if f := got.Stages[0].Formulas[0]; f.Axis != "H" || f.Expression != "floor((112 + 1 + 1 - 1*(3-1) - 1) / 1) + 1" || f.Value != 112 {
		t.Errorf("formula %+v", f)
	}
	for _, key := range []string{"size", "jump", "start"} {
		if len(got.Receptive[key]) != 2 {
			t.Errorf("receptive_field.%s = %v", key, got.Receptive[key])
		}
	}
}

// BenchmarkShape is what `convx shape` does after the process has started.
func BenchmarkShape(b *testing.B) {
	for b.Loop() {
		var o bytes.Buffer
		if Main([]string{"shape", "standard", "-i", "3x224x224", "-c", "64", "-k", "7", "-s", "2", "-p", "3"}, Streams{Out: &o, Err: &o}) != exitDone {
			b.Fatal(o.String())
		}
	}
}
