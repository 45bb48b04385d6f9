package device

import (
	"math"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"convx/configs"
	"convx/internal/flops"
)

// Every built-in device is sound, and says of each figure where it comes from.
func TestBuiltInDevices(t *testing.T) {
	want := []string{"esp32-s3", "jetson-nano", "laptop", "phone-core", "raspberry-pi-4", "raspberry-pi-5", "stm32h7"}
	if got := configs.DeviceNames(); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("devices %v, want %v", got, want)
	}
	for _, name := range configs.DeviceNames() {
		d, err := Open(name)
		if err != nil || d.Name != name || d.Title == "" {
			t.Errorf("%s: %+v, %v", name, d, err)
		}
		if d.SRAM.Value+d.Memory.Value == 0 {
			t.Errorf("%s has nowhere to put activations", name)
		}
	}
}

const toy = `title: toy
cores: {value: 2, source: estimate}
ghz: {value: 0.5, source: estimate}
flops_per_cycle:
  float32: {value: 4, source: estimate}
  int8: {value: 16, source: estimate}
bandwidth_gbs: {value: 2, source: estimate}
sram: {value: 1000, source: estimate}
flash: {value: 5000, source: estimate}
`

// The least time is the longer of two quotients: the definition of the roofline.
func TestLeastTime(t *testing.T) {
	d, err := Parse("toy.yaml", []byte(toy))
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1<<40)
		work := flops.Total{FLOPs: n.Draw(t, "flops"), WeightBytes: n.Draw(t, "weights"), ActivationBytes: n.Draw(t, "activations")}
		elem := rapid.SampledFrom([]flops.Elem{flops.Float32, flops.Int8, flops.Float16}).Draw(t, "elem")
		perSecond := map[flops.Elem]float64{flops.Float32: 4e9, flops.Float16: 4e9, flops.Int8: 16e9}[elem] // no figure for float16
		compute := float64(work.FLOPs) / perSecond
		memory := float64(work.WeightBytes+work.ActivationBytes) / 2e9
		least, bound := d.Least(work, elem)
		if want := max(compute, memory); math.Abs(least.Seconds()-want) > 2e-9+1e-12*want {
			t.Fatalf("%v of %+v, want %v s", least, work, want)
		}
		if (bound == Memory) != (memory > compute) {
			t.Fatalf("%s bounds %v against %v", bound, compute, memory)
		}
	})
	if least, _ := d.Least(flops.Total{FLOPs: math.MaxInt}, flops.Float32); least < time.Hour {
		t.Errorf("%v", least)
	}
}

func TestMisfits(t *testing.T) {
	d, err := Parse("toy.yaml", []byte(toy))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ weights, peak, want int }{{5000, 1000, 0}, {5001, 1000, 1}, {5000, 1001, 1}, {math.MaxInt, math.MaxInt, 2}} {
		if got := d.Misfits(int64(c.weights), int64(c.peak)); len(got) != c.want {
			t.Errorf("%d and %d: %q", c.weights, c.peak, got)
		}
	}
	d.Memory = Figure{5500, "estimate"}
	if got := d.Misfits(5000, 600); len(got) != 1 || !strings.Contains(got[0], "5600 bytes, and memory has 5500") {
		t.Errorf("%q", got)
	}
}

func TestBrokenDevices(t *testing.T) {
	for from, want := range map[string][2]string{
		"title: toy":               {"titel: toy", "titel"},
		"cores: {value: 2":         {"cores: {value: 0", "cores must be a number above 0"},
		"value: 0.5":               {"value: .nan", "ghz must be a number above 0"},
		"float32:":                 {"float16:", "flops_per_cycle lacks float32"},
		"int8:":                    {"int7:", `unknown element type "int7"`},
		"1000, source: estimate":   {"1000", "sram has no source: name a document, or write estimate"},
		"sram: {value: 1000":       {"sram: {value: -1", "sram must be a number of bytes"},
		"bandwidth_gbs: {value: 2": {"bandwidth_gbs: {value: many", "many"},
	} {
		if _, err := Parse("toy.yaml", []byte(strings.Replace(toy, from, want[0], 1))); err == nil || !strings.Contains(err.Error(), want[1]) {
			t.Errorf("%s: %v, want %s", want[0], err, want[1])
		}
	}
	if _, err := Open("abacus"); err == nil || !strings.Contains(err.Error(), "devices are esp32-s3, jetson-nano") {
		t.Errorf("%v", err)
	}
}
