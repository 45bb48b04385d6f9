package array

import (
	"math"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// spell writes a number with as many digits as tell it from its neighbours.
func spell(v float64, bits int) string {
	switch {
	case math.IsNaN(v):
		return "NaN"
	case math.IsInf(v, 1):
		return "INF"
	case math.IsInf(v, -1):
		return "-INF"
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}

// parse reads numbers, plain or scientific, with INF and NaN in any case.
func parse(dst *tensor.Array, texts []string) error {
	for i, text := range texts {
		text = strings.TrimSpace(text)
		if v, err := strconv.ParseUint(text, 10, 64); err == nil && dst.Elem == tensor.Uint64 {
			storeUints(dst, i, []uint64{v})
			continue
		}
		if v, err := strconv.ParseInt(text, 10, 64); err == nil && !dst.Elem.IsFloat() {
			storeInts(dst, i, []int64{v})
			continue
		}
		v, err := strconv.ParseFloat(text, 64)
		if err != nil && !math.IsInf(v, 0) {
			return lang.Errorf("%q is no number", text)
		}
		storeFloats(dst, i, []float64{v})
	}
	return nil
}
