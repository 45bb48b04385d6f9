package settings

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"syscall"

	"github.com/spf13/viper"
	"go.yaml.in/yaml/v4"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
)

const errNotDir = syscall.ENOTDIR

// maxFile bounds a settings file; the embedded one is 2 KiB.
const maxFile = 1 << 20

func readFile(v *viper.Viper, path string) error {
	data, err := input.ReadFile(path, maxFile)
	if err != nil {
		return lang.Errorf("reading settings %q: %w", path, err)
	}
	if err := checkFile(path, data); err != nil {
		return err
	}
	v.SetConfigType("yaml")
	if err := v.ReadConfig(bytes.NewReader(data)); err != nil {
		return lang.Errorf("reading settings %q: %w", path, err)
	}
	return nil
}

// checkFile demands a flat mapping of known keys, and reports every fault with its line: viper would take unknown keys
// and has no lines.
func checkFile(path string, data []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil { // unlike Load, takes a file without any document
		return input.YAMLError(path, err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Tag == "!!null" {
		return nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return lang.Errorf("%s:%d: settings are lines of key: value", path, root.Line)
	}
	var problems []error
	seen := map[string]bool{}
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if err := checkEntry(key.Value, value, seen[key.Value]); err != nil {
			problems = append(problems, fmt.Errorf("%s:%d: %w", path, key.Line, err))
		}
		seen[key.Value] = true
	}
	return errors.Join(problems...)
}

func checkEntry(key string, value *yaml.Node, again bool) error {
	if _, known := Named(key); !known || strings.Contains(key, "-") {
		if near := layer.Nearest(strings.ReplaceAll(key, "-", "_"), names()); near != "" {
			return lang.Errorf("unknown setting %q: did you mean %s?", key, near)
		}
		return lang.Errorf("unknown setting %q: settings are %s", key, lang.List(names()))
	}
	if again {
		return lang.Errorf("%s is set twice", key)
	}
	if value.Kind != yaml.ScalarNode || value.Tag == "!!null" {
		return lang.Errorf("%s needs one value", key)
	}
	return nil
}
