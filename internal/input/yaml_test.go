package input

import (
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// What people write in place of YAML has its place and a cause without the library's words.
func TestYAMLFaults(t *testing.T) {
	for text, want := range map[string]string{
		"":                     "f.yaml: the file is empty",
		"a: 1\n---\na: 2":      "f.yaml: --- begins a second document: keep one",
		"a:\n\t- x":            "f.yaml:2:1: neither a tab nor any of @ ` % can begin a value: indent with spaces, quote text",
		"a: |\n x\n\n\ty":      "f.yaml:4:1: a tab stands in the indentation: indent with spaces",
		"a: [1, 2\nb: 3":       "f.yaml:1:4: a list that [ begins lacks a comma or its ]",
		"a: {b: 1":             "f.yaml:1:4: a mapping that { begins lacks a comma or its }",
		"a: [":                 "f.yaml:2:1: a value is missing, or a bracket has no partner",
		"a: b: c":              "f.yaml:1:5: a colon stands where no key can: line keys up with each other, quote text that has a colon in it",
		"a: - b":               "f.yaml:1:4: a - stands where no list can begin: put it on a line of its own",
		"- a\nb: c":            "f.yaml:2:1: the line is no further entry of the list above: begin it with -, or indent it otherwise",
		"a: b\n- c":            "f.yaml:2:1: the line is no further key of those above: write key: value, or indent it otherwise",
		"a: b\nc\nd: e":        "f.yaml:2:1: a key lacks its colon",
		"a: 'x":                "f.yaml:1:4: a quotation mark has no partner",
		`a: "\q"`:              "f.yaml:1:5: in \"double quotes\" a backslash begins an escape: write it twice, or use 'single quotes'",
		"a: *x":                "f.yaml:1:4: * repeats what & has named, and nothing has that name",
		"a: \x01":              "f.yaml: it is no text in UTF-8",
		"\xff\xfe\x00":         "f.yaml: it is no text in UTF-8",
		"a: many":              "f.yaml:1:4: another kind of value belongs here than `many`",
		"a: [1]":               "f.yaml:1:4: another kind of value belongs here than a list",
		"a: {b: 1}":            "f.yaml:1:4: another kind of value belongs here than a mapping",
		"b: 1":                 "f.yaml:1:1: unknown key \"b\"",
		strings.Repeat("[", 3): "f.yaml:2:1: a value is missing, or a bracket has no partner",
	} {
		var into struct{ A float64 }
		err := yaml.Load([]byte(text), &into, yaml.WithKnownFields())
		if err == nil {
			t.Errorf("%q is YAML", text)
		} else if got := YAMLError("f.yaml", err).Error(); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}
