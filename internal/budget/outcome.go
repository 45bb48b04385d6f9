package budget

import (
	"strings"

	"convx/internal/lang"
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
	Subject Subject
	Checks  []Check
	Notes   []string
	// Rules are the notes on limits that limit nothing.
	Rules      []string
	Difference *Difference
	Baseline   string
	// Times are layers beside the times of an earlier run.
	Times []TimeDifference
	// Titles are those of the budgets, which have one.
	Titles []string
}

// name is the subject's, and the budgets'.
func (v Outcome) name() string {
	if len(v.Titles) == 0 {
		return v.Subject.Name
	}
	titles := make([]string, len(v.Titles))
	for i, title := range v.Titles {
		titles[i] = lang.Text(title)
	}
	return v.Subject.Name + " (" + strings.Join(titles, lang.Text(", ")) + ")"
}

// Hold holds the subject to the terms.
func (t Terms) Hold(s Subject) (Outcome, error) {
	v := Outcome{Subject: s, Baseline: t.Baseline}
	for _, b := range t.Budgets {
		if err := b.unmet(s); err != nil {
			return v, err
		}
		checks, notes := b.Check(s)
		v.Checks, v.Notes, v.Rules = append(v.Checks, checks...), append(v.Notes, notes...), append(v.Rules, notes...)
		if b.Title != "" {
			v.Titles = append(v.Titles, b.Title)
		}
	}
	if t.Baseline == "" {
		return v, nil
	}
	before, err := readBaseline(t.Baseline, s.Name)
	if err != nil {
		return v, err
	}
	d, err := Compare(s, before, t.Allowed)
	if err != nil {
		return v, layer.Errorf("--baseline %s: %v", t.Baseline, err)
	}
	v.Difference, v.Checks, v.Notes = &d, append(v.Checks, d.Checks...), append(v.Notes, d.Doubts...)
	return v, nil
}

// Failure is a limit that was passed (*Error), or one that cannot be decided; uncounted is what the counts lack.
func (v Outcome) Failure(uncounted string) error {
	if err := Failed(v.Checks); err != nil {
		return err
	}
	return Open(v.Checks, uncounted)
}
