package coverage

import (
	"strings"
	"testing"
)

// Advice says what becomes of the reach, and its dilations leave no hole and reach what it says.
func TestAdviceSaysTheReach(t *testing.T) {
	for _, c := range []struct {
		dilations []int
		want      string
	}{
		{[]int{2, 2, 2}, "1, 2, 3 would see all of theirs, and reach as far (13)"},
		{[]int{2, 2, 2, 2}, "1, 2, 3, 4 would see all of theirs, and reach further (21 in place of 17)"},
		{[]int{12, 24, 36}, "1, 2, 3 would see all of theirs, but reach 13 in place of 145; 1, 3, 9, 27, 32 (2 more of kernel 3) would keep the reach (145)"},
		{[]int{4, 4, 4}, "reach 13 in place of 25; 1, 3, 8 would keep the reach (25)"},
	} {
		steps := make([]Step, len(c.dilations))
		for i, d := range c.dilations {
			steps[i] = conv(3, d)
		}
		l, err := Field(steps)
		if err != nil {
			t.Fatal(err)
		}
		if text := advice(Axis{Line: l, Summary: l.Summary(), steps: steps}); !strings.Contains(text, c.want) {
			t.Errorf("%v: %q lacks %q", c.dilations, text, c.want)
		}
	}
	for kernel := 2; kernel < 6; kernel++ {
		for size := 2; size < 200; size++ {
			many := reaching(kernel, size)
			steps := make([]Step, len(many))
			for i := range steps {
				steps[i] = conv(kernel, 1)
			}
			if got, ok := holeFree(steps, many); !ok || got < size {
				t.Fatalf("kernel %d, %v: reach %d of %d, no hole %v", kernel, many, got, size, ok)
			}
		}
	}
}
