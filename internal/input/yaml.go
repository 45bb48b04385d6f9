package input

import (
	"cmp"
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v4"

	"convx/internal/lang"
)

// yamlFaults are what the YAML library finds wrong, by words of its message, and the same for people who know no tokens. What was
// never closed is at fault where it begins, rather than where the library gave up.
var yamlFaults = []struct {
	words, said string
	begins      bool
}{
	{"no documents", lang.Key("the file is empty"), false},
	{"expected single document", lang.Key("--- begins a second document: keep one"), false},
	{"cannot start any token", lang.Key("neither a tab nor any of @ ` % can begin a value: indent with spaces, quote text"), false},
	{"a tab character", lang.Key("a tab stands in the indentation: indent with spaces"), false},
	{"tabs", lang.Key("a tab stands in the indentation: indent with spaces"), false},
	{"',' or ']'", lang.Key("a list that [ begins lacks a comma or its ]"), true},
	{"',' or '}'", lang.Key("a mapping that { begins lacks a comma or its }"), true},
	{"expected node content", lang.Key("a value is missing, or a bracket has no partner"), false},
	{"mapping values are not allowed", lang.Key("a colon stands where no key can: line keys up with each other, quote text that has a colon in it"), false},
	{"sequence entries are not allowed", lang.Key("a - stands where no list can begin: put it on a line of its own"), false},
	{"expected '-' indicator", lang.Key("the line is no further entry of the list above: begin it with -, or indent it otherwise"), false},
	{"expected key", lang.Key("the line is no further key of those above: write key: value, or indent it otherwise"), false},
	{"expected ':'", lang.Key("a key lacks its colon"), true},
	{"unexpected end of stream", lang.Key("a quotation mark has no partner"), true},
	{"unknown escape character", lang.Key("in \"double quotes\" a backslash begins an escape: write it twice, or use 'single quotes'"), false},
	{"unknown anchor", lang.Key("* repeats what & has named, and nothing has that name"), false},
	{"control characters", lang.Key("it is no text in UTF-8"), false},
	{"UTF-", lang.Key("it is no text in UTF-8"), false},
}

// YAMLFault says what the YAML library found wrong with a file, in plain words, and where: the line and the column, from 1, or 0
// where nobody knows.
func YAMLFault(err error) (line, column int, said error) {
	at, _ := errors.AsType[*yaml.LoadError](err)
	if several, ok := errors.AsType[*yaml.LoadErrors](err); ok && len(several.Errors) > 0 {
		at = several.Errors[0]
	}
	if at == nil {
		return 0, 0, err
	}
	mark, message := at.Mark, strings.TrimPrefix(at.Message, "yaml: ")
	for _, f := range yamlFaults {
		if strings.Contains(message, f.words) {
			if f.begins {
				mark = at.ContextMark
			}
			return mark.Line, mark.Column, errors.New(lang.Text(f.said))
		}
	}
	if field, ok := strings.CutPrefix(message, "field "); ok { // titel not found in type device.Device
		key, _, _ := strings.Cut(field, " ")
		return mark.Line, mark.Column, lang.Errorf("unknown key %q", key)
	}
	if construct, ok := strings.CutPrefix(message, "cannot construct "); ok { // !!str `many` into float64
		value, _, _ := strings.Cut(construct, " into ")
		tag, text, _ := strings.Cut(value, " ")
		switch tag {
		case "!!seq":
			text = lang.Text("a list")
		case "!!map":
			text = lang.Text("a mapping")
		}
		return mark.Line, mark.Column, lang.Errorf("another kind of value belongs here than %s", cmp.Or(text, value))
	}
	return mark.Line, mark.Column, errors.New(message)
}

// YAMLError is what YAMLFault says as one line: file:line:column: what.
func YAMLError(name string, err error) error {
	line, column, said := YAMLFault(err)
	if line == 0 {
		return fmt.Errorf("%s: %w", name, said)
	}
	return fmt.Errorf("%s:%d:%d: %w", name, line, column, said)
}
