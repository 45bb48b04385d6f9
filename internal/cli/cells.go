package cli

import (
	"fmt"
	"time"

	"convx/internal/bench"
	"convx/internal/report"
)

func timeCell(d time.Duration) report.Cell { return report.Cell{Text: timeText(d), Raw: d.Seconds()} }

// timeText writes a time to three digits: 12.3 µs, 4.56 ms, 1.2 s.
func timeText(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d >= u.unit {
			return report.Digits(float64(d)/float64(u.unit)) + " " + u.name
		}
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}

func floatCell(v float64) report.Cell { return report.Cell{Text: report.Digits(v), Raw: v} }

func percentCell(v float64) report.Cell { return report.Cell{Text: percent(v), Raw: v} }

func percent(v float64) string { return report.Digits(100*v) + "%" }

func percentOf(part, whole time.Duration) string {
	return fmt.Sprintf("%.0f%%", 100*float64(part)/float64(max(whole, 1)))
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// noiseText says what helps against times that vary.
func noiseText(noisy, all int) report.Text {
	return report.Text{fmt.Sprintf("note: %d of %d times vary by more than 20%% (±): close other programs, or raise --min-time", noisy, all)}
}

type secondsJSON struct {
	Min    float64 `json:"min"`
	Median float64 `json:"median"`
	Spread float64 `json:"spread"`
	Runs   int     `json:"runs"`
}

func secondsOf(t bench.Timing) secondsJSON {
	return secondsJSON{t.Min.Seconds(), t.Median.Seconds(), t.Spread.Seconds(), t.Runs}
}
