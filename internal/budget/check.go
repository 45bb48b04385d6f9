package budget

import (
	"cmp"
	"fmt"

	"convx/internal/lang"
)

// Check is one limit and what was measured against it.
type Check struct {
	// Name is the limit's: max-macs, max-macs of depthwise, increase of macs.
	Name string
	// Rule is the limit's name where Name also says which layer was measured; empty is Name.
	Rule              string
	Quantity          Quantity
	Measured, Allowed int64
	// Most are the layers that cost most of the quantity, largest first.
	Most []Part
	// Baseline says that Allowed follows from an earlier count, Before.
	Baseline bool
	Before   int64
	// Least says that Allowed is the least, Warn that passing it fails nothing.
	Least, Warn bool
	// Whole says that the whole was measured, not some layers.
	Whole bool
	// Partial says that something uncounted may add to what was measured.
	Partial bool
	// Timed says that the time was measured, give or take Noise; else it is a lower bound.
	Timed bool
	Noise int64
	// Ranked says that ranks decide beside the noise: whether the times are Apart from what is allowed, and the probability P of
	// as uneven an order by chance.
	Ranked, Apart bool
	P             float64
}

// Verdict is what became of a limit: Holds, Over, Warned where a limit was passed that only warns, Undecided where more may have been passed than was counted, Noisy where
// what was measured is as far from the limit as it varies.
type Verdict string

// The verdicts.
const (
	Holds     = Verdict(lang.Key("holds"))
	Warned    = Verdict(lang.Key("warns"))
	Over      = Verdict(lang.Key("over"))
	Undecided = Verdict(lang.Key("undecided"))
	Noisy     = Verdict(lang.Key("within noise"))
)

// Sums reports whether the check is of a whole network, on a quantity that its layers add up to.
func (c Check) Sums() bool { return c.Whole && !c.Quantity.row().apart }

// rule is the limit's name, whatever was measured.
func (c Check) rule() string { return cmp.Or(c.Rule, c.Name) }

// Verdict says what became of the limit. What is over by what was counted is over, whatever else there is.
func (c Check) Verdict() Verdict {
	passed := c.Measured > c.Allowed
	if c.Least {
		passed = c.Measured < c.Allowed
	}
	away := c.Measured - c.Allowed
	switch {
	case c.Ranked && !c.Apart, c.Timed && !c.Ranked && max(away, -away) <= c.Noise: // as benchstat does: no verdict inside of the noise
		return Noisy
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
	text, bound := c.Quantity.text, lang.Key("%s allowed")
	if c.Least {
		bound = lang.Key("%s needed")
	}
	head := lang.Sprintf("%s: %s %s, ", c.Name, text(c.Measured), c.Quantity.Name())
	whole := c.Quantity == ReceptiveField && c.Measured == WholePicture
	if whole {
		head = lang.Sprintf("%s: %s is seen, ", c.Name, text(c.Measured))
	}
	if c.Timed {
		head = lang.Sprintf("%s: %s ± %s, ", c.Name, text(c.Measured), text(c.Noise))
	}
	if c.Baseline {
		head += lang.Sprintf("%s before, ", text(c.Before))
	}
	head += lang.Sprintf(bound, text(c.Allowed))
	switch v := c.Verdict(); {
	case whole && v == Holds:
		return head
	case whole && v != Undecided:
		return head + c.culprits()
	case v == Holds && c.Least:
		return lang.Sprintf("%s, %s above", head, text(c.Measured-c.Allowed))
	case v == Holds:
		return lang.Sprintf("%s, %s left", head, text(c.Allowed-c.Measured))
	case v == Undecided:
		return lang.Sprintf("%s, but not all is counted", head)
	case v == Noisy && c.Ranked:
		return lang.Sprintf("%s: no verdict within the noise (p = %.3f)", head, c.P)
	case v == Noisy:
		return lang.Sprintf("%s: no verdict within the noise", head)
	case c.Least:
		return lang.Sprintf("%s, %s short", head, text(c.Allowed-c.Measured))
	}
	return lang.Sprintf("%s, %s over%s", head, text(c.Measured-c.Allowed), percentOver(c.Measured, c.Allowed)) + c.culprits()
}

// culprits are the layers that cost most.
func (c Check) culprits() string {
	if len(c.Most) == 0 {
		return ""
	}
	parts := make([]string, len(c.Most))
	for i, p := range c.Most {
		parts[i] = p.Name + " " + c.Quantity.text(p.Value)
		if !c.Quantity.row().apart { // a peak has no parts
			parts[i] += fmt.Sprintf(" (%.1f%%)", 100*p.Share)
		}
	}
	verb := lang.Text("; most in ")
	switch {
	case c.Baseline:
		verb = lang.Text("; grown most: ")
	case c.Quantity == ReceptiveField && c.Measured == WholePicture:
		verb, parts = lang.Text("; by "), nil
		for _, p := range c.Most {
			if p.Value == WholePicture {
				parts = append(parts, p.Name)
			}
		}
	}
	return verb + lang.List(parts)
}

// percentOver is the excess over what is allowed, in percent.
func percentOver(measured, allowed int64) string {
	if allowed == 0 {
		return ""
	}
	over := 100 * (float64(measured) - float64(allowed)) / float64(allowed)
	if over >= 1000 { // three digits would need an exponent
		return fmt.Sprintf(" (%.0f%%)", over)
	}
	return fmt.Sprintf(" (%.3g%%)", over)
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
