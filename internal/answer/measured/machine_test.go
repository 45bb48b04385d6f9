package measured

import (
	"fmt"
	"strings"
	"testing"

	"convx/internal/bench"
)

// Where costs were measured, nothing is asked for; elsewhere, what to send is.
func TestUntimedMachinesAskForTimes(t *testing.T) {
	if got := untimedText(bench.Machine{}); got != nil {
		t.Errorf("asks on a machine that was timed: %v", got)
	}
	if got := untimedText(bench.Machine{Untimed: true}); len(got) != 1 || !strings.Contains(fmt.Sprint(got), "please send what convx bench kinds --tune --threads 1 prints") {
		t.Errorf("%v", got)
	}
}

// What was seen of the machine is said; a warning stands only where it varied, or has processors of several kinds.
func TestMachineText(t *testing.T) {
	steady := bench.Rates{100, 100, 100, 100, 100, 100}
	slowing := bench.Rates{130, 130, 110, 100, 90, 90}
	for _, c := range []struct {
		name string
		m    bench.Machine
		want []string // parts of each line
	}{
		{"one round", bench.Machine{Peaks: steady[:1], Bandwidths: steady[:1]}, nil},
		{"steady", bench.Machine{Peaks: steady, Bandwidths: steady}, []string{"in 6 rounds: peak ±0%, at last +0% against at first; bandwidth ±0%, +0%"}},
		{"slowing down", bench.Machine{Peaks: slowing, Bandwidths: steady}, []string{"at last -30.8% against at first", "note: the machine itself varied by more than 10%"}},
		{"hybrid", bench.Machine{Peaks: steady, Bandwidths: steady, Cores: []bench.Cores{{Count: 4, What: "up to 5.2 GHz", CPUs: "0-3"}, {Count: 8, What: "up to 3.8 GHz", CPUs: "4-11"}}},
			[]string{"in 6 rounds", "4 up to 5.2 GHz (0-3), 8 up to 3.8 GHz (4-11): times depend on where threads run; taskset -c 0-3 keeps them on the fastest"}},
		{"no choice", bench.Machine{Peaks: steady, Bandwidths: steady, Cores: []bench.Cores{{Count: 4, What: "Performance"}, {Count: 4, What: "Efficiency"}}},
			[]string{"in 6 rounds", "4 Performance, 4 Efficiency: times depend on where threads run"}},
	} {
		got := machineText(c.m)
		if len(got) != len(c.want) {
			t.Errorf("%s: %q", c.name, got)
			continue
		}
		for i, want := range c.want {
			if !strings.Contains(got[i], want) {
				t.Errorf("%s: %q lacks %q", c.name, got[i], want)
			}
		}
	}
}
