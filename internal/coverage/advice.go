package coverage

import (
	"fmt"
	"strconv"
	"strings"
)

// Notes say what the counts mean.
func (r Result) Notes() []string {
	notes := []string{}
	for i, a := range r.Axes {
		if i > 0 && a.Summary == r.Axes[0].Summary && len(a.steps) == len(r.Axes[0].steps) {
			continue // said of the axis before
		}
		axis := a.Name
		if len(r.Axes) > 1 && a.Summary == r.Axes[len(r.Axes)-1].Summary && i == 0 {
			axis = "each axis"
		}
		if text := r.note(a); text != "" {
			notes = append(notes, axis+": "+text)
		}
	}
	return notes
}

func (r Result) note(a Axis) string {
	switch r.View {
	case FieldView:
		if a.Seen == a.Size {
			return "no gridding: every pixel of the field is seen"
		}
		text := fmt.Sprintf("gridding: %d of %d pixels of the field are never seen, in gaps of up to %d", a.Size-a.Seen, a.Size, a.LargestGap)
		if better := betterDilations(a.steps); better != "" {
			text += "; dilations " + better + " would see all of theirs"
		}
		return text
	case OverlapView:
		s := a.steps[0]
		least, most := interior(a.Counts, s)
		switch {
		case least == most:
			return fmt.Sprintf("no checkerboard: away from the border every output sums %s", productsText(least))
		case least == 0:
			return "some outputs get nothing but the bias"
		}
		return fmt.Sprintf("checkerboard: outputs sum %d or %d products in turn; use a kernel that the stride %d divides, or resize-conv", least, most, s.Stride)
	}
	if a.Least == 0 {
		return fmt.Sprintf("%d of %d pixels are never read", a.Size-a.Seen, a.Size)
	}
	if least, most := interior(a.Counts, a.steps[0]); least < most {
		return fmt.Sprintf("pixels are read between %d and %d times, in turn: the stride %d does not divide the kernel", a.Least, a.Most, a.steps[0].Stride)
	}
	if a.Least < a.Most {
		return fmt.Sprintf("the outermost pixels are read %s, those in the middle %s", timesText(a.Least), timesText(a.Most))
	}
	return "every pixel is read " + timesText(a.Most)
}

func productsText(n int) string {
	if n == 1 {
		return "1 product"
	}
	return fmt.Sprintf("%d products", n)
}

func timesText(n int) string {
	if n == 1 {
		return "once"
	}
	return fmt.Sprintf("%d times", n)
}

// interior are the least and the most counts at a distance from the border that no window reaches.
func interior(counts []int, s Step) (least, most int) {
	margin := s.Dilation * (s.Kernel - 1)
	if len(counts) <= 2*margin+s.Stride {
		margin = max(0, (len(counts)-s.Stride)/2)
	}
	mid := counts[margin : len(counts)-margin]
	least, most = mid[0], mid[0]
	for _, n := range mid {
		least, most = min(least, n), max(most, n)
	}
	return least, most
}

// betterDilations are 1, 2, 3, … for as many layers, if those leave no hole.
func betterDilations(steps []Step) string {
	try := make([]Step, len(steps))
	words := make([]string, len(steps))
	for i, s := range steps {
		if s.Transposed || s.Stride > 1 {
			return ""
		}
		try[i], words[i] = s, strconv.Itoa(i+1)
		try[i].Dilation = i + 1
	}
	l, err := Field(try)
	if sum := l.Summary; err != nil || sum().Seen < sum().Size {
		return ""
	}
	return strings.Join(words, ", ")
}
