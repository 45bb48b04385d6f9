// Package filter names the kernels of classical image processing, and reads kernels that are written out.
//
// Every kernel is two-dimensional and is applied to each channel by itself, as cross-correlation: it is not flipped, so
// that what stands to the right in the kernel meets what lies to the right in the picture.
package filter

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
)

// Kernel is a kernel of Rows x Cols weights, row-major.
type Kernel struct {
	Name       string // as it was asked for
	Rows, Cols int
	Weights    []float64
}

// Filter is a named kernel, or a family of them.
type Filter struct {
	Name    string
	Summary string
	// Params are what may follow the name, each after a colon: "size", "sigma", "angle", "amount". Defaults has a
	// value for each; a sigma of 0 is derived from the size.
	Params   []string
	Defaults []float64
	// Sizes lists the sizes that there are; nil is any size up to MaxSize, odd ones alone if Odd.
	Sizes []int
	Odd   bool
	make  func(p []float64) Kernel
}

// MaxSize is the largest kernel side, of a name or written out: beyond it a filter is slower than anyone means.
const MaxSize = 127

// A sigma below leastSigma leaves one pixel, and one above mostSigma a box; much further the bell is no number any more.
const (
	leastSigma = 0.01
	mostSigma  = 1000.0
)

// List is every filter, in the order in which help shows them.
func List() []Filter { return filters }

// Named finds a filter.
func Named(name string) (Filter, bool) {
	i := slices.IndexFunc(filters, func(f Filter) bool { return f.Name == name })
	if i < 0 {
		return Filter{}, false
	}
	return filters[i], true
}

// Usage is the name with its parameters and their defaults: "gaussian:size=5:sigma".
func (f Filter) Usage() string {
	var b strings.Builder
	b.WriteString(f.Name)
	for i, p := range f.Params {
		b.WriteString(":" + p)
		if f.Defaults[i] != 0 {
			b.WriteString("=" + strconv.FormatFloat(f.Defaults[i], 'g', -1, 64))
		}
	}
	return b.String()
}

// Kernel builds the kernel for these parameters; those left out take their defaults.
func (f Filter) Kernel(params ...float64) (Kernel, error) {
	if len(params) > len(f.Params) {
		return Kernel{}, lang.Errorf("filter %s takes %s, not %d numbers", f.Name, takes(f.Params), len(params))
	}
	p := slices.Clone(f.Defaults)
	copy(p, params)
	for i, name := range f.Params {
		if err := f.check(name, p[i], i < len(params)); err != nil {
			return Kernel{}, lang.Errorf("%s: %w", f.Name, err)
		}
	}
	k := f.make(p)
	k.Name = f.Name
	if len(params) > 0 {
		k.Name += ":" + joinFloats(params, ":")
	}
	return k, nil
}

func takes(params []string) string {
	if len(params) == 0 {
		return lang.Text("no numbers")
	}
	return lang.List(params)
}

func (f Filter) check(param string, v float64, given bool) error {
	switch {
	case param == "size" && f.Sizes != nil && !slices.Contains(f.Sizes, int(v)):
		return lang.Errorf("size %g is not one of %s", v, joinInts(f.Sizes))
	case param == "size" && (v != math.Trunc(v) || v < 1 || v > MaxSize):
		return lang.Errorf("size %s is not a whole number from 1 to %d", strconv.FormatFloat(v, 'f', -1, 64), MaxSize)
	case param == "size" && f.Odd && int(v)%2 == 0:
		return lang.Errorf("size %g has no middle: %g and %g do", v, v-1, v+1)
	case param == "sigma" && given && !(v >= leastSigma && v <= mostSigma):
		return lang.Errorf("sigma %g is not from %g to %g", v, leastSigma, mostSigma)
	}
	return nil
}

// Parse reads a filter: a name with its parameters, "gaussian:5:1.2", or the weights themselves, rows separated by
// semicolons and numbers by spaces or commas, fractions allowed: "1/9 1/9 1/9; 1/9 1/9 1/9; 1/9 1/9 1/9". size, if not
// 0, is the size of a named filter that gives none and has a size.
func Parse(text string, size int) (Kernel, error) {
	trimmed := strings.TrimSpace(text)
	if trimmed == "" {
		return Kernel{}, lang.Errorf("the filter is empty: give a name, like sobel-x, or weights, like '0 -1 0; -1 5 -1; 0 -1 0'")
	}
	if strings.ContainsAny(trimmed[:1], "0123456789+-.") {
		return parseWeights(trimmed)
	}
	name, rest, more := strings.Cut(trimmed, ":")
	f, ok := Named(name)
	if !ok {
		return Kernel{}, unknown(name)
	}
	var params []float64
	if more {
		for part := range strings.SplitSeq(rest, ":") {
			v, err := parseNumber(part)
			if err != nil {
				return Kernel{}, fmt.Errorf("%q: %w", text, err)
			}
			params = append(params, v)
		}
	} else if size != 0 && len(f.Params) > 0 && f.Params[0] == "size" {
		params = []float64{float64(size)}
	}
	return f.Kernel(params...)
}

func unknown(name string) error {
	var near []string
	for _, f := range filters {
		if strings.HasPrefix(f.Name, name) || strings.Contains(f.Name, name) && len(name) > 2 {
			near = append(near, f.Name)
		}
	}
	if near != nil {
		return lang.Errorf("unknown filter %q: did you mean %s?", name, lang.Or(near))
	}
	names := make([]string, len(filters))
	for i, f := range filters {
		names[i] = f.Name
	}
	return lang.Errorf("unknown filter %q: filters are %s, or weights like '0 -1 0; -1 5 -1; 0 -1 0'", name, lang.List(names))
}

// parseWeights reads a kernel that is written out.
func parseWeights(text string) (Kernel, error) {
	k := Kernel{Name: strconv.Quote(strings.Join(strings.Fields(text), " "))}
	for line := range strings.SplitSeq(strings.TrimRight(text, "; \n"), ";") {
		fields := strings.FieldsFunc(line, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\n' })
		switch {
		case len(fields) == 0:
			return Kernel{}, lang.Errorf("row %d of the filter %q is empty", k.Rows+1, text)
		case k.Rows > 0 && len(fields) != k.Cols:
			return Kernel{}, lang.Errorf("row %d of the filter %q has %s and the first has %d", k.Rows+1, text, lang.Plural(len(fields), "weight"), k.Cols)
		case k.Rows >= MaxSize || len(fields) > MaxSize:
			return Kernel{}, lang.Errorf("the filter is larger than %dx%d", MaxSize, MaxSize)
		}
		k.Cols = len(fields)
		k.Rows++
		for _, f := range fields {
			v, err := parseNumber(f)
			if err != nil && f != text {
				err = fmt.Errorf("%q: %w", text, err)
			}
			if err != nil {
				return Kernel{}, err
			}
			k.Weights = append(k.Weights, v)
		}
	}
	return k, nil
}

// parseNumber reads a finite number or a fraction, 1/16.
func parseNumber(s string) (float64, error) {
	above, below, fraction := strings.Cut(strings.TrimSpace(s), "/")
	v, err := strconv.ParseFloat(above, 64)
	if err == nil && fraction {
		var d float64
		d, err = strconv.ParseFloat(below, 64)
		v /= d
	}
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, lang.Errorf("%q is not a number", s)
	}
	return v, nil
}

func joinInts(v []int) string {
	f := make([]float64, len(v))
	for i, x := range v {
		f[i] = float64(x)
	}
	return joinFloats(f, ", ")
}

func joinFloats(v []float64, with string) string {
	parts := make([]string, len(v))
	for i, x := range v {
		parts[i] = strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strings.Join(parts, with)
}
