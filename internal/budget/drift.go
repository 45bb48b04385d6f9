package budget

import (
	"fmt"
	"math"
	"slices"
	"time"

	"convx/internal/lang"
	"convx/internal/report"
)

// drift is what lies between two runs of the same layers, apart from what became of single ones.
type drift struct {
	// shift is how many times as long everything takes because the machine is another: the middle of the layers' ratios, as far as
	// the machine's own peak and bandwidth changed alike.
	shift float64
	// common is the middle of the ratios, whatever the reason.
	common float64
	// layers is how many there are; vary how far from common their single ratios scatter (a standard deviation, as a part), judged by the
	// middle half: most layers did not change, so that chance is read off the data (Efron 2004). 0 for a few layers, which do not tell.
	layers int
	vary   float64
	// unsure is by which part the shift itself may be off, where there are too few layers for vary: the spread of the machine's rates.
	unsure float64
	// peak and bandwidth are the machine's, as ratios of now to then; 1 if not known.
	peak, bandwidth float64
	known, unknown  bool    // the machine was measured in both runs; in this one alone
	unsteady        float64 // the greatest spread of the machine's rates within a run
}

const (
	// enough layers tell how far unchanged ones scatter.
	enough = 8
	// sigma is a normal distribution's standard deviation over its median absolute deviation.
	sigma = 1.4826
	// restless is the spread of the machine's rates from which on the layers' samples are no independent draws.
	restless = 0.1
	// told is the shift, and the scatter, from which on people are told.
	told = 0.03
)

func driftBetween(now, before Times, all []TimeDifference) drift {
	b := drift{shift: 1, common: 1, peak: 1, bandwidth: 1}
	var ratios []float64 // of logarithms
	for _, d := range all {
		if d.Now != nil && d.Before != nil && d.Now.Median > 0 && d.Before.Median > 0 {
			ratios = append(ratios, math.Log(float64(d.Now.Median)/float64(d.Before.Median)))
		}
	}
	measured := len(now.Peaks) > 0 && len(now.Bandwidths) > 0
	b.known = measured && len(before.Peaks) > 0 && len(before.Bandwidths) > 0
	b.unknown = measured && !b.known
	least, most := 0.0, 0.0 // what the machine explains, as logarithms of times
	if b.known {
		explain := func(now, before []float64) float64 {
			ratio, noise := middle(now)/middle(before), scatter(now)+scatter(before)
			b.unsure = max(b.unsure, noise)
			b.unsteady = max(b.unsteady, scatter(now), scatter(before))
			least, most = min(least, -math.Log(ratio)-noise), max(most, -math.Log(ratio)+noise)
			return ratio
		}
		b.peak, b.bandwidth = explain(now.Peaks, before.Peaks), explain(now.Bandwidths, before.Bandwidths)
	}
	if len(ratios) == 0 {
		return b
	}
	centre := middle(ratios)
	b.layers = len(ratios)
	b.common, b.shift = math.Exp(centre), math.Exp(min(max(centre, least), most))
	if len(ratios) >= enough {
		away := make([]float64, len(ratios))
		for i, r := range ratios {
			away[i] = math.Abs(r - centre)
		}
		b.vary, b.unsure = (1+5/float64(len(ratios)))*sigma*middle(away), 0 // of few layers it is itself a guess
	}
	return b
}

// ofAll is what lies between the sums of all layers, in which single ones do not scatter.
func (b drift) ofAll() drift {
	b.vary, b.layers = 0, 1
	return b
}

// noise is by how much two measurements may be apart though nothing but the machine changed: what both vary by, and as far as one of so
// many layers is off by chance in one run of twenty.
func (b drift) noise(now, before Measured) time.Duration {
	part := func(x float64) time.Duration { return time.Duration(x * float64(before.Median)) }
	outlying := math.Sqrt2 * math.Erfinv(1-significant/float64(max(1, b.layers))) // standard deviations (Bonferroni)
	return max(now.Spread+before.Spread+part(b.unsure), part(outlying*max(b.vary, math.Hypot(now.unsure(), before.unsure()))))
}

// chance is the probability from which on ranks say nothing: of one layer by itself, of a restless machine among so many (Bonferroni).
func (b drift) chance() float64 {
	if b.unsteady > restless {
		return significant / float64(max(1, b.layers))
	}
	return significant
}

// unsure is the standard deviation of the middle of the samples, as a part; 0 if there are none.
func (m Measured) unsure() float64 {
	if len(m.Samples) == 0 || m.Median == 0 {
		return 0
	}
	all := make([]float64, len(m.Samples))
	for i, s := range m.Samples {
		all[i] = float64(s)
	}
	return math.Sqrt(math.Pi/2/float64(len(all))) * sigma * scatter(all) // of a normal distribution
}

// apart is the sign of a difference beyond noise and chance (see apart) from the earlier time, allowed to be so much longer, and from that
// on the machine as it is now: work that waits for one thing alone is not slowed by another.
func (b drift) apart(now, before Measured, allowed time.Duration) (sign int, p float64) {
	signs := map[int]bool{}
	p = -1
	for _, by := range []float64{1, b.shift} {
		then := before.scaled(by)
		s, chance := apart(now, then.shifted(allowed), b.noise(now, then), b.chance())
		sign, p = s, max(p, chance)
		if b.shift == 1 {
			return s, chance
		}
		signs[s] = true
	}
	if len(signs) > 1 {
		sign = 0
	}
	return sign, p
}

// judge gives each layer that was there before its verdict.
func (b drift) judge(all []TimeDifference) {
	for i := range all {
		if d := &all[i]; d.Before != nil && d.Now != nil {
			d.sign, d.p = b.apart(*d.Now, *d.Before, 0)
		}
	}
}

// notes say what the machine has to do with the differences.
func (b drift) notes() (notes []string) {
	rates := lang.Sprintf("(peak %s, bandwidth %s, measured with the layers)", change(b.peak), change(b.bandwidth))
	if b.unknown {
		notes = append(notes, lang.Text("the baseline does not say how fast the machine was meanwhile: a slower machine looks like slower layers; a new one says it"))
	}
	if math.Abs(math.Log(b.shift)) > told {
		notes = append(notes, lang.Sprintf("the machine is %s than for the baseline %s: earlier times are taken %s times as long, too", pace(b.shift), rates, report.Digits(b.shift)))
	}
	if rest := b.common / b.shift; b.known && math.Abs(math.Log(rest)) > max(told, b.vary) {
		notes = append(notes, lang.Sprintf("most layers are %s and the machine does not explain it %s", pace(rest), rates))
	}
	if b.unsteady > restless {
		notes = append(notes, lang.Sprintf("the machine itself varied by ±%.0f%% within one of these runs: ranks decide only below p = %.2g", 100*b.unsteady, b.chance()))
	}
	if b.vary > told {
		least := float64(b.noise(Measured{Median: time.Second}, Measured{Median: time.Second})) / float64(time.Second)
		notes = append(notes, lang.Sprintf("between these two runs layers differ by ±%.0f%% for no reason of their own: what differs by less than %.0f%% has no verdict; close other programs, or raise --min-time", 100*b.vary, 100*least))
	}
	return notes
}

// pace is a ratio of times in words.
func pace(ratio float64) string {
	if ratio < 1 {
		return lang.Sprintf("%.0f%% faster", 100*(1/ratio-1))
	}
	return lang.Sprintf("%.0f%% slower", 100*(ratio-1))
}

func change(ratio float64) string { return fmt.Sprintf("%+.0f%%", 100*(ratio-1)) }

// scaled is a measurement that took so many times as long.
func (m Measured) scaled(by float64) Measured {
	times := func(d time.Duration) time.Duration { return time.Duration(math.Round(by * float64(d))) }
	m.Median, m.Spread = times(m.Median), times(m.Spread)
	m.Samples = slices.Clone(m.Samples)
	for i, s := range m.Samples {
		m.Samples[i] = times(s)
	}
	return m
}

func middle(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	n := len(sorted)
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}

// scatter is half of the range in which the middle half lies, as a part of the middle.
func scatter(all []float64) float64 {
	sorted := slices.Sorted(slices.Values(all))
	n := len(sorted)
	return (sorted[n*3/4] - sorted[n/4]) / 2 / middle(sorted)
}
