package picture

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// Mapping says how values become brightness. The zero value is AutoMapping; mappings can be compared with ==.
type Mapping struct {
	kind      mappingKind
	low, high float64 // a range that is given, where low < high; else that of the values
}

type mappingKind int

const (
	auto mappingKind = iota
	clip
	minMax
	symmetric
	shared
	each
	ranged
)

var (
	// AutoMapping is Clip when at least 95% of the values' total magnitude lies in [0, 1], or 80% where values overshoot at both
	// ends, so that a sharpened or embossed picture stays a picture; else Symmetric when there are values of both signs; else MinMax.
	AutoMapping = Mapping{}
	// Clip shows 0 as black and 1 as white, and clips what lies outside.
	Clip = Mapping{kind: clip}
	// MinMax stretches the smallest finite value to black and the largest to white.
	MinMax = Mapping{kind: minMax}
	// Symmetric puts 0 in the middle and the largest finite magnitude at both ends.
	Symmetric = Mapping{kind: symmetric}
	// SharedMapping is AutoMapping with one scale for all pictures that are shown together.
	SharedMapping = Mapping{kind: shared}
	// EachMapping gives every map a scale of its own: its least value black, its greatest white.
	EachMapping = Mapping{kind: each}
)

// clipShare is the share of the magnitude outside [0, 1] that AutoMapping still clips, overshootShare the same where values reach
// beyond both ends, as those of filters do that add differences to a picture.
const clipShare, overshootShare = 0.05, 0.2

var mappingNames = []string{"auto", "clip", "minmax", "symmetric", "shared", "each"}

// MappingNames lists the names that ParseMapping reads.
func MappingNames() []string { return mappingNames }

// String is what ParseMapping reads.
func (m Mapping) String() string {
	if m.kind == ranged {
		return strconv.FormatFloat(m.low, 'g', -1, 64) + ":" + strconv.FormatFloat(m.high, 'g', -1, 64)
	}
	return mappingNames[m.kind]
}

// ParseMapping reads a name (the empty string is auto), or LO:HI, the values shown as black and as white.
func ParseMapping(s string) (Mapping, error) {
	low, high, both := strings.Cut(s, ":")
	if both {
		lo, errLow := strconv.ParseFloat(low, 64)
		hi, errHigh := strconv.ParseFloat(high, 64)
		if errLow != nil || errHigh != nil || !(lo < hi) || math.IsInf(hi-lo, 0) {
			return Mapping{}, lang.Errorf("%q is no range LO:HI of two numbers, the first one smaller, like -1:1", s)
		}
		return Mapping{ranged, lo, hi}, nil
	}
	i, err := parseName(lang.Text("mapping"), s, mappingNames)
	if err != nil {
		return Mapping{}, fmt.Errorf("%w, or LO:HI", err)
	}
	return Mapping{kind: mappingKind(i)}, nil
}

// CheckMapping says what is wrong with a mapping's text.
func CheckMapping(s string) error {
	_, err := ParseMapping(s)
	return err
}

// Mapped says what Map did.
type Mapped struct {
	Mapping    Mapping  // never AutoMapping or SharedMapping
	Colormap   Colormap // never AutoColor; of no account when Colour
	Low, High  float64  // the values shown as the two ends of the scale
	Values     int
	NaN, Inf   int     // values, shown in the Invalid colour
	Clipped    int     // finite values outside Low..High
	Colour     bool    // three channels as red, green and blue
	Shown, Of  int     // maps (or colour pictures) in the picture, of those selected
	Rows, Cols int     // of the grid; 1 and 1 without one
	Magnified  int     // pixels a side of each value
	Rounded    float64 // the largest magnitude of values that are shown as zero, as rounding left them; 0 where that is not so
}

// String is a line for a summary: "16 of 64 maps in a 4x4 grid, symmetric: -3.2 blue, 0 white, 3.2 red".
func (m Mapped) String() string { return strings.Join(m.Facts(), lang.Text(", ")) }

// Facts are what String says, one by one: what is shown in which scale, what is out of the ordinary in it, how large it is.
func (m Mapped) Facts() []string {
	what := lang.Text("one map")
	switch {
	case m.Colour && m.Shown == 1:
		what = lang.Text("colour")
	case m.Shown > 1:
		maps := lang.Text("maps")
		if m.Colour {
			maps = lang.Text("colour pictures")
		}
		what = lang.Sprintf("%d %s in a %dx%d grid", m.Of, maps, m.Rows, m.Cols)
		if m.Shown < m.Of {
			what = lang.Sprintf("%d of %d %s in a %dx%d grid", m.Shown, m.Of, maps, m.Rows, m.Cols)
		}
	}
	facts := []string{what + lang.Sprintf(", %s: %s", m.Mapping, m.scale())}
	if m.Clipped > 0 {
		facts = append(facts, lang.Sprintf("%d of %d values clipped", m.Clipped, m.Values))
	}
	if m.NaN+m.Inf > 0 {
		facts = append(facts, lang.Sprintf("%d NaN and %d Inf values in magenta", m.NaN, m.Inf))
	}
	if m.Rounded > 0 {
		facts = append(facts, lang.Sprintf("uniform: no value is larger than %.2g, which rounding leaves of zeros", m.Rounded))
	}
	if m.Magnified > 1 {
		facts = append(facts, lang.Sprintf("magnified %d times", m.Magnified))
	}
	return facts
}

// scale says in words which values have which colours.
func (m Mapped) scale() string {
	low, high := fmt.Sprintf("%.4g", m.Low), fmt.Sprintf("%.4g", m.High)
	switch {
	case m.Mapping == EachMapping:
		return lang.Text("every map in a scale of its own, its least value black, its greatest white")
	case m.Colormap == Diverging && !m.Colour && m.Mapping.kind == symmetric:
		return lang.Sprintf("%s blue, 0 white, %s red", low, high)
	case m.Colormap != Grayscale && !m.Colour:
		return lang.Sprintf("%s to %s in %s", low, high, m.Colormap)
	case m.Mapping.kind == symmetric:
		return lang.Sprintf("%s black, 0 grey, %s white", low, high)
	}
	return lang.Sprintf("%s black, %s white", low, high)
}

// survey is what the choice of a mapping needs to know of the values.
type survey struct {
	min, max         float64
	inside, outside  float64 // magnitude in [0, 1], and beyond it
	over             int     // finite values that are not in [0, 1]
	values, nan, inf int
}

func surveyValues[T tensor.Float](values []T) survey {
	s := survey{min: math.Inf(1), max: math.Inf(-1), values: len(values)}
	// Two sums at a time: one would wait for itself.
	var even, odd float64
	for i := 0; i+1 < len(values); i += 2 {
		a, b := float64(values[i]), float64(values[i+1])
		if a >= 0 && a <= 1 && b >= 0 && b <= 1 { // as nearly all values of a picture
			even += a
			odd += b
			s.extend(a)
			s.extend(b)
			continue
		}
		s.add(a)
		s.add(b)
	}
	if len(values)%2 == 1 {
		s.add(float64(values[len(values)-1]))
	}
	s.inside += even + odd
	return s
}

// extend widens the range by a finite value. Comparisons that are nearly always false cost less than min and max.
func (s *survey) extend(f float64) {
	if f < s.min {
		s.min = f
	}
	if f > s.max {
		s.max = f
	}
}

// add counts one value of any kind.
func (s *survey) add(f float64) {
	switch {
	case f != f:
		s.nan++
		return
	case f-f != 0:
		s.inf++
		return
	case f < 0:
		s.over++
		s.outside -= f
	case f > 1:
		s.over++
		s.inside++
		s.outside += f - 1
	default:
		s.inside += f
	}
	s.extend(f)
}

// join adds another survey.
func (s *survey) join(o survey) {
	s.min, s.max = min(s.min, o.min), max(s.max, o.max)
	s.inside += o.inside
	s.outside += o.outside
	s.over += o.over
	s.values += o.values
	s.nan += o.nan
	s.inf += o.inf
}

// quiet makes zeros of values of which none is larger than noise.
func (m *Mapped) quiet(s *survey, noise float64) {
	largest := max(-s.min, s.max)
	if !(largest > 0 && largest <= noise) {
		return
	}
	m.Rounded = largest
	s.min, s.max, s.inside, s.outside, s.over = 0, 0, 0, 0, 0
}

// choose settles the mapping and its range.
func (s survey) choose(m Mapping) (chosen Mapping, low, high float64) {
	if s.nan+s.inf == s.values { // nothing to measure
		s.min, s.max = 0, 0
	}
	if m.kind == auto || m.kind == shared {
		m.kind = s.kind()
	}
	if m.low < m.high {
		return m, m.low, m.high
	}
	switch m.kind {
	case minMax, each:
		return m, s.min, s.max
	case symmetric:
		r := max(-s.min, s.max)
		return m, -r, r
	}
	return m, 0, 1
}

// kind is what AutoMapping makes of the values.
func (s survey) kind() mappingKind {
	share := clipShare
	if s.min < 0 && s.max > 1 {
		share = overshootShare
	}
	switch {
	case s.outside*(1-share) <= share*s.inside: // false when a sum overflows
		return clip
	case s.min < 0 && s.max > 0:
		return symmetric
	}
	return minMax
}

// Together settles how several pictures are shown beside each other: with AutoMapping those whose values are of one kind
// (clipped, of both signs, or neither) share the range of all of them; with SharedMapping all do, whatever their kind.
// Other mappings are themselves.
func Together[T tensor.Float](m Mapping, all []*tensor.Tensor[T]) []Mapping {
	out := make([]Mapping, len(all))
	if m.kind != auto && m.kind != shared {
		for i := range out {
			out[i] = m
		}
		return out
	}
	kinds, of := map[mappingKind]survey{}, make([]mappingKind, len(all))
	for i, t := range all {
		s := surveyValues(t.Data)
		if s.nan+s.inf == s.values { // nothing to measure
			s.min, s.max = 0, 0
		}
		if of[i] = s.kind(); m.kind == shared {
			of[i] = shared
		}
		if before, ok := kinds[of[i]]; ok {
			s.join(before)
		}
		kinds[of[i]] = s
	}
	for i, k := range of {
		s := kinds[k]
		if k == shared {
			k = s.kind()
		}
		switch out[i] = (Mapping{kind: k}); k {
		case minMax:
			out[i].low, out[i].high = s.min, s.max
		case symmetric:
			r := max(-s.min, s.max)
			out[i].low, out[i].high = -r, r
		}
	}
	return out
}
