package budget

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// simulated is a machine with layers: layers of 10 us to 100 ms, timed in rounds, each time off by its noise (log-normal), by what all share in
// a round, and now and then by another program that takes a turn of the processor.
type simulated struct {
	layers  int
	noise   float64 // a standard deviation, as a part
	slow    float64 // how many times as slow the machine is in this run
	drift   float64 // by how much it slows down from the first round to the last, as a part
	between float64 // how far single layers are off from run to run (where memory lies), as a part
	bursts  float64 // how often another program doubles a time
	changed map[int]float64
}

func (s simulated) run(seed uint64) Times {
	r := rand.New(rand.NewPCG(seed, 7))
	const rounds = 10
	t := Times{CPU: "a processor", Threads: 2}
	off := func(x float64) float64 { return math.Exp(x * r.NormFloat64()) }
	pace := func(round int) float64 { return s.slow * (1 + s.drift*float64(round)/(rounds-1)) }
	burst := func() float64 {
		if r.Float64() < s.bursts {
			return 1 + r.Float64()
		}
		return 1
	}
	for round := range rounds {
		t.Peaks = append(t.Peaks, 200/pace(round)*off(s.noise/2)/burst())
		t.Bandwidths = append(t.Bandwidths, 50/pace(round)*off(s.noise/2)/burst())
	}
	for i := range s.layers {
		base := math.Pow(10, 4+float64(i%40)/10) * off(s.between)
		if by, is := s.changed[i]; is {
			base *= by
		}
		m := Measured{Name: fmt.Sprint("layer", i)}
		var all []float64
		for round := range rounds {
			sample := base * pace(round) * off(s.noise) * burst()
			m.Samples = append(m.Samples, time.Duration(sample))
			for range 5 {
				all = append(all, sample*off(s.noise/2))
			}
		}
		m.Median = time.Duration(middle(all))
		m.Spread = time.Duration(scatter(all) * middle(all))
		t.Add(m, "gemm", 1)
	}
	return t
}

func verdicts(now, before Times) (slow, fast map[string]bool, d drift, all []TimeDifference) {
	all = timePairs(now, before)
	d = driftBetween(now, before, all)
	d.judge(all)
	slow, fast = map[string]bool{}, map[string]bool{}
	for _, x := range all {
		switch x.sign {
		case 1:
			slow[x.Now.Name] = true
		case -1:
			fast[x.Now.Name] = true
		}
	}
	return slow, fast, d, all
}

var machines = []simulated{
	{layers: 100, noise: 0.02, slow: 1},
	{layers: 100, noise: 0.05, slow: 1.4, between: 0.02},
	{layers: 100, noise: 0.1, slow: 0.7, drift: 0.3, between: 0.05},
	{layers: 60, noise: 0.03, slow: 1.2, drift: 0.2, bursts: 0.3},
	{layers: 60, noise: 0.15, slow: 2, drift: 0.5, between: 0.1, bursts: 0.5},
	{layers: 40, noise: 0.3, slow: 1.5, between: 0.2, bursts: 0.5},
	{layers: 20, noise: 0.03, slow: 1.1, between: 0.03, bursts: 0.1},
	{layers: 3, noise: 0.03, slow: 1.5, bursts: 0.1},
	{layers: 1, noise: 0.05, slow: 1.3, bursts: 0.2},
}

// Where nothing changed but the machine, less than one verdict in a hundred is slower or faster, whatever it varies by and however slow it is.
func TestNoiseAndDriftAreNoVerdicts(t *testing.T) {
	for k, m := range machines {
		quiet := m
		quiet.slow, quiet.drift = 1, 0
		layers, wrong := 0, 0
		for seed := range uint64(max(4, 300/m.layers)) {
			now, before := m.run(2*seed), quiet.run(2*seed+1)
			if seed%2 > 0 {
				now, before = before, now
			}
			slow, fast, _, _ := verdicts(now, before)
			layers, wrong = layers+m.layers, wrong+len(slow)+len(fast)
		}
		t.Logf("%+v: %d of %d", m, wrong, layers)
		if float64(wrong) >= 0.01*float64(layers) {
			t.Errorf("machine %d: %d of %d layers have a verdict", k, wrong, layers)
		}
	}
}

// A layer that became a quarter slower is found in at least 19 runs of 20, where a quarter is beyond what layers vary by; and nothing else is.
func TestOneSlowLayerIsFound(t *testing.T) {
	for k, m := range []simulated{
		{layers: 100, noise: 0.02, slow: 1},
		{layers: 90, noise: 0.03, slow: 1.4, between: 0.02},
		{layers: 40, noise: 0.03, slow: 0.97, between: 0.02, bursts: 0.05},
		{layers: 12, noise: 0.03, slow: 1.2, between: 0.02},
		{layers: 5, noise: 0.02, slow: 1},
		{layers: 1, noise: 0.02, slow: 1},
	} {
		const runs = 40
		found, others := 0, 0
		before := m
		before.slow = 1
		m.changed = map[int]float64{m.layers / 2: 1.25}
		for seed := range uint64(runs) {
			slow, fast, _, _ := verdicts(m.run(2*seed), before.run(2*seed+1))
			if name := fmt.Sprint("layer", m.layers/2); slow[name] {
				found++
				delete(slow, name)
			}
			others += len(slow) + len(fast)
		}
		t.Logf("%+v: %d of %d, and %d others", m, found, runs, others)
		if found < runs*19/20 || float64(others) >= 0.01*float64(runs*m.layers) {
			t.Errorf("machine %d: found in %d of %d runs, %d others", k, found, runs, others)
		}
	}
}

// What all layers share is said once: as the machine's where its own peak and bandwidth changed alike, else as the layers'.
func TestWhatAllShareIsSaidOnce(t *testing.T) {
	quiet := simulated{layers: 40, noise: 0.01, slow: 1}
	slow := quiet
	slow.slow = 1.5
	_, _, d, _ := verdicts(slow.run(1), quiet.run(2))
	if notes := strings.Join(d.notes(), "\n"); !strings.Contains(notes, "the machine is 5") || !strings.Contains(notes, "% slower than for the baseline (peak -33%") || len(d.notes()) != 1 {
		t.Errorf("%q", d.notes())
	}
	all := map[int]float64{}
	for i := range 40 {
		all[i] = 1.3
	}
	changed := quiet
	changed.changed = all
	slower, _, d, _ := verdicts(changed.run(1), quiet.run(2))
	if notes := strings.Join(d.notes(), "\n"); len(slower) != 40 || !strings.Contains(notes, "most layers are") || !strings.Contains(notes, "the machine does not explain it") {
		t.Errorf("%d slower, %q", len(slower), d.notes())
	}
	older := quiet.run(2)
	older.Peaks = nil
	if _, _, d, _ = verdicts(quiet.run(1), older); len(d.notes()) != 1 || !strings.Contains(d.notes()[0], "does not say how fast the machine was") {
		t.Errorf("%q", d.notes())
	}
}

// A layer that waits for nothing that became faster takes as long as before, and is not slower than the machine lets it be.
func TestOneLayerThatTheMachineDoesNotReach(t *testing.T) {
	quiet := simulated{layers: 40, noise: 0.01, slow: 1}
	for by, changed := range map[float64]float64{0.5: 2, 2: 0.5, 1.5: 1} {
		now := quiet
		now.slow, now.changed = by, map[int]float64{7: changed}
		if slow, fast, _, _ := verdicts(now.run(1), quiet.run(2)); len(slow)+len(fast) > 0 {
			t.Errorf("machine %g times as slow, layer 7 %g times: %v slower, %v faster", by, changed, slow, fast)
		}
	}
	now := quiet
	now.slow, now.changed = 1.5, map[int]float64{7: 1.2}
	if slow, _, _, _ := verdicts(now.run(1), quiet.run(2)); len(slow) != 1 || !slow["layer7"] {
		t.Errorf("%v slower", slow)
	}
}
