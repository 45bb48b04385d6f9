package cli

import (
	"fmt"
	"io"
	"os"

	"convx/internal/answer"
	"convx/internal/flops"
	"convx/internal/input"
	"convx/internal/lang"
)

// runFlopsBatch answers a layer a line.
func runFlopsBatch(o flopsOptions) error {
	if o.convention == allConventions {
		return usagef("--batch-file answers with one figure: name one --convention")
	}
	convention, err := flops.ConventionNamed(o.convention)
	if err != nil {
		return usageError{err}
	}
	in, label := io.Reader(o.In), lang.Text("standard input")
	if o.batch != "-" {
		f, err := os.Open(o.batch)
		if err != nil {
			return lang.Errorf("reading %q: %w", o.batch, input.Cause(err))
		}
		defer f.Close()
		in, label = f, fmt.Sprintf("%q", o.batch)
	}
	lines, failed, err := answer.Batch(in, o.Out, answer.BatchOptions{Convention: convention, Types: o.types.types()})
	if err != nil {
		return lang.Errorf("counting the layers of %s: %w", label, err)
	}
	if failed > 0 {
		return usagef("%d of %d lines of %s are no layers: their answers say why", failed, lines, label)
	}
	return nil
}
