package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"convx/internal/answer"
	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/flops"
)

// runFlopsNet counts the networks that are asked for. One that is broken does not keep the others from being counted.
func runFlopsNet(o flopsOptions) error {
	var all budget.Report
	var nets []answer.NetworkCost
	var failures []error
	for _, name := range o.net.names {
		part, n, err := o.countNet(name)
		if err != nil && part.Err == nil { // a flag or a budget, not the network
			return err
		}
		all.Parts, nets, failures = append(all.Parts, part), append(nets, n), append(failures, err)
	}
	if len(all.Parts) == 1 && all.Parts[0].Err != nil && o.format != budget.GitHubFormat && o.format != budget.JUnitFormat {
		return failures[0]
	}
	if len(all.Parts) > 1 {
		all.Summary = answer.FlopsNetworks(all.Parts, nets)
	}
	if err := columnUsage(all.Write(o.Out, o.sheet(), o.format)); err != nil {
		return err
	}
	for i, p := range all.Parts {
		if p.Err == nil {
			failures[i] = o.verdict(p, nets[i])
		}
	}
	return errors.Join(failures...)
}

// countNet counts a network and holds it to the limits.
func (o flopsOptions) countNet(name string) (budget.Held, answer.NetworkCost, error) {
	broken := budget.Held{Outcome: budget.Outcome{Subject: budget.Subject{Name: name, File: fileOf(name)}}}
	convention, err := flops.ConventionNamed(string(o.convention))
	if err != nil {
		return broken, answer.NetworkCost{}, usageError{err}
	}
	r, err := o.net.load(name)
	if err != nil {
		broken.Err = err
		return broken, answer.NetworkCost{}, err
	}
	c, err := answer.NetworkCostOf(r, convention, o.view)
	if err != nil {
		broken.Err = err
		return broken, c, err
	}
	if o.device != "" {
		d, err := device.Open(o.device)
		if err != nil {
			return broken, c, usageError{fmt.Errorf("--device: %w", err)}
		}
		c.On(d, o.view.Top)
	}
	subject := budget.OfNetwork(r, c.Figures, c.Figure, convention)
	if subject.File = fileOf(name); o.limits.uncounted {
		subject.Partial = nil
	}
	held, err := o.limits.hold(subject)
	if err != nil {
		return broken, c, err
	}
	warnNotes(o.Streams, o.format, held)
	if u := r.UncountedTexts(); len(u) > 0 && o.limits.given() {
		held.Notes = append(held.Notes, "not counted, and missing from the totals: "+strings.Join(u, ", "))
	}
	return budget.Held{Outcome: held, Document: answer.FlopsNetwork(c, held)}, c, nil
}

// verdict says what is uncounted, and what failed.
func (o flopsOptions) verdict(p budget.Held, n answer.NetworkCost) error {
	sayWarnings(o.Streams, p.Outcome)
	u := strings.Join(n.UncountedTexts(), ", ")
	switch {
	case u != "" && o.strict:
		return fmt.Errorf("operators that convx does not count: %s", u)
	case u != "":
		o.warnf("not counted, and missing from the totals: %s", u)
	}
	return errors.Join(p.Failure(u), o.limits.strictly(o.strict, p.Outcome))
}

// fileOf is where a network comes from, as annotations of it spell the path: from the root of its repository, or from here
// where it is in none; empty if it is no file.
func fileOf(name string) string {
	if !looksLikeFile(name) {
		return ""
	}
	path := filepath.Clean(name)
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	for dir := filepath.Dir(abs); ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, ".git")); err == nil {
			if inside, err := filepath.Rel(dir, abs); err == nil {
				return filepath.ToSlash(inside)
			}
		}
		if dir == filepath.Dir(dir) {
			return filepath.ToSlash(path)
		}
	}
}
