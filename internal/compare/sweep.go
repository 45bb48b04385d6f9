package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
)

// Sweep is a key and the values that it takes, a row each.
type Sweep struct {
	Key    string
	Values []string
}

// mostSweep bounds how many rows a range can ask for.
const mostSweep = 1000

// ParseSweeps reads sweeps of different keys, whose product asks for no more rows than one sweep may.
func ParseSweeps(texts []string) ([]Sweep, error) {
	var sweeps []Sweep
	rows := 1
	for _, text := range texts {
		s, err := ParseSweep(text)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(sweeps, func(other Sweep) bool { return other.Key == s.Key }) {
			return nil, lang.Errorf("%s is swept twice: give all of its values at once, like %s=1,2,5..9", s.Key, s.Key)
		}
		if rows *= len(s.Values); rows > mostSweep {
			return nil, lang.Errorf("the product of all sweeps has more than %d rows", mostSweep)
		}
		sweeps = append(sweeps, *s)
	}
	return sweeps, nil
}

// ParseSweep reads KEY=a,b,c or KEY=first..last[:step].
func ParseSweep(text string) (*Sweep, error) {
	key, values, ok := strings.Cut(text, "=")
	if !ok {
		return nil, lang.Errorf("%q is not KEY=VALUES, like kernel=1..7:2", text)
	}
	k, known := layer.KeyNamed(key)
	if !known {
		return nil, layer.UnknownKey(key)
	}
	s := &Sweep{Key: k.Name}
	for part := range strings.SplitSeq(values, ",") {
		first, last, isRange := strings.Cut(part, "..")
		if !isRange {
			s.Values = append(s.Values, part)
			continue
		}
		more, err := expandRange(first, last)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", part, err)
		}
		s.Values = append(s.Values, more...)
	}
	if len(s.Values) > mostSweep {
		return nil, lang.Errorf("%d values are more than %d", len(s.Values), mostSweep)
	}
	var scratch layer.Spec
	for _, v := range s.Values {
		if err := scratch.Set(s.Key, v); err != nil {
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
			return nil, lang.Errorf("%q is not a whole number; a range is first..last or first..last:step", t)
		}
		n[i] = v
	}
	from, to, step := n[0], n[1], n[2]
	if step < 1 || to < from {
		return nil, lang.Errorf("a range goes upwards, in steps of 1 or more")
	}
	if (to-from)/step >= mostSweep {
		return nil, lang.Errorf("more than %d values", mostSweep)
	}
	var out []string
	for v := from; v <= to; v += step {
		out = append(out, strconv.Itoa(v))
	}
	return out, nil
}

// over gives each layer every value.
func (s Sweep) over(entries []layer.Entry) (out []layer.Entry) {
	for _, e := range entries {
		for _, value := range s.Values {
			swept := e
			swept.Label += "," + s.Key + "=" + value
			swept.Own = append(slices.Clip(e.Own), layer.Setting{Key: s.Key, Value: value})
			out = append(out, swept)
		}
	}
	return out
}
