package operands

import (
	"strings"

	"convx/internal/input"
	"convx/internal/lang"
)

// Labels reads a class a line from a file; no path, no labels.
func Labels(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	data, err := input.ReadFile(path, 64<<20)
	if err != nil {
		return nil, lang.Errorf("reading labels %q: %w", path, err)
	}
	var labels []string
	for line := range strings.Lines(strings.TrimPrefix(string(data), "\ufeff")) {
		labels = append(labels, strings.TrimSpace(line))
	}
	return labels, nil
}
