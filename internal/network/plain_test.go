package network

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// Plain lines come out as the YAML library reads them: the same nodes, in the same places, or the same errors.
func TestPlainLinesAreYAML(t *testing.T) {
	word := rapid.StringMatching(`[a-zA-Z0-9_.$()+*/^-]{1,6}|relu|null|Null|true|3x5|\$\(2\*i\)|1e3|0x1F|2001-01-01|\.inf|~`)
	pair := rapid.Custom(func(t *rapid.T) string {
		key := rapid.SampledFrom([]string{"variant", "op", "block", "name", "from", "kernel", "out_channels", "repeat", "when", "nonsense"}).Draw(t, "key")
		return key + ": " + word.Draw(t, "value")
	})
	line := rapid.Custom(func(t *rapid.T) string {
		if rapid.Bool().Draw(t, "bare") {
			return word.Draw(t, "word")
		}
		return "{" + strings.Join(rapid.SliceOfN(pair, 1, 4).Draw(t, "pairs"), ", ") + "}"
	})
	rapid.Check(t, func(t *rapid.T) {
		lines := rapid.SliceOfN(line, 1, 5).Draw(t, "lines")
		indent := strings.Repeat(" ", rapid.IntRange(0, 4).Draw(t, "indent"))
		tail := rapid.SampledFrom([]string{"", "outputs: relu\n", "# end\n", "# then\n" + indent + "- sigmoid\n", "\n", "\noutputs: [relu]\n"}).Draw(t, "tail")
		body := strings.Repeat(indent+"- relu\n", leastPlain)
		for _, l := range lines {
			body += indent + "- " + l + "\n"
		}
		text := "input: 3x8x8\nlayers:\n" + body + tail
		// A quoted key means the same and is not plain.
		slow := strings.Replace(text, "layers:", `"layers":`, 1)
		fast, err := Parse("net.yaml", []byte(text))
		want, wantErr := Parse("net.yaml", []byte(slow))
		if (err == nil) != (wantErr == nil) || err != nil && err.Error() != wantErr.Error() {
			t.Fatalf("%s\ngave %v\nwant %v", strings.Join(lines, "\n"), err, wantErr)
		}
		if err == nil && (!reflect.DeepEqual(fast.Nodes, want.Nodes) || !reflect.DeepEqual(fast.Outputs, want.Outputs)) {
			t.Fatalf("%s\ngave %+v\nwant %+v", strings.Join(lines, "\n"), fast.Nodes, want.Nodes)
		}
	})
}

func TestPlainIsFound(t *testing.T) {
	many := strings.Repeat("  - {variant: standard, kernel: 1}\n", leastPlain)
	for text, want := range map[string]bool{
		"input: 3x8x8\nlayers:\n" + many:                                 true,
		"input: 3x8x8\nlayers:\n" + many + "  - relu\noutputs: relu\n":   true,
		"input: 3x8x8\nlayers:\n" + many + "  - relu":                    true,
		"input: 3x8x8\nlayers:\n" + many + "  - {op: relu, from: [a]}\n": false,
		"input: 3x8x8\nlayers:\n" + many + "  # a comment\n  - relu\n":   false,
		"input: 3x8x8\nlayers:\n" + many + "# a comment\n  - relu\n":     false,
		"input: 3x8x8\nlayers:\n" + many + "  - 'relu'\n":                false,
		"input: 3x8x8\nlayers:\n  - relu\n":                              false,
	} {
		if p, _ := findPlain([]byte(text)); (p != nil) != want {
			t.Errorf("…%q: plain %v, want %v", text[len(text)-40:], p != nil, want)
		}
	}
}
