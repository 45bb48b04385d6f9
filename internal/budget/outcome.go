package budget

import (
	"io"
	"slices"

	"convx/internal/layer"
	"convx/internal/report"
)

// Formats for CI servers: they print limits alone.
const (
	GitHubFormat report.Format = "github"
	JUnitFormat  report.Format = "junit"
)

// Terms are what a subject is held to.
type Terms struct {
	Budgets  []Budget
	Baseline string              // the file of an earlier count, or empty
	Allowed  map[Quantity]Amount // what may grow beyond it; nil lets nothing grow
}

// Outcome is what became of the terms.
type Outcome struct {
	Subject    Subject
	Checks     []Check
	Notes      []string
	Difference *Difference
	Baseline   string
}

// Hold holds the subject to the terms. rows are the layers as they are shown, which a baseline of the same view has.
func (t Terms) Hold(s Subject, rows []Layer) (Outcome, error) {
	v := Outcome{Subject: s, Baseline: t.Baseline}
	for _, b := range t.Budgets {
		checks, notes := b.Check(s)
		v.Checks, v.Notes = append(v.Checks, checks...), append(v.Notes, notes...)
	}
	if t.Baseline == "" {
		return v, nil
	}
	before, err := ReadBaseline(t.Baseline, s.Name)
	if err != nil {
		return v, err
	}
	s.Layers = rows
	d, err := Compare(s, before, t.Allowed)
	if err != nil {
		return v, layer.Errorf("--baseline %s: %v", t.Baseline, err)
	}
	v.Difference, v.Checks, v.Notes = &d, append(v.Checks, d.Checks...), append(v.Notes, d.Doubts...)
	return v, nil
}

// Write prints a document with the outcome in it, or the outcome alone where the format is for a CI server.
func (v Outcome) Write(w io.Writer, l report.Layout, f report.Format, d report.Document) error {
	switch f {
	case GitHubFormat:
		return WriteGitHub(w, v.Subject, v.Checks, v.Notes)
	case JUnitFormat:
		return WriteJUnit(w, v.Subject, v.Checks, v.Notes)
	}
	d.Blocks = v.beside(d.Blocks, f)
	return l.Write(w, f, d)
}

// beside puts the outcome behind the layers on a terminal, in front of them, folded, on a page.
func (v Outcome) beside(layers []report.Block, f report.Format) []report.Block {
	blocks := v.blocks(f)
	if f != report.MarkdownFormat || len(blocks) == 0 {
		return append(layers, blocks...)
	}
	fold := []report.Block{report.Text{"<details><summary>Layers</summary>"}}
	return slices.Concat(blocks, fold, layers, []report.Block{report.Text{"</details>"}})
}

// Failure is a limit that was passed (*Error), or one that cannot be decided; uncounted is what the counts lack.
func (v Outcome) Failure(uncounted string) error {
	if err := Failed(v.Checks); err != nil {
		return err
	}
	return Open(v.Checks, uncounted)
}
