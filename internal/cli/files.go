package cli

import (
	"bufio"
	"context"
	"io"
	"path/filepath"

	"convx/internal/chart"
	"convx/internal/output"
)

// writeChart draws into a file, whole or not at all; never over the command's own input, if it has one.
func writeChart(ctx context.Context, s Streams, path, input string, draw func(io.Writer, chart.Format) error) error {
	format, err := chart.FormatOf(path)
	if err != nil {
		return usagef("--plot %w", err)
	}
	return writeFile(ctx, s, path, []string{input}, func(w io.Writer) error { return draw(w, format) })
}

// writeFile writes beside a file and renames.
func writeFile(ctx context.Context, s Streams, path string, inputs []string, write func(io.Writer) error) error {
	f, err := output.Create(ctx, path, output.Options{Stdout: s.Out, Terminal: s.OutTerminal, Inputs: inputs})
	if err != nil {
		return err
	}
	defer f.Abort()
	w := bufio.NewWriter(f)
	if err := write(w); err != nil {
		return err
	}
	if err := w.Flush(); err != nil {
		return err
	}
	return f.Commit()
}

// mostMagnified makes one value as large as a screen.
const mostMagnified = 1024

// checkOutputs refuses several -o of one file: one would replace the other.
func checkOutputs(paths []string) error {
	seen := map[string]bool{}
	for _, path := range paths {
		clean := filepath.Clean(path)
		if seen[clean] {
			return usagef("-o names %q twice: one would replace the other", path)
		}
		seen[clean] = true
	}
	return nil
}
