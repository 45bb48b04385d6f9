package answer

import (
	"strings"
	"testing"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// What tells a solution from its neighbours is read off its notes, in the language that they are in; so are axes that are joined.
func TestNotesAreReadInEitherLanguage(t *testing.T) {
	defer lang.Use(lang.English)
	for _, c := range []struct {
		spec          layer.Spec
		remark, zh    string
		merged, mixed int
	}{
		{layer.Spec{Variant: "standard", Dims: 2, Input: []int{1, 8, 8}, Kernel: []int{3}, Stride: []int{2}}, "drops pixels", "舍去像素", 1, 2},
		{layer.Spec{Variant: "transposed", Dims: 2, Input: []int{1, 8, 8}, Kernel: []int{3}, Stride: []int{2}}, "checkerboard", "棋盘效应", 1, 2},
		{layer.Spec{Variant: "transposed", Dims: 2, Input: []int{1, 8, 8}, Kernel: []int{2}, Stride: []int{3}}, "leaves gaps", "留下空洞", 1, 2},
		{layer.Spec{Variant: "standard", Dims: 2, Input: []int{1, 8, 8}, Kernel: []int{1}, Padding: layer.Padding{Pairs: []layer.Pad{{Begin: 3, End: 3}}}},
			"padding beyond the kernel", "填充超出卷积核", 1, 2},
	} {
		for _, l := range []lang.Language{lang.English, lang.Chinese} {
			lang.Use(l)
			built, err := layer.Build(c.spec)
			if err != nil {
				t.Fatal(err)
			}
			r, err := shape.Of(built)
			if err != nil {
				t.Fatal(err)
			}
			notes := r.Stages[0].Notes
			want := c.remark
			if l == lang.Chinese {
				want = c.zh
			}
			if got := remark(notes); !strings.Contains(got, want) {
				t.Errorf("remark on %q is %q, not %q", notes, got, want)
			}
			if len(notes) != c.mixed || len(MergeAxes(notes)) != c.merged {
				t.Errorf("%d notes of %q, joined to %q", len(notes), notes, MergeAxes(notes))
			}
		}
	}
}
