package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/operands"
)

// sweep is a key and the values that it takes, a row each.
type sweep struct {
	key    string
	values []string
}

// mostSweep bounds how many rows a range can ask for.
const mostSweep = 1000

// parseSweep reads KEY=a,b,c or KEY=first..last[:step].
func parseSweep(text string) (*sweep, error) {
	key, values, ok := strings.Cut(text, "=")
	if !ok {
		return nil, fmt.Errorf("%q is not KEY=VALUES, like kernel=1..7:2", text)
	}
	k, known := layer.KeyNamed(key)
	if !known {
		return nil, unknownKey(key)
	}
	s := &sweep{key: k.Name}
	for part := range strings.SplitSeq(values, ",") {
		first, last, isRange := strings.Cut(part, "..")
		if !isRange {
			s.values = append(s.values, part)
			continue
		}
		more, err := expandRange(first, last)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		s.values = append(s.values, more...)
	}
	if len(s.values) > mostSweep {
		return nil, fmt.Errorf("%d values are more than %d", len(s.values), mostSweep)
	}
	var scratch layer.Spec
	for _, v := range s.values {
		if err := scratch.Set(s.key, v); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func expandRange(first, last string) ([]string, error) {
	last, stepText, hasStep := strings.Cut(last, ":")
	var n [3]int
	n[2] = 1
	texts := []string{first, last, stepText}
	if !hasStep {
		texts = texts[:2]
	}
	for i, t := range texts {
		v, err := strconv.Atoi(t)
		if err != nil {
			return nil, fmt.Errorf("%q is not a whole number; a range is first..last or first..last:step", t)
		}
		n[i] = v
	}
	from, to, step := n[0], n[1], n[2]
	if step < 1 || to < from {
		return nil, fmt.Errorf("a range goes upwards, in steps of 1 or more")
	}
	if (to-from)/step >= mostSweep {
		return nil, fmt.Errorf("more than %d values", mostSweep)
	}
	var out []string
	for v := from; v <= to; v += step {
		out = append(out, strconv.Itoa(v))
	}
	return out, nil
}

// compareRow is one row: a layer, counted.
type compareRow struct {
	label string
	*operands.Settled
	cost flops.Count
}

// rows builds every row, and says what was left out on the way.
func (o *compareOptions) rows(input []int) (rows []compareRow, notes []string, err error) {
	values := []string{""}
	if o.sweep != nil {
		values = o.sweep.values
	}
	var first error
	for _, c := range o.variants {
		for _, value := range values {
			label, own := c.label, c.own
			if o.sweep != nil {
				label += "," + o.sweep.key + "=" + value
				own = append(slices.Clip(own), keyValue{o.sweep.key, value})
			}
			row, ignored, err := o.row(contender{variant: c.variant, own: own, filter: c.filter}, input)
			notes = append(notes, ignored...)
			if err != nil && o.sweep != nil { // some values of a range may be impossible
				notes = append(notes, fmt.Sprintf("%s is left out: %v", label, err))
				if first == nil {
					first = err
				}
				continue
			}
			if err != nil {
				return nil, nil, usagef("%s: %w", label, err)
			}
			row.label = label
			rows = append(rows, row)
		}
	}
	if len(rows) == 0 {
		return nil, nil, first
	}
	distinguish(rows)
	return rows, slices.Compact(notes), nil
}

// row counts one layer.
func (o *compareOptions) row(c contender, input []int) (row compareRow, notes []string, err error) {
	s, notes, err := o.spec(c.variant, c.own)
	if err != nil {
		return row, nil, err
	}
	if input != nil {
		s.Input = input
	}
	if row.Settled, err = operands.Settle(s, operands.Files{}, o.filtersOf(c)); err != nil {
		return row, nil, err
	}
	row.cost, err = flops.Of(row.Result)
	return row, notes, err
}

// filtersOf are a layer's own filter, or the shared ones where it has an image kernel.
func (o *compareOptions) filtersOf(c contender) []string {
	switch {
	case c.filter != "":
		return []string{c.filter}
	case operands.TakesFilter(c.variant):
		return o.filters
	}
	return nil
}

// spec is a variant with the shared flags that it reads and its own keys.
func (o *compareOptions) spec(variant string, own []keyValue) (s layer.Spec, notes []string, err error) {
	s.Variant = variant
	v, _ := layer.VariantNamed(variant)
	var ignored []string
	for _, kv := range o.layer.given {
		if slices.ContainsFunc(own, func(o keyValue) bool { return o.key == kv.key }) {
			continue
		}
		if !v.Has(kv.key) || slices.Contains(fixed[variant], kv.key) {
			if !slices.Contains(ignored, "--"+kv.key) {
				ignored = append(ignored, "--"+kv.key)
			}
			continue
		}
		if err := s.Set(kv.key, kv.value); err != nil {
			return s, nil, err
		}
	}
	for _, kv := range own {
		if err := s.Set(kv.key, kv.value); err != nil {
			return s, nil, err
		}
	}
	if len(o.filters) > 0 && !operands.TakesFilter(variant) {
		ignored = append(ignored, "--filter")
	}
	if len(ignored) > 0 {
		notes = []string{fmt.Sprintf("%s does not follow the shared %s", variant, strings.Join(ignored, ", "))}
	}
	return s, notes, nil
}

// fixed are the keys that a variant reads but that are what they are: a shared flag means the others.
var fixed = map[string][]string{
	"standard":  {"dilation", "groups"},
	"pointwise": {"kernel", "padding", "dilation", "groups"},
	"depthwise": {"out-channels", "groups"},
}

// distinguish numbers labels that are the same.
func distinguish(rows []compareRow) {
	seen := map[string]int{}
	for i, r := range rows {
		seen[r.label]++
		if n := seen[r.label]; n > 1 {
			rows[i].label = fmt.Sprintf("%s #%d", r.label, n)
		}
	}
}

// findBaseline reads --baseline: a row's number from 1, or its label.
func findBaseline(rows []compareRow, text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > len(rows) {
			return 0, usagef("--baseline %d: rows are counted from 1 to %d", n, len(rows))
		}
		return n - 1, nil
	}
	var labels []string
	for i, r := range rows {
		if r.label == text {
			return i, nil
		}
		labels = append(labels, r.label)
	}
	return 0, usagef("--baseline %q is no row: they are %s", text, strings.Join(labels, ", "))
}
