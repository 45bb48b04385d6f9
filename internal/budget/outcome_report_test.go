package budget

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"convx/internal/report"
)

// Tables of limits, of differences and of times fit a terminal of 80 columns, whatever the counts and the names.
func TestOutcomesFitATerminal(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		amount := rapid.Int64Range(0, 1<<rapid.IntRange(1, 45).Draw(t, "digits"))
		counts := func() Counts {
			return Counts{Params: amount.Draw(t, "params"), MACs: amount.Draw(t, "macs"), WeightBytes: amount.Draw(t, "weights")}
		}
		v := Outcome{Subject: Subject{Name: "net"}, Baseline: "base.json", Difference: &Difference{Total: Change{Name: "total", Before: counts(), After: counts()}}}
		for i := range rapid.IntRange(1, 5).Draw(t, "layers") {
			name := strings.Repeat("block.", rapid.IntRange(0, 12).Draw(t, "depth")) + fmt.Sprint("conv", i)
			c := Change{Name: name, Kind: "standard", Was: "old." + name, WasKind: rapid.SampledFrom([]string{"standard", "inverted-residual"}).Draw(t, "kind"), Before: counts(), After: counts()}
			switch rapid.IntRange(0, 3).Draw(t, "there") {
			case 0:
				c.Before, c.Was, c.WasKind = nil, "", ""
			case 1:
				c.After = nil
			}
			v.Difference.Layers = append(v.Difference.Layers, c)
			before, now := timed(name, int(amount.Draw(t, "before")%1e9), 3), timed(name, int(amount.Draw(t, "now")%1e9), 3)
			v.Times = append(v.Times, TimeDifference{Before: &before, Now: &now, p: 0.5})
		}
		for _, q := range Quantities() {
			v.Checks = append(v.Checks, Check{Name: "increase of " + string(q), Quantity: q, Measured: amount.Draw(t, "measured"), Allowed: amount.Draw(t, "allowed")})
		}
		var b bytes.Buffer
		if err := (Report{Parts: []Held{{Outcome: v}}}).Write(&b, report.Layout{Width: 80}, report.TableFormat); err != nil {
			t.Fatal(err)
		}
		for line := range strings.Lines(b.String()) {
			if n := utf8.RuneCountInString(strings.TrimRight(line, "\n")); n > 80 && (line[0] == ' ' || strings.HasPrefix(line, "─")) {
				t.Fatalf("%d columns:\n%s", n, b.String())
			}
		}
	})
}
