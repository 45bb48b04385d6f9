package layer

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
)

// MaxExtent bounds every number that a layer is given, so that the arithmetic of one rule cannot overflow: 2^30, or 2^28 where
// an int has 32 bits.
const MaxExtent = min(1<<30, math.MaxInt>>3+1)

var errNotWhole = lang.New("is not a whole number")

// parseInt reads a decimal integer in [least, MaxExtent].
func parseInt(s string, least int) (int, error) {
	v, err := strconv.Atoi(strings.TrimSpace(s))
	switch {
	case errors.Is(err, strconv.ErrRange) || err == nil && v > MaxExtent:
		return 0, lang.Errorf("%q is larger than %d", s, MaxExtent)
	case err != nil:
		return 0, fmt.Errorf("%q %w", s, errNotWhole)
	case v < least:
		return 0, lang.Errorf("%d is less than %d", v, least)
	}
	return v, nil
}

// ParseInts reads whole numbers joined by x, each at least least: "3" or "3x5".
func ParseInts(s string, least int) ([]int, error) {
	var out []int
	if apart := strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune(" ,*×X", r) }); len(apart) > 1 {
		return nil, lang.Errorf("%q: numbers are joined by x, like %s", s, strings.Join(apart, "x"))
	}
	for part := range strings.SplitSeq(s, "x") {
		v, err := parseInt(part, least)
		if errors.Is(err, errNotWhole) && part != s {
			return nil, lang.Errorf("%q %w, or several joined by x", s, errNotWhole)
		}
		if err != nil {
			return nil, err
		}
		out = append(out, v)
	}
	return out, nil
}

// FormatInts writes numbers joined by x, or just one where all are equal.
func FormatInts(v []int) string {
	if len(v) > 0 && len(slices.Compact(slices.Clone(v))) == 1 {
		v = v[:1]
	}
	return FormatShape(v)
}

// FormatShape writes a shape as its extents joined by x: 1x3x224x224.
func FormatShape(shape []int) string {
	var b strings.Builder
	for i, d := range shape {
		if i > 0 {
			b.WriteByte('x')
		}
		b.WriteString(strconv.Itoa(d))
	}
	return b.String()
}

// DescribeShape is FormatShape, in words where there are no axes.
func DescribeShape(shape []int) string {
	if len(shape) == 0 {
		return lang.Text("a single number")
	}
	return FormatShape(shape)
}

// parseFloats reads numbers joined by x, each positive and finite: "2" or "1.5x2".
func parseFloats(s string) ([]float64, error) {
	var out []float64
	for part := range strings.SplitSeq(s, "x") {
		v, err := strconv.ParseFloat(strings.TrimSpace(part), 64)
		if err != nil {
			return nil, lang.Errorf("%q is not a number", part)
		}
		if !(v > 0 && v <= MaxExtent) {
			return nil, lang.Errorf("%s is not a positive number up to %d", part, MaxExtent)
		}
		out = append(out, v)
	}
	return out, nil
}
