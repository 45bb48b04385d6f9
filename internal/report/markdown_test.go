package report

import (
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestUnmarked(t *testing.T) {
	for from, want := range map[string]string{
		"plain, 1.5% of it":           "plain, 1.5% of it",
		"weight_bytes of stage1_conv": "weight_bytes of stage1_conv",
		"_x_ and y_":                  `\_x\_ and y\_`,
		"2*(3-1)*4":                   `2\*(3-1)\*4`,
		"a<b>`c`":                     "a\\<b>\\`c\\`",
		"[l](u) ~~no~~ ~":             `[l\](u) \~\~no\~\~ ~`,
		"to @octocat, a@b, #12, c#12": "to @<!-- -->octocat, a@b, #<!-- -->12, c#12",
		`\x1b \* \d`:                  `\x1b \\\* \d`,
		"&lt; R&D & S &#35;":          `\&lt; R\&D & S \&#35;`,
		"# head":                      `\# head`,
		"> quoted > not":              `\> quoted > not`,
		"层/ünïcödé":                   "层/ünïcödé",
	} {
		if got := unmarked(from); got != want {
			t.Errorf("%q: %q, want %q", from, got, want)
		}
	}
}

// What Markdown shows of unmarked text is the text: taking escapes and comments away gives it back, and nothing that marks is left bare.
func TestUnmarkedIsTheText(t *testing.T) {
	escape := regexp.MustCompile("\\\\([!-/:-@\\[-`{-~])")
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.StringOfN(rapid.SampledFrom([]rune("ab1_*`[]<>&~@#\\ .(!层")), 0, 20, -1).Draw(t, "s")
		got := unmarked(s)
		if back := escape.ReplaceAllString(strings.ReplaceAll(got, "<!-- -->", ""), "$1"); back != s {
			t.Fatalf("%q: %q, which shows %q", s, got, back)
		}
		bare := escape.ReplaceAllString(strings.ReplaceAll(got, "<!-- -->", ""), " ")
		if strings.ContainsAny(bare, "`*<") || strings.Contains(bare, "](") || strings.Contains(bare, "~~") || regexp.MustCompile(`(^|[^\pL\pN])@[\pL\pN]`).MatchString(strings.ReplaceAll(got, "<!-- -->", " ")) {
			t.Fatalf("%q: %q", s, got)
		}
	})
}
