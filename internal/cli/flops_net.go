package cli

import (
	"context"
	"errors"

	"convx/internal/answer"
	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/report"
)

// runFlopsNet counts the networks that are asked for. One that is broken does not keep the others from being counted.
func runFlopsNet(ctx context.Context, o flopsOptions) error {
	var all budget.Report
	var nets []answer.NetworkCost
	var failures []error
	for _, name := range o.net.names {
		part, n, err := o.countNet(name)
		if err != nil && part.Err == nil { // a flag or a baseline, not the network
			return broken(o.Streams, o.format, err)
		}
		all.Parts, nets, failures = append(all.Parts, part), append(nets, n), append(failures, err)
	}
	if len(all.Parts) == 1 && all.Parts[0].Err != nil && !o.reportsBroken() {
		return failures[0]
	}
	if len(all.Parts) > 1 {
		all.Summary = answer.FlopsNetworks(all.Parts, nets)
	}
	if o.out != "-" { // where the network itself goes
		if err := columnUsage(all.Write(o.Out, o.sheet(), o.format)); err != nil {
			return err
		}
	}
	for i, p := range all.Parts {
		if p.Err == nil {
			failures[i] = o.verdict(p, nets[i])
		}
	}
	if o.out != "" && all.Parts[0].Err == nil {
		if err := writeNetwork(ctx, o.Streams, o.out, o.net.names, nets[0].Result); err != nil {
			return err
		}
	}
	return errors.Join(failures...)
}

// reportsBroken reports whether the answer is one about limits, in which what is broken has its place.
func (o flopsOptions) reportsBroken() bool {
	return o.format == budget.GitHubFormat || o.format == budget.JUnitFormat || o.format == report.MarkdownFormat && o.limits.given()
}

// countNet counts a network and holds it to the limits.
func (o flopsOptions) countNet(name string) (budget.Held, answer.NetworkCost, error) {
	none := budget.Held{Outcome: budget.Outcome{Subject: budget.Subject{Name: name, File: fileOf(name)}}}
	convention, err := flops.ConventionNamed(o.convention)
	if err != nil {
		return none, answer.NetworkCost{}, usageError{err}
	}
	r, err := o.net.load(name)
	if err != nil {
		none.Err = err
		return none, answer.NetworkCost{}, err
	}
	r, swapped, err := o.swaps.apply(r)
	if err != nil {
		none.Err = err
		return none, answer.NetworkCost{}, err
	}
	c, err := answer.NetworkCostOf(r, convention, o.view)
	if err != nil {
		none.Err = err
		return none, c, err
	}
	d, err := openDevice(o.device)
	if err != nil {
		return none, c, err
	}
	if d != nil {
		c.On(*d, o.view.Top)
	}
	if swapped != nil {
		c.Exchanged(swapped, o.swaps.rules, d, o.view.Top)
	}
	subject := budget.OfNetwork(r, c.Figures, c.Figure, convention)
	if subject.File = fileOf(name); o.limits.uncounted {
		subject.Partial = nil
	}
	held, err := o.limits.hold(subject, c.Placement())
	if err != nil {
		return none, c, err
	}
	warnNotes(o.Streams, o.format, held)
	if u := r.UncountedTexts(); len(u) > 0 && o.limits.given() {
		held.Notes = append(held.Notes, lang.Sprintf("not counted, and missing from the totals: %s", lang.List(u)))
	}
	return budget.Held{Outcome: held, Document: answer.FlopsNetwork(c, held)}, c, nil
}

// verdict says what is uncounted, and what failed.
func (o flopsOptions) verdict(p budget.Held, n answer.NetworkCost) error {
	sayWarnings(o.Streams, p.Outcome)
	u := lang.List(n.UncountedTexts())
	switch {
	case u != "" && o.strict:
		return lang.Errorf("operators that convx does not count: %s", u)
	case u != "":
		o.warnf("not counted, and missing from the totals: %s", u)
	}
	return errors.Join(p.Failure(u), o.limits.strictly(o.strict, p.Outcome))
}
