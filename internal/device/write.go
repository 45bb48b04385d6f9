package device

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"convx/internal/flops"
)

// Measured is a machine as it was measured with so many threads: operations (10^9 a second, all threads together) and bandwidth (GB/s).
// memory is what it has free, in bytes; 0 is not known.
func Measured(cpu string, threads int, gflops, gbs float64, memory int) Device {
	const by = "measured by convx bench"
	d := Device{
		Title: cpu, Cores: Figure{float64(threads), "threads that it was measured with"},
		// The clock cannot be read: operations are counted by the nanosecond.
		GHz:           Figure{1, "a nanosecond is taken for a cycle"},
		FLOPsPerCycle: map[flops.Elem]Figure{flops.Float32: {gflops / float64(threads), by + ": multiply-adds in registers"}},
		Bandwidth:     Figure{gbs, by + ": copies far larger than the caches"},
	}
	if memory > 0 {
		d.Memory = Figure{float64(memory), "free when it was measured"}
	}
	return d
}

// Write writes the device as the file that Parse reads.
func (d Device) Write(w io.Writer) error {
	var b strings.Builder
	figure := func(f Figure) string {
		return fmt.Sprintf("{value: %s, source: %q}", strconv.FormatFloat(f.Value, 'f', -1, 64), f.Source)
	}
	fmt.Fprintf(&b, "title: %q\ncores: %s\nghz: %s\nflops_per_cycle:\n", d.Title, figure(d.Cores), figure(d.GHz))
	for _, e := range flops.Elems() {
		if f, ok := d.FLOPsPerCycle[e]; ok {
			fmt.Fprintf(&b, "  %s: %s\n", e, figure(f))
		}
	}
	fmt.Fprintf(&b, "bandwidth_gbs: %s\n", figure(d.Bandwidth))
	if len(d.Caches) > 0 {
		b.WriteString("caches:\n")
		for _, c := range d.Caches {
			fmt.Fprintf(&b, "  - %s\n", figure(c))
		}
	}
	for _, f := range []struct {
		key string
		Figure
	}{{"sram", d.SRAM}, {"flash", d.Flash}, {"memory", d.Memory}} {
		if f.Value > 0 {
			fmt.Fprintf(&b, "%s: %s\n", f.key, figure(f.Figure))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}
