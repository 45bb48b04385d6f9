package coverage

import (
	"strconv"

	"convx/internal/lang"
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
			axis = lang.Text("each axis")
		}
		if text := r.note(a); text != "" {
			notes = append(notes, axis+lang.Text(": ")+text)
		}
	}
	return notes
}

func (r Result) note(a Axis) string {
	switch r.View {
	case FieldView:
		if a.Seen == a.Size {
			return lang.Text("no gridding: every pixel of the field is seen")
		}
		text := lang.Sprintf("gridding: %d of %d pixels of the field are never seen, in gaps of up to %d", a.Size-a.Seen, a.Size, a.LargestGap)
		return text + advice(a)
	case OverlapView:
		s := a.steps[0]
		least, most := interior(a.Counts, s)
		switch {
		case least == most:
			return lang.Sprintf("no checkerboard: away from the border every output sums %s", lang.Plural(least, "product"))
		case least == 0:
			return lang.Text("some outputs get nothing but the bias")
		}
		return lang.Sprintf("checkerboard: outputs sum %d or %d products in turn; use a kernel that the stride %d divides, or resize-conv", least, most, s.Stride)
	}
	if a.Least == 0 {
		return lang.Sprintf("%d of %d pixels are never read", a.Size-a.Seen, a.Size)
	}
	if least, most := interior(a.Counts, a.steps[0]); least < most {
		return lang.Sprintf("pixels are read between %d and %d times, in turn: the stride %d does not divide the kernel", a.Least, a.Most, a.steps[0].Stride)
	}
	if a.Least < a.Most {
		return lang.Sprintf("the outermost pixels are read %s, those in the middle %s", timesText(a.Least), timesText(a.Most))
	}
	return lang.Sprintf("every pixel is read %s", timesText(a.Most))
}

func timesText(n int) string {
	if n == 1 {
		return lang.Text("once")
	}
	return lang.Plural(n, "time")
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

// advice is what would leave no hole, and what becomes of the reach: nothing where no layers of these kernels do.
func advice(a Axis) string {
	var few []int
	for i := range a.steps {
		few = append(few, i+1)
	}
	size, ok := holeFree(a.steps, few)
	switch {
	case !ok:
		return ""
	case size > a.Size:
		return lang.Sprintf("; dilations %s would see all of theirs, and reach further (%d in place of %d)", listed(few), size, a.Size)
	case size == a.Size:
		return lang.Sprintf("; dilations %s would see all of theirs, and reach as far (%d)", listed(few), size)
	}
	text := lang.Sprintf("; dilations %s would see all of theirs, but reach %d in place of %d", listed(few), size, a.Size)
	many := reaching(a.steps[0].Kernel, a.Size)
	steps := make([]Step, len(many))
	for i := range steps {
		steps[i] = a.steps[0]
	}
	if size, ok = holeFree(steps, many); !ok || size < a.Size {
		return text
	}
	if more := len(many) - len(a.steps); more > 0 {
		return text + lang.Sprintf("; %s (%d more of kernel %d) would keep the reach (%d)", listed(many), more, a.steps[0].Kernel, size)
	}
	return text + lang.Sprintf("; %s would keep the reach (%d)", listed(many), size)
}

// reaching are dilations of kernels of this size that grow as fast as they can without a hole (each as large as the field
// before it) until the field is at least size.
func reaching(kernel, size int) (list []int) {
	for field := 1; kernel > 1 && field < size; {
		d := min(field, (size-field+kernel-2)/(kernel-1))
		list, field = append(list, d), field+d*(kernel-1)
	}
	return list
}

// holeFree is the field of layers with other dilations, if all of it is seen and they can have any: stride 1, not transposed.
func holeFree(steps []Step, dilations []int) (size int, ok bool) {
	try := make([]Step, len(steps))
	for i, s := range steps {
		if s.Transposed || s.Stride > 1 {
			return 0, false
		}
		try[i] = s
		try[i].Dilation = dilations[i]
	}
	l, err := Field(try)
	if err != nil {
		return 0, false
	}
	sum := l.Summary()
	return sum.Size, sum.Seen == sum.Size
}

// listed is 1, 2, 3.
func listed(v []int) string {
	words := make([]string, len(v))
	for i, n := range v {
		words[i] = strconv.Itoa(n)
	}
	return lang.List(words)
}
