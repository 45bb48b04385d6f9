package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/flops"
	"convx/internal/network"
	"convx/internal/report"
)

// runFlopsNet counts the networks that are asked for. One that is broken does not keep the others from being counted.
func runFlopsNet(o flopsOptions) error {
	var all budget.Report
	var nets []netCount
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
		all.Summary = summary(all.Parts, nets)
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

// netCount is a network's numbers, under a convention.
type netCount struct {
	*network.Result
	total int
}

// countNet counts a network and holds it to the limits.
func (o flopsOptions) countNet(name string) (budget.Held, netCount, error) {
	broken := budget.Held{Outcome: budget.Outcome{Subject: budget.Subject{Name: name, File: fileOf(name)}}}
	convention, err := flops.ConventionNamed(string(o.convention))
	if err != nil {
		return broken, netCount{}, usageError{err}
	}
	r, err := o.net.load(name)
	if err != nil {
		broken.Err = err
		return broken, netCount{}, err
	}
	figures, total, err := r.Under(convention)
	if err != nil {
		broken.Err = err
		return broken, netCount{}, err
	}
	var rows netRows
	if rows.shown, err = network.Rows(r, figures, o.view); err != nil {
		return broken, netCount{}, err
	}
	if o.view.Folds() {
		if rows.unfolded, err = network.Rows(r, figures, network.RowView{By: "layer", Sort: "order"}); err != nil {
			return broken, netCount{}, err
		}
	}
	subject := budget.OfNetwork(r, figures, total, convention)
	if subject.File = fileOf(name); o.limits.uncounted {
		subject.Partial = nil
	}
	held, err := o.limits.hold(subject)
	if err != nil {
		return broken, netCount{}, err
	}
	warnNotes(o.Streams, o.format, held)
	if u := uncountedText(r); len(u) > 0 && o.limits.given() {
		held.Notes = append(held.Notes, "not counted, and missing from the totals: "+strings.Join(u, ", "))
	}
	d, err := o.onDevice(r, rows)
	if err != nil {
		return broken, netCount{}, err
	}
	return budget.Held{Outcome: held, Document: flopsNetDocument(r, rows, convention, total, held, d)}, netCount{r, total}, nil
}

// placed is a network on a device: what a document holds of it.
type placed struct {
	json   *deviceJSON
	blocks []report.Block
}

// onDevice places the network on the device that is asked for, if one is.
func (o flopsOptions) onDevice(r *network.Result, rows netRows) (placed, error) {
	if o.device == "" {
		return placed{}, nil
	}
	d, err := device.Open(o.device)
	if err != nil {
		return placed{}, usageError{fmt.Errorf("--device: %w", err)}
	}
	all := rows.unfolded
	if all == nil {
		all = rows.shown
	}
	j, blocks := onDevice(d, r, all, o.view.Top)
	return placed{&j, blocks}, nil
}

// verdict says what is uncounted, and what failed.
func (o flopsOptions) verdict(p budget.Held, n netCount) error {
	sayWarnings(o.Streams, p.Outcome)
	u := strings.Join(uncountedText(n.Result), ", ")
	switch {
	case u != "" && o.strict:
		return fmt.Errorf("operators that convx does not count: %s", u)
	case u != "":
		o.warnf("not counted, and missing from the totals: %s", u)
	}
	return errors.Join(p.Failure(u), o.limits.strictly(o.strict, p.Outcome))
}

// summary is a row a network.
func summary(parts []budget.Held, nets []netCount) report.Document {
	j := struct {
		Nets []any `json:"nets"`
	}{}
	t := report.Table{Columns: []report.Column{
		{Name: "network", Key: "net"}, {Name: "params", Right: true}, {Name: "MACs", Key: "macs", Right: true}, {Name: "FLOPs", Key: "flops", Right: true},
		{Name: "weights", Key: "weight_bytes", Right: true}, {Name: "peak memory", Key: "peak_memory", Right: true}, {Name: "limits"},
	}}
	for i, p := range parts {
		row := []report.Cell{report.Str(p.Subject.Name)}
		if p.Err != nil {
			j.Nets = append(j.Nets, brokenJSON{p.Subject.Name, p.Err.Error()})
			for range 5 {
				row = append(row, report.Str(""))
			}
			t.Rows = append(t.Rows, append(row, report.Cell{Text: "broken", Failed: true}))
			continue
		}
		n := nets[i]
		j.Nets = append(j.Nets, p.Document.JSON)
		row = append(row, report.Count(n.Total.Params), report.Count(n.total), report.Count(n.Total.FLOPs),
			report.Cell{Text: report.Bytes(n.Total.WeightBytes), Raw: n.Total.WeightBytes}, report.Cell{Text: report.Bytes(n.PeakMemory), Raw: n.PeakMemory})
		t.Rows = append(t.Rows, append(row, p.Verdicts()))
	}
	return report.Document{JSON: j, Blocks: []report.Block{t}}
}

type brokenJSON struct {
	Net   string `json:"net"`
	Error string `json:"error"`
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
