package tensor

import "math"

// Span is the first index and the number of indices of a range of an axis of n elements, in steps of any sign but 0, as ONNX's Slice
// has it: bounds below 0 count from the end, and stay on the axis. Backwards, a start before the first element is the first one, which
// is not what NumPy does, and the largest end of 32 or 64 bits is no end, as in ONNX Runtime.
func Span(start, end, step int64, n int) (first, count int) {
	last := int64(n)
	bound := func(v, lo, hi int64) int64 {
		if v < 0 {
			v += last
		}
		return min(max(v, lo), hi)
	}
	length, stride := int64(0), step
	if step > 0 {
		start = bound(start, 0, last)
		length = bound(end, 0, last) - start
	} else {
		if end == math.MaxInt32 || end == math.MaxInt64 {
			end = math.MinInt64
		}
		start, stride = bound(start, 0, last-1), -max(step, -math.MaxInt64)
		length = start - bound(end, -1, last-1)
	}
	if length <= 0 {
		return 0, 0
	}
	return int(start), int((length-1)/stride + 1)
}
