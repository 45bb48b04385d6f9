package report

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"convx/internal/lang"
)

// Chinese breaks anywhere but before the signs that close and after those that open; words stay whole.
func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  []string
	}{
		{"one two three", 7, []string{"one two", "three"}},
		{"卷积核在输入上滑动", 8, []string{"卷积核在", "输入上滑", "动"}},
		{"步幅，填充", 4, []string{"步", "幅，", "填充"}},
		{"看（如图）", 4, []string{"看", "（如", "图）"}},
		{"卷积核 3x3 的\n感受野", 40, []string{"卷积核 3x3 的感受野"}},
		{"words\nand lines", 40, []string{"words and lines"}},
	} {
		if got := Wrap(c.text, c.width); !slices.Equal(got, c.want) {
			t.Errorf("Wrap(%q, %d) is %q, not %q", c.text, c.width, got, c.want)
		}
	}
}

// Columns of Chinese are as wide as a terminal draws them, and names that lose their middle too.
func TestChineseColumnsAlign(t *testing.T) {
	lang.Use(lang.Chinese)
	defer lang.Use(lang.English)
	table := Table{Columns: []Column{{Name: "layer"}, {Name: "params", Right: true}}, Rows: [][]Cell{{Str("第一层"), Str("10")}, {Str("fc"), Str("2000")}}}
	for _, width := range []int{0, 80} {
		var buf bytes.Buffer
		if err := (Layout{Width: width}).Write(&buf, TableFormat, Document{Blocks: []Block{table}}); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(buf.String()) {
			if w := textWidth(strings.TrimSuffix(line, "\n")); w != table.width()-1 && !strings.HasPrefix(line, "─") {
				t.Errorf("%q is %d columns wide, not %d", line, w, table.width()-1)
			}
		}
	}
	if got := shorten("很长很长的层名字", 9); textWidth(got) > 9 || !strings.Contains(got, "…") {
		t.Errorf("shortened to %q, %d columns", got, textWidth(got))
	}
}
