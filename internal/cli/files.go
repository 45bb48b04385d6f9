package cli

import (
	"bufio"
	"context"
	"io"
	"path/filepath"

	"convx/internal/chart"
	"convx/internal/drawing"
	"convx/internal/output"
)

// pending is a file that is to be written.
type pending struct {
	path  string
	write func(io.Writer) error
}

// checkPlot refuses a --plot, if there is one, into a file of another format.
func checkPlot(path string) error {
	if path == "" {
		return nil
	}
	_, err := chartFile(path, nil)
	return err
}

// chartFile is a chart, in the format that its name says.
func chartFile(path string, draw func(io.Writer, drawing.Format) error) (pending, error) {
	format, err := chart.FormatOf(path)
	if err != nil {
		return pending{}, usagef("--plot %w", err)
	}
	return pending{path, func(w io.Writer) error { return draw(w, format) }}, nil
}

// writeChart draws into a file, whole or not at all; never over the command's own input, if it has one.
func writeChart(ctx context.Context, s Streams, path, input string, draw func(io.Writer, drawing.Format) error) error {
	file, err := chartFile(path, draw)
	if err != nil {
		return err
	}
	return writeFiles(ctx, s, []string{input}, file)
}

// writeFile writes beside a file and renames.
func writeFile(ctx context.Context, s Streams, path string, inputs []string, write func(io.Writer) error) error {
	return writeFiles(ctx, s, inputs, pending{path, write})
}

// writeFiles writes several files: none is in its place before all are complete.
func writeFiles(ctx context.Context, s Streams, inputs []string, files ...pending) error {
	var paths []string
	for _, p := range files {
		paths = append(paths, p.path)
	}
	made, err := output.CreateAll(ctx, paths, s.outputOptions(inputs))
	if err != nil {
		return err
	}
	defer made.Abort()
	for i, p := range files {
		w := bufio.NewWriter(made[i])
		if err := p.write(w); err != nil {
			return err
		}
		if err := w.Flush(); err != nil {
			return err
		}
	}
	return made.Commit()
}

// outputOptions are how a command creates files: "-" is standard output, and no input is replaced.
func (s Streams) outputOptions(inputs []string) output.Options {
	return output.Options{Stdout: s.Out, Terminal: s.OutTerminal, Inputs: inputs}
}

// mostMagnified makes one value as large as a screen.
const mostMagnified = 1024

// checkMagnify refuses a --magnify that is none; 0 is not given.
func checkMagnify(n int) error {
	if n < 0 || n > mostMagnified {
		return usagef("--magnify: %d is not between 1 and %d", n, mostMagnified)
	}
	return nil
}

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
