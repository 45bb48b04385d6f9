// Package compare puts layers side by side: what each is predicted to cost, costs, takes on this machine, and makes of the same
// data.
package compare

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"convx/internal/bench"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/tensor"
	"convx/internal/theory"
)

// Request says which layers are compared.
type Request struct {
	Layers  []layer.Entry
	Shared  []layer.Setting // keys of every variant that reads them
	Filters []string        // image filters of every variant that has an image kernel
	Sweeps  []Sweep         // a row for each combination of their values, if there are any
	// Input is N x C x spatial where the layers run on data; else nil, and the keys have it.
	Input    []int
	Baseline string // a row's number from 1, or its label
}

// Comparison is everything that was found out.
type Comparison struct {
	Input    []int
	Baseline int
	Rows     []Row
	Notes    []string
	// Given is what the layers ran on, nil if they did not.
	Given *tensor.Tensor[float32]
}

// Row is a layer with what was predicted and measured. What was not measured is nil.
type Row struct {
	Label string
	*operands.Settled
	Cost      flops.Count
	Theory    *theory.Ratio
	Timing    *bench.Result
	Deviation *Deviation
	Computed  *tensor.Tensor[float32]
	// Noise is what rounding leaves of zeros in what was computed.
	Noise float64
}

// New builds and counts every row. Errors are *layer.Error.
func New(r Request) (*Comparison, error) {
	c := &Comparison{}
	if err := c.addRows(r); err != nil {
		return nil, err
	}
	c.Input = c.Rows[0].Input
	labels := make([]string, len(c.Rows))
	for i, row := range c.Rows {
		labels[i] = row.Label
	}
	var err error
	if c.Baseline, err = Baseline(labels, r.Baseline); err != nil {
		return nil, err
	}
	for i := range c.Rows {
		c.Rows[i].Theory = predict(c.Rows[i], c.Rows[c.Baseline])
	}
	return c, nil
}

// addRows makes a row a layer, or a layer and values of the sweeps, and notes what was left out on the way.
func (c *Comparison) addRows(r Request) error {
	var first error
	for _, e := range r.entries() {
		row, note, err := r.row(e)
		if note != "" && !slices.Contains(c.Notes, note) {
			c.Notes = append(c.Notes, note)
		}
		if err != nil && len(r.Sweeps) > 0 { // some values of a range may be impossible
			c.Notes = append(c.Notes, lang.Sprintf("%s is left out: %v", e.Label, err))
			if first == nil {
				first = err
			}
			continue
		}
		if err != nil {
			return e.Blame(err)
		}
		c.Rows = append(c.Rows, row)
	}
	if len(c.Rows) == 0 {
		return first
	}
	distinguish(c.Rows)
	return nil
}

// entries are the layers, each with every combination of the swept values; those of the last sweep change fastest.
func (r Request) entries() []layer.Entry {
	entries := r.Layers
	for _, s := range r.Sweeps {
		entries = s.over(entries)
	}
	return entries
}

// row counts one layer. The note says which of what is shared it does not follow.
func (r Request) row(e layer.Entry) (row Row, note string, err error) {
	s, ignored, err := e.Spec(r.Shared)
	if err != nil {
		return row, "", err
	}
	filters := r.Filters
	if !operands.TakesFilter(e.Variant) {
		if filters = nil; len(r.Filters) > 0 {
			ignored = append(ignored, "filter")
		}
	}
	if e.Filter != "" {
		filters = []string{e.Filter}
	}
	if len(ignored) > 0 {
		note = lang.Sprintf("%s does not follow the shared --%s", e.Variant, strings.Join(ignored, ", --"))
	}
	if r.Input != nil {
		s.Input = r.Input
	}
	row.Label = e.Label
	if row.Settled, err = operands.Settle(s, operands.Files{}, filters); err != nil {
		return row, note, err
	}
	row.Cost, err = flops.Of(row.Result)
	return row, note, err
}

// distinguish numbers labels that are the same.
func distinguish(rows []Row) {
	seen := map[string]int{}
	for i, r := range rows {
		seen[r.Label]++
		if n := seen[r.Label]; n > 1 {
			rows[i].Label = fmt.Sprintf("%s #%d", r.Label, n)
		}
	}
}

// Baseline finds the row that others are compared with: its number from 1, or its label.
func Baseline(labels []string, text string) (int, error) {
	if n, err := strconv.Atoi(text); err == nil {
		if n < 1 || n > len(labels) {
			return 0, layer.Errorf("--baseline %d: rows are counted from 1 to %d", n, len(labels))
		}
		return n - 1, nil
	}
	i := slices.Index(labels, text)
	if i < 0 {
		return 0, layer.Errorf("--baseline %q is no row: they are %s", text, lang.List(labels))
	}
	return i, nil
}

// predict is the theory of a row; variants without a kernel are compared with the baseline's.
func predict(r, baseline Row) *theory.Ratio {
	kernel := baseline.Layer.Kernel
	if v, _ := layer.VariantNamed(baseline.Layer.Variant); len(kernel) == 0 || v.Fixes("kernel") {
		kernel = slices.Repeat([]int{3}, r.Layer.Dims)
	}
	t, ok := theory.Of(r.Layer, kernel)
	if !ok {
		return nil
	}
	return &t
}
