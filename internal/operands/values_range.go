package operands

import (
	"math"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/tensor"
)

// Range is what the least and the greatest value that the input's samples can have become: 0 and 255 of a uint8 array, 0 and
// 1 of a picture.
type Range struct{ Low, High float64 }

// ParseRange reads LO:HI, like -1:1. Errors are *layer.Error.
func ParseRange(text string) (*Range, error) {
	low, high, ok := strings.Cut(text, ":")
	l, err1 := strconv.ParseFloat(low, 64)
	h, err2 := strconv.ParseFloat(high, 64)
	if !ok || err1 != nil || err2 != nil || math.IsInf(h-l, 0) || math.IsNaN(h-l) || l == h {
		return nil, layer.Errorf("--range: %q is not LO:HI, like 0:1 or -1:1", text)
	}
	return &Range{l, h}, nil
}

// mostOf is the greatest value of the element types that samples of pictures have; 0 of others.
func mostOf(d npy.DType) float64 {
	switch d {
	case npy.Uint8:
		return math.MaxUint8
	case npy.Uint16:
		return math.MaxUint16
	}
	return 0
}

// bring maps values of 0 to most into the range.
func bring[T tensor.Float](r *Range, values []T, most float64) {
	for i, v := range values {
		values[i] = T(float64(v)/most*(r.High-r.Low) + r.Low)
	}
}

// rangeNote says what the values of an array of samples are.
func (s *Source) rangeNote(d npy.DType) string {
	most := mostOf(d)
	switch {
	case most == 0:
		return ""
	case s.scale != nil:
		return lang.Sprintf(", 0 to %g brought to %g to %g", most, s.scale.Low, s.scale.High)
	}
	return lang.Sprintf(", 0 to %g as they are (--range 0:1 brings them to 0 to 1)", most)
}

// looksLikeGray: a plane of many rows and columns is a picture without its channel axis rather than channels of a signal.
func looksLikeGray(shape []int) bool {
	if len(shape) != 2 {
		return false
	}
	short, long := min(shape[0], shape[1]), max(shape[0], shape[1])
	return short >= 16 && long <= 8*short
}
