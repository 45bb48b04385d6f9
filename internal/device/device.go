// Package device says what a machine can do at most, from a YAML file of figures with their sources, and what follows for a
// layer: the least time that it can take there, by the roofline (Williams, Waterman & Patterson 2009). It measures nothing.
package device

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"convx/configs"
	"convx/internal/flops"
	"convx/internal/input"
	"convx/internal/lang"
)

// maxFile bounds a device file, in bytes.
const maxFile = 1 << 20

// Figure is a number with where it comes from: a document, or the word estimate.
type Figure struct {
	Value  float64 `yaml:"value"`
	Source string  `yaml:"source"`
}

// Device is a machine. Sizes are bytes; 0 is not known, or that the device has none.
type Device struct {
	Name  string `yaml:"-"`
	Title string `yaml:"title"`
	Cores Figure `yaml:"cores"`
	GHz   Figure `yaml:"ghz"`
	// FLOPsPerCycle are operations a cycle of one core, two a multiply-accumulate, by element type.
	FLOPsPerCycle map[flops.Elem]Figure `yaml:"flops_per_cycle"`
	Bandwidth     Figure                `yaml:"bandwidth_gbs"` // of the memory that activations are in, GB/s
	Caches        []Figure              `yaml:"caches"`        // bytes, innermost first
	SRAM          Figure                `yaml:"sram"`          // all that activations have, where there is no other memory
	Flash         Figure                `yaml:"flash"`         // all that weights have, where they stay there
	Memory        Figure                `yaml:"memory"`        // for weights and activations together
}

// Open finds a device: the name of a built-in one, or a file.
func Open(name string) (Device, error) {
	if strings.ContainsAny(name, "./\\") {
		data, err := input.ReadFile(name, maxFile)
		if err != nil {
			return Device{}, lang.Errorf("reading %q: %w", name, err)
		}
		return Parse(name, data)
	}
	data, ok := configs.Device(name)
	if !ok {
		return Device{}, lang.Errorf("unknown device %q; devices are %s, or a file like ./device.yaml", name, lang.List(configs.DeviceNames()))
	}
	return Parse(name, data)
}

// Parse reads a device file; name is what errors call it. docs/devices.md is its reference.
func Parse(name string, data []byte) (Device, error) {
	d := Device{Name: name}
	if err := yaml.Load(data, &d, yaml.WithKnownFields()); err != nil {
		return Device{}, input.YAMLError(name, err)
	}
	if err := d.check(); err != nil {
		return Device{}, lang.Errorf("reading %q: %w", name, err)
	}
	return d, nil
}

// check finds figures that cannot be, and those without a source.
func (d Device) check() error {
	needed := map[string]Figure{"cores": d.Cores, "ghz": d.GHz, "bandwidth_gbs": d.Bandwidth}
	for e, f := range d.FLOPsPerCycle {
		if !known(e) {
			return lang.Errorf("flops_per_cycle: unknown element type %q", e)
		}
		needed[lang.Sprintf("flops_per_cycle of %s", e)] = f
	}
	for _, name := range sorted(needed) {
		if v := needed[name].Value; !(v > 0) || math.IsInf(v, 0) {
			return lang.Errorf("%s must be a number above 0", name)
		}
	}
	if _, ok := d.FLOPsPerCycle[flops.Float32]; !ok {
		return lang.New("flops_per_cycle lacks float32")
	}
	for name, f := range map[string]Figure{"sram": d.SRAM, "flash": d.Flash, "memory": d.Memory} {
		if !(f.Value >= 0) || f.Value > math.MaxInt64/2 {
			return lang.Errorf("%s must be a number of bytes", name)
		}
		needed[name] = f
	}
	for i, f := range d.Caches {
		needed[fmt.Sprintf("caches[%d]", i)] = f
	}
	for _, name := range sorted(needed) {
		if f := needed[name]; f.Value != 0 && f.Source == "" {
			return lang.Errorf("%s has no source: name a document, or write estimate", name)
		}
	}
	return nil
}

// Peak is operations a second on this element type, and the type that they are done in: float32 where the device has no figure
// for the type itself.
func (d Device) Peak(e flops.Elem) (float64, flops.Elem) {
	f, ok := d.FLOPsPerCycle[e]
	if !ok {
		e = flops.Float32
		f = d.FLOPsPerCycle[e]
	}
	return d.Cores.Value * d.GHz.Value * 1e9 * f.Value, e
}

// Bound is what limits a layer.
type Bound string

// The bounds.
const (
	Compute = Bound(lang.Key("compute"))
	Memory  = Bound(lang.Key("memory"))
)

// Least is the least time that so much work can take: operations at the peak or bytes at the full bandwidth, whichever is
// longer. It is a bound, which no program goes below unless caches save it traffic; it is no prediction.
func (d Device) Least(t flops.Total, e flops.Elem) (time.Duration, Bound) {
	peak, _ := d.Peak(e)
	compute := float64(t.FLOPs) / peak
	memory := (float64(t.WeightBytes) + float64(t.ActivationBytes)) / (d.Bandwidth.Value * 1e9)
	longer, bound := compute, Compute
	if memory > compute {
		longer, bound = memory, Memory
	}
	if longer > math.MaxInt64/1e9 {
		return math.MaxInt64, bound
	}
	return time.Duration(math.Ceil(longer * 1e9)), bound
}

// Misfits says what of a network does not fit: weights in flash, activations in SRAM, both in memory.
func (d Device) Misfits(weights, peak int64) (out []string) {
	over := func(what string, n int64, f Figure, where string) {
		if f.Value > 0 && float64(n) > f.Value {
			out = append(out, lang.Sprintf("%s take %d bytes, and %s has %.0f", what, n, where, f.Value))
		}
	}
	over(lang.Text("weights"), weights, d.Flash, lang.Text("flash"))
	over(lang.Text("activations at their peak"), peak, d.SRAM, "SRAM")
	if weights <= math.MaxInt-peak {
		over(lang.Text("weights and activations"), weights+peak, d.Memory, lang.Text("memory"))
	}
	return out
}
func known(e flops.Elem) bool             { return slices.Contains(flops.Elems(), e) }
func sorted(m map[string]Figure) []string { return slices.Sorted(maps.Keys(m)) }
