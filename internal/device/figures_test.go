package device

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"convx/configs"
	"convx/internal/flops"
)

// What a source says in numbers is what its figure is: so many multiply-accumulates of so many bits, a bus of so many bits at so many
// transfers or cycles a second, so many bytes.
func TestFiguresAreWhatTheirSourcesSay(t *testing.T) {
	words := map[string]float64{"one": 1, "two": 2, "sixteen": 16}
	vector := regexp.MustCompile(`(one|two) (\d+)-bit (?:8-bit |half-precision )?(?:multiply-accumulates?|dot products?) (a cycle|in two cycles)`)
	scalar := regexp.MustCompile(`(one|two) (?:16-bit |half-precision )?multiply-accumulates? (?:a CUDA core )?a cycle`)
	bus := regexp.MustCompile(`(\d+) bits of (?:LP)?DDR\w*-(\d+)`)
	clocked := regexp.MustCompile(`(\d+) bits (?:of tightly coupled memory|a cycle for each core,) at (\d+) MHz`)
	sized := regexp.MustCompile(`(\d+) (KB|kB|MB|GB)\b`)
	units := map[string]float64{"KB": 1 << 10, "kB": 1 << 10, "MB": 1 << 20, "GB": 1 << 30}
	number := func(s string) float64 {
		x, err := strconv.ParseFloat(s, 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	held := 0
	for _, name := range configs.DeviceNames() {
		d, err := Open(name)
		if err != nil {
			t.Fatal(err)
		}
		near := func(what string, got, want float64) {
			held++
			if math.Abs(got-want) > 0.005*want {
				t.Errorf("%s: %s is %g, and its source comes to %g", name, what, got, want)
			}
		}
		for e, f := range d.FLOPsPerCycle {
			if m := vector.FindStringSubmatch(f.Source); m != nil {
				want := 2 * words[m[1]] * number(m[2]) / float64(e.Bits())
				if m[3] == "in two cycles" {
					want /= 2
				}
				near("operations in "+string(e), f.Value, want)
			} else if m := scalar.FindStringSubmatch(f.Source); m != nil {
				near("operations in "+string(e), f.Value, 2*words[m[1]])
			} else {
				t.Errorf("%s: operations in %s: %q does not say how many multiply-accumulates a cycle", name, e, f.Source)
			}
		}
		if m := bus.FindStringSubmatch(d.Bandwidth.Source); m != nil {
			near("bandwidth", d.Bandwidth.Value, number(m[1])/8*number(m[2])/1e3)
		} else if m := clocked.FindStringSubmatch(d.Bandwidth.Source); m != nil {
			near("bandwidth", d.Bandwidth.Value, d.Cores.Value*number(m[1])/8*number(m[2])/1e3)
		}
		for what, f := range map[string]Figure{"sram": d.SRAM, "flash": d.Flash, "memory": d.Memory} {
			if m := sized.FindAllStringSubmatch(f.Source, -1); m != nil {
				total := 0.0
				for _, part := range m[:1+strings.Count(f.Source, " and ")] {
					total += number(part[1]) * units[part[2]]
				}
				near(what, f.Value, total)
			}
		}
		if !regexp.MustCompile(`^estimate\b`).MatchString(d.FLOPsPerCycle[flops.Float32].Source) {
			t.Errorf("%s: no data sheet gives operations a cycle: %q", name, d.FLOPsPerCycle[flops.Float32].Source)
		}
	}
	if held < 25 {
		t.Errorf("only %d figures were held", held)
	}
	nano, err := Open("jetson-nano")
	if err != nil {
		t.Fatal(err)
	}
	if peak, _ := nano.Peak(flops.Float16); math.Abs(peak-472e9) > 1e9 {
		t.Errorf("Jetson Nano: %g in half precision, and NVIDIA states 472e9", peak)
	}
}
