package report

import (
	"fmt"
	"time"
)

// Time is a cell of a duration: to three digits for people, in seconds for machines.
func Time(d time.Duration) Cell { return Cell{Text: Duration(d), Raw: d.Seconds()} }

// Duration writes a time to three digits: 12.3 µs, 4.56 ms, 1.2 s.
func Duration(d time.Duration) string {
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Second, "s"}, {time.Millisecond, "ms"}, {time.Microsecond, "µs"}} {
		if d >= u.unit {
			return Digits(float64(d)/float64(u.unit)) + " " + u.name
		}
	}
	return fmt.Sprintf("%d ns", d.Nanoseconds())
}

// Float is a cell of a number: to three digits for people.
func Float(v float64) Cell { return Cell{Text: Digits(v), Raw: v} }

// Quantity is a count by its magnitude for people, exact for machines.
func Quantity[T Whole](n T) Cell { return Cell{Text: SI(float64(n)), Raw: n} }

// Share is a part of 1 as a percentage for people.
func Share(v float64) Cell { return Cell{Text: Percent(v), Raw: v} }

// Percent writes a part of 1 to three digits: 22.1%.
func Percent(v float64) string { return Digits(100*v) + "%" }

// PercentOf writes which part of a time another is, in whole percents.
func PercentOf(part, whole time.Duration) string {
	return fmt.Sprintf("%.0f%%", 100*float64(part)/float64(max(whole, 1)))
}
