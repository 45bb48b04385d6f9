package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/network"
)

func runFlopsNet(o flopsOptions) error {
	name, err := o.net.only()
	if err != nil {
		return err
	}
	r, err := o.net.load(name)
	if err != nil {
		return err
	}
	if o.convention == allConventions {
		d, err := netConventions(r)
		if err != nil {
			return err
		}
		return o.print(o.format, d)
	}
	convention, err := flops.ConventionNamed(string(o.convention))
	if err != nil {
		return usageError{err}
	}
	figures, total, err := r.Under(convention)
	if err != nil {
		return err
	}
	rows, err := network.Rows(r, figures, o.view)
	if err != nil {
		return err
	}
	subject := budget.OfNetwork(r, figures, total, convention)
	if subject.File = fileOf(name); o.limits.uncounted {
		subject.Partial = nil
	}
	held, err := o.limits.hold(subject, budget.RowsOf(rows))
	if err != nil {
		return err
	}
	warnNotes(o.Streams, o.format, held)
	u := uncountedText(r)
	if len(u) > 0 && o.limits.given() {
		held.Notes = append(held.Notes, "not counted, and missing from the totals: "+strings.Join(u, ", "))
	}
	if err := columnUsage(held.Write(o.Out, o.sheet(), o.format, flopsNetDocument(r, rows, convention, total, held))); err != nil {
		return err
	}
	if len(u) > 0 && !o.strict {
		o.warnf("not counted, and missing from the totals: %s", strings.Join(u, ", "))
	}
	if len(u) > 0 && o.strict {
		return fmt.Errorf("operators that convx does not count: %s", strings.Join(u, ", "))
	}
	return held.Failure(strings.Join(u, ", "))
}

// fileOf is where a network comes from, as annotations of it spell the path; empty if it is no file.
func fileOf(name string) string {
	if _, err := os.Stat(name); err != nil || !looksLikeFile(name) {
		return ""
	}
	return filepath.ToSlash(filepath.Clean(name))
}
