package picture

import (
	"fmt"
	"math"
	"strings"

	"convx/internal/tensor"
)

// Mapping says how values become brightness.
type Mapping int

const (
	// AutoMapping is Clip when at least 95% of the values' total magnitude lies in [0, 1], so that a sharpened picture with a
	// little overshoot stays a picture; else Symmetric when there are values of both signs; else MinMax.
	AutoMapping Mapping = iota
	// Clip shows 0 as black and 1 as white, and clips what lies outside.
	Clip
	// MinMax stretches the smallest finite value to black and the largest to white.
	MinMax
	// Symmetric puts 0 in the middle and the largest finite magnitude at both ends.
	Symmetric
)

// clipShare is the share of the magnitude outside [0, 1] that AutoMapping still clips.
const clipShare = 0.05

var mappingNames = []string{"auto", "clip", "minmax", "symmetric"}

// MappingNames lists what ParseMapping reads.
func MappingNames() []string { return mappingNames }

// String is the name that ParseMapping reads.
func (m Mapping) String() string { return mappingNames[m] }

// ParseMapping reads auto, clip, minmax or symmetric; the empty string is auto.
func ParseMapping(s string) (Mapping, error) {
	i, err := parseName("mapping", s, mappingNames)
	return Mapping(i), err
}

// Mapped says what Map did.
type Mapped struct {
	Mapping    Mapping  // never AutoMapping
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
func (m Mapped) String() string {
	var b strings.Builder
	switch {
	case m.Colour && m.Shown == 1:
		b.WriteString("colour")
	case m.Shown == 1:
		b.WriteString("one map")
	default:
		what := "maps"
		if m.Colour {
			what = "colour pictures"
		}
		if m.Shown < m.Of {
			fmt.Fprintf(&b, "%d of ", m.Shown)
		}
		fmt.Fprintf(&b, "%d %s in a %dx%d grid", m.Of, what, m.Rows, m.Cols)
	}
	fmt.Fprintf(&b, ", %s: %s", m.Mapping, m.scale())
	if m.Clipped > 0 {
		fmt.Fprintf(&b, ", %d of %d values clipped", m.Clipped, m.Values)
	}
	if m.NaN+m.Inf > 0 {
		fmt.Fprintf(&b, ", %d NaN and %d Inf values in magenta", m.NaN, m.Inf)
	}
	if m.Rounded > 0 {
		fmt.Fprintf(&b, ", uniform: no value is larger than %.2g, which rounding leaves of zeros", m.Rounded)
	}
	if m.Magnified > 1 {
		fmt.Fprintf(&b, ", magnified %d times", m.Magnified)
	}
	return b.String()
}

// scale says in words which values have which colours.
func (m Mapped) scale() string {
	low, high := fmt.Sprintf("%.4g", m.Low), fmt.Sprintf("%.4g", m.High)
	switch {
	case m.Colormap == Diverging && !m.Colour && m.Mapping == Symmetric:
		return low + " blue, 0 white, " + high + " red"
	case m.Colormap != Grayscale && !m.Colour:
		return low + " to " + high + " in " + m.Colormap.String()
	case m.Mapping == Symmetric:
		return low + " black, 0 grey, " + high + " white"
	}
	return low + " black, " + high + " white"
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
	if m == AutoMapping {
		switch {
		case s.outside*(1-clipShare) <= clipShare*s.inside: // false when a sum overflows
			m = Clip
		case s.min < 0 && s.max > 0:
			m = Symmetric
		default:
			m = MinMax
		}
	}
	switch m {
	case MinMax:
		return m, s.min, s.max
	case Symmetric:
		r := max(-s.min, s.max)
		return m, -r, r
	}
	return m, 0, 1
}
