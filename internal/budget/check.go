package budget

import (
	"cmp"
	"fmt"
	"strings"

	"convx/internal/report"
)

// Budget is a list of limits.
type Budget struct {
	// Name is what messages call it: a file, or empty for limits of the command line.
	Name string
	// Title is what the budget is for, as its file says.
	Title  string
	Limits []Limit
}

// Limit is the most of a quantity, or the least, that the network may have, or the layers under a pattern or of a kind.
type Limit struct {
	Quantity Quantity
	Most     Amount // of Least, the least
	Least    bool
	// Warn says that passing the limit is said and fails nothing.
	Warn bool
	// Match is a pattern of layer names: the limit is for each layer that it matches.
	Match string
	// Kind is a kind of layer: the limit is for all layers of that kind together, or, beside Match, for each of them.
	Kind string
}

// key is the limit's name in messages: as the flag spells it.
func (l Limit) key() string {
	key := "max-"
	if l.Least {
		key = "min-"
	}
	if l.Warn {
		key = "warn:" + key
	}
	return key + strings.ReplaceAll(string(l.Quantity), "_", "-")
}

// Check is one limit and what was measured against it.
type Check struct {
	// Name is the limit's: max-macs, max-macs of depthwise, increase of macs.
	Name string
	// Rule is the limit's name where Name also says which layer was measured; empty is Name.
	Rule              string
	Quantity          Quantity
	Measured, Allowed int
	// Most are the layers that cost most of the quantity, largest first.
	Most []Part
	// Baseline says that Allowed follows from an earlier count, Before.
	Baseline bool
	Before   int
	// Least says that Allowed is the least, Warn that passing it fails nothing.
	Least, Warn bool
	// Partial says that something uncounted may add to what was measured.
	Partial bool
}

// Verdict is what became of a limit: Holds, Over, Warned where a limit was passed that only warns, or Undecided where more may have been passed than was counted.
type Verdict string

// The verdicts.
const (
	Holds     Verdict = "holds"
	Warned    Verdict = "warns"
	Over      Verdict = "over"
	Undecided Verdict = "undecided"
)

// rule is the limit's name, whatever was measured.
func (c Check) rule() string { return cmp.Or(c.Rule, c.Name) }

// Verdict says what became of the limit. What is over by what was counted is over, whatever else there is.
func (c Check) Verdict() Verdict {
	passed := c.Measured > c.Allowed
	if c.Least {
		passed = c.Measured < c.Allowed
	}
	switch {
	case c.Warn && (passed || c.Partial):
		return Warned
	case c.Partial && passed == c.Least: // what is uncounted may turn it
		return Undecided
	case passed:
		return Over
	}
	return Holds
}

// String is the check in one line: what, measured, allowed, by how much, and the layers that cost most.
func (c Check) String() string {
	unit := c.Quantity.Name()
	head := fmt.Sprintf("%s: %s %s, %s allowed", c.Name, report.Group(c.Measured), unit, report.Group(c.Allowed))
	if c.Baseline {
		head = fmt.Sprintf("%s: %s %s, %s before, %s allowed", c.Name, report.Group(c.Measured), unit, report.Group(c.Before), report.Group(c.Allowed))
	}
	switch c.Verdict() {
	case Holds:
		if c.Least {
			return fmt.Sprintf("%s, %s above", c.leastHead(), report.Group(c.Measured-c.Allowed))
		}
		return fmt.Sprintf("%s, %s left", head, report.Group(c.Allowed-c.Measured))
	case Undecided:
		return head + ", but not all is counted"
	}
	if c.Least {
		return fmt.Sprintf("%s, %s short", c.leastHead(), report.Group(c.Allowed-c.Measured))
	}
	head += fmt.Sprintf(", %s over%s", report.Group(c.Measured-c.Allowed), percentOver(c.Measured, c.Allowed))
	if len(c.Most) == 0 {
		return head
	}
	parts := make([]string, len(c.Most))
	for i, p := range c.Most {
		parts[i] = p.Name + " " + report.Group(p.Value)
		if c.Quantity != PeakMemory { // a peak has no parts
			parts[i] += fmt.Sprintf(" (%.1f%%)", 100*p.Share)
		}
	}
	verb := "most in "
	if c.Baseline {
		verb = "grown most: "
	}
	return head + "; " + verb + strings.Join(parts, ", ")
}

func (c Check) leastHead() string {
	return fmt.Sprintf("%s: %s %s, %s needed", c.Name, report.Group(c.Measured), c.Quantity.Name(), report.Group(c.Allowed))
}

// percentOver is the excess over what is allowed, in percent.
func percentOver(measured, allowed int) string {
	if allowed == 0 {
		return ""
	}
	over := 100 * (float64(measured) - float64(allowed)) / float64(allowed)
	if over >= 1000 { // three digits would need an exponent
		return fmt.Sprintf(" (%.0f%%)", over)
	}
	return fmt.Sprintf(" (%.3g%%)", over)
}

// shown is how many layers a check names.
const shown = 3

// Check holds the subject to the budget. Limits that are about no layer at all are returned as notes, one line each: a
// pattern with a mistake in it must not pass for a limit that holds.
func (b Budget) Check(s Subject) (checks []Check, notes []string) {
	for _, l := range b.Limits {
		if l.Match == "" && l.Kind == "" {
			if v, ok := s.Total[l.Quantity]; ok {
				checks = append(checks, Check{Name: l.key(), Quantity: l.Quantity, Measured: v, Allowed: l.Most.Count, Least: l.Least, Warn: l.Warn, Most: most(s.Layers, l.Quantity, shown), Partial: s.partial(l.Quantity)})
			} else {
				notes = append(notes, fmt.Sprintf("%s: %s has no %s to measure", l.key(), s.Name, l.Quantity.Name()))
			}
			continue
		}
		var of []Layer
		for _, layer := range s.Layers {
			if (l.Match == "" || match(l.Match, layer.Name)) && (l.Kind == "" || l.Kind == layer.Kind) {
				of = append(of, layer)
			}
		}
		if len(of) == 0 {
			notes = append(notes, fmt.Sprintf("%s: no layer of %s is %s", l.key(), s.Name, l.what()))
			continue
		}
		if l.Match == "" {
			checks = append(checks, l.together(s, of))
		} else {
			checks = append(checks, l.each(s, of))
		}
	}
	return checks, notes
}

func (l Limit) what() string {
	switch {
	case l.Match == "":
		return l.Kind
	case l.Kind == "":
		return fmt.Sprintf("named like %q", l.Match)
	}
	return fmt.Sprintf("%s and named like %q", l.Kind, l.Match)
}

// allowed is the limit as a count: a share is of the subject's total.
func (l Limit) allowed(s Subject) int { return l.Most.of(s.Total[l.Quantity]) }

// name is the limit's in messages, with whom it is for.
func (l Limit) name(of string) string {
	name := l.key() + " of " + of
	if l.Most.IsShare {
		name += fmt.Sprintf(" (%s of the total)", l.Most)
	}
	return name
}

// together adds up the layers of a kind. Peak memory is a maximum.
func (l Limit) together(s Subject, of []Layer) Check {
	c := Check{Name: l.name(l.Kind + " layers"), Quantity: l.Quantity, Allowed: l.allowed(s), Least: l.Least, Warn: l.Warn, Most: most(of, l.Quantity, shown), Partial: s.partial(l.Quantity)}
	for _, layer := range of {
		if v := layer.Counts[l.Quantity]; l.Quantity == PeakMemory {
			c.Measured = max(c.Measured, v)
		} else {
			c.Measured += v // no more than the total, which fits
		}
	}
	return c
}

// each holds every layer to the limit: the check is that of the largest, and names all that are over, largest first.
func (l Limit) each(s Subject, of []Layer) Check {
	all := most(of, l.Quantity, len(of))
	c := Check{Name: l.name(l.what()), Quantity: l.Quantity, Allowed: l.allowed(s), Least: l.Least, Warn: l.Warn, Partial: s.partial(l.Quantity)}
	if l.Least {
		return l.smallest(c, of)
	}
	if len(all) == 0 {
		return c
	}
	c.Measured, c.Rule = all[0].Value, c.Name
	c.Name = l.name(all[0].Name)
	for _, p := range all {
		if p.Value > c.Allowed && len(c.Most) < 10 {
			p.Share = share(p.Value, s.Total[l.Quantity])
			c.Most = append(c.Most, p)
		}
	}
	return c
}

// smallest holds the layer that has least of the quantity.
func (l Limit) smallest(c Check, of []Layer) Check {
	at := 0
	for i := range of {
		if of[i].Counts[l.Quantity] < of[at].Counts[l.Quantity] {
			at = i
		}
	}
	c.Measured, c.Rule, c.Name = of[at].Counts[l.Quantity], c.Name, l.name(of[at].Name)
	return c
}

func share(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}

// match reports whether a name fits a pattern, in which * is any run of characters and ? any one.
func match(pattern, name string) bool {
	p, n := []rune(pattern), []rune(name)
	star, from := -1, 0 // the last star, and where what it stands for ends
	i, j := 0, 0
	for j < len(n) {
		switch {
		case i < len(p) && p[i] == '*':
			star, from = i, j
			i++
		case i < len(p) && (p[i] == '?' || p[i] == n[j]):
			i, j = i+1, j+1
		case star >= 0:
			from++
			i, j = star+1, from
		default:
			return false
		}
	}
	for i < len(p) && p[i] == '*' {
		i++
	}
	return i == len(p)
}

// With are the checks of a verdict.
func With(checks []Check, v Verdict) []Check {
	var out []Check
	for _, c := range checks {
		if c.Verdict() == v {
			out = append(out, c)
		}
	}
	return out
}

// Error is limits that were passed: a line each. The command line exits with 3.
type Error struct{ Checks []Check }

func (e *Error) Error() string {
	lines := make([]string, len(e.Checks))
	for i, c := range e.Checks {
		lines[i] = c.line()
	}
	return strings.Join(lines, "\n")
}

// line names the failure in front.
func (c Check) line() string {
	switch {
	case c.Verdict() == Undecided:
		return "undecided: " + c.String()
	case c.Baseline:
		return "regression: " + c.String()
	}
	return "over budget: " + c.String()
}

// Failed is an *Error with the checks that failed, or nil.
func Failed(checks []Check) error {
	if over := With(checks, Over); len(over) > 0 {
		return &Error{Checks: over}
	}
	return nil
}

// Open is an error that names the limits which are undecided, or nil; uncounted is what the counts lack.
func Open(checks []Check, uncounted string) error {
	open := With(checks, Undecided)
	if len(open) == 0 {
		return nil
	}
	limits := make([]string, len(open))
	for i, c := range open {
		limits[i] = c.Name
	}
	return fmt.Errorf("undecided: %s: not counted is %s; --allow-uncounted decides by what is counted", strings.Join(limits, ", "), uncounted)
}
