package budget

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
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
	return key + l.Quantity.flag()
}

// shown is how many layers a check names.
const shown = 3

// Check holds the subject to the budget. Limits that are about no layer at all, or about what was not measured, are returned as
// notes, one line each: a pattern with a mistake in it must not pass for a limit that holds.
func (b Budget) Check(s Subject) (checks []Check, notes []string) {
	for _, l := range b.Limits {
		c, note := l.check(s)
		if note != "" {
			notes = append(notes, l.key()+": "+note)
			continue
		}
		c.Quantity, c.Least, c.Warn, c.Partial, c.Timed = l.Quantity, l.Least, l.Warn, s.partial(l.Quantity), s.Timed
		checks = append(checks, c)
	}
	return checks, notes
}

// check measures one limit, or says why it cannot be.
func (l Limit) check(s Subject) (c Check, note string) {
	total, ok := s.total(l)
	if !ok {
		return c, lang.Sprintf("%s has no %s to measure", s.Name, l.Quantity.Name())
	}
	if l.Match == "" && l.Kind == "" {
		return Check{Name: l.key(), Whole: true, Measured: total, Noise: s.Noise, Allowed: l.Most.Count, Most: most(s.Layers, l.Quantity, shown)}, ""
	}
	var of []Layer
	named := 0
	for _, y := range s.Layers {
		if (l.Match == "" || network.Matches(l.Match, y.Name)) && (l.Kind == "" || l.Kind == y.Kind) {
			named++
			if _, measured := y.Counts[l.Quantity]; measured {
				of = append(of, y)
			}
		}
	}
	switch {
	case named == 0:
		return c, lang.Sprintf("no layer of %s is %s%s", s.Name, l.what(), l.meant(s))
	case len(of) == 0:
		return c, lang.Sprintf("no layer that is %s has %s to measure", l.what(), l.Quantity.Name())
	case l.Match == "":
		return l.together(s, of), ""
	}
	return l.each(s, of), ""
}

// unmet is the first limit that needs a flag which was not given, as an error.
func (b Budget) unmet(s Subject) error {
	for _, l := range b.Limits {
		if _, ok := s.total(l); !ok && l.Quantity.row().needs != "" {
			return layer.Errorf("%s cannot be measured without --%s", l.key(), l.Quantity.row().needs)
		}
	}
	return nil
}

func (l Limit) what() string {
	switch {
	case l.Match == "" || l.Match == "*" && l.Kind != "":
		return l.Kind
	case l.Kind == "":
		return lang.Sprintf("named like %q", l.Match)
	}
	return lang.Sprintf("%s and named like %q", l.Kind, l.Match)
}

// meant guesses at the kind, where no layer is of the one that is given.
func (l Limit) meant(s Subject) string {
	var kinds []string
	for _, y := range s.Layers {
		if y.Kind == l.Kind {
			return ""
		}
		if !slices.Contains(kinds, y.Kind) {
			kinds = append(kinds, y.Kind)
		}
	}
	if near := layer.Nearest(l.Kind, append(kinds, layer.VariantNames()...)); l.Kind != "" && near != "" && near != l.Kind {
		return lang.Sprintf(": did you mean %s?", near)
	}
	return ""
}

// allowed is the limit as a count: a share is of the subject's total.
func (l Limit) allowed(s Subject) int64 { return l.Most.of(s.Total[l.Quantity]) }

// name is the limit's in messages, with whom it is for.
func (l Limit) name(of string) string {
	name := l.key() + " of " + of
	if l.Most.IsShare {
		name += lang.Sprintf(" (%s of the total)", l.Most)
	}
	return name
}

// together adds up the layers of a kind; of quantities that do not add up, the largest counts, or the least.
func (l Limit) together(s Subject, of []Layer) Check {
	c := Check{Name: l.name(l.Kind + " layers"), Allowed: l.allowed(s), Most: most(of, l.Quantity, shown)}
	for i, y := range of {
		c.Noise += y.Noise
		switch v := y.of(l); {
		case !l.Quantity.row().apart:
			c.Measured += v // no more than the total, which fits
		case i == 0 || (v < c.Measured) == l.Least:
			c.Measured = v
		}
	}
	return c
}

// each holds every layer to the limit: the check is that of the largest, or the least, and names all that are over, largest first.
func (l Limit) each(s Subject, of []Layer) Check {
	c := Check{Rule: l.name(l.what()), Allowed: l.allowed(s)}
	at := of[0]
	for _, y := range of[1:] {
		if v := y.of(l); v != at.of(l) && (v < at.of(l)) == l.Least {
			at = y
		}
	}
	c.Name, c.Measured, c.Noise = l.name(at.Name), at.of(l), at.Noise
	if l.Least {
		return c
	}
	for _, p := range most(of, l.Quantity, len(of)) {
		if p.Value > c.Allowed && len(c.Most) < 10 {
			p.Share = share(p.Value, s.Total[l.Quantity])
			c.Most = append(c.Most, p)
		}
	}
	return c
}

func share(part, whole int64) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
