package operands

import (
	"bufio"
	"os"
	"strings"

	"convx/internal/input"
	"convx/internal/lang"
)

// Labels reads a class a line from a file; no path, no labels.
func Labels(path string) ([]string, error) {
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, lang.Errorf("reading labels %q: %w", path, input.Cause(err))
	}
	defer f.Close()
	var labels []string
	for lines := bufio.NewScanner(f); lines.Scan(); {
		labels = append(labels, strings.TrimSpace(lines.Text()))
	}
	return labels, nil
}
