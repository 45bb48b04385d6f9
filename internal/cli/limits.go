package cli

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/configs"
	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/network"
	"convx/internal/report"
)

// Formats for CI servers, which flops alone knows: they print limits.
const (
	githubFormat report.Format = "github"
	junitFormat  report.Format = "junit"
)

// limitFlags hold a count to budgets and to an earlier count.
type limitFlags struct {
	budgets  []string // limits, names of built-in budgets, or files
	baseline string
	increase string
	// uncounted decides limits by what is counted, whatever is not.
	uncounted bool
}

func (l *limitFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringArrayVar(&l.budgets, "budget", nil, "fail if over a budget: `LIMITS` like max-macs=310M,max-params=3.6M, a .yaml file, or "+strings.Join(configs.BudgetNames(), " or "))
	cmd.Flags().StringVar(&l.baseline, "baseline", "", "show differences from an earlier -f json output in `FILE`, and fail if a total grew")
	cmd.Flags().StringVar(&l.increase, "max-increase", "", "with --baseline: fail only if these totals grow by more: `LIMITS` like macs=2%,params=0")
	cmd.Flags().BoolVar(&l.uncounted, "allow-uncounted", false, "with --net: decide limits by what is counted, though some operator is not")
}

// given reports whether there is anything to hold the count to.
func (l *limitFlags) given() bool { return len(l.budgets) > 0 || l.baseline != "" }

// settle checks the flags against each other; whoever prints limits has some.
func (l *limitFlags) settle(o *flopsOptions) error {
	if l.increase != "" && l.baseline == "" {
		return usagef("--max-increase %s: give the --baseline that it is from", l.increase)
	}
	if f := o.format; !l.given() && (f == githubFormat || f == junitFormat) {
		return usagef("-f %s prints what became of limits: give --budget or --baseline", f)
	}
	if l.given() && o.convention == allConventions {
		return usagef("--convention all has no one figure to limit: name one")
	}
	return nil
}

// verdict is what became of the limits.
type verdict struct {
	subject    budget.Subject
	checks     []budget.Check
	notes      []string
	difference *budget.Difference
	baseline   string
}

// hold holds the subject to the flags. rows are the layers as they are shown, which a baseline of the same view has.
func (l *limitFlags) hold(s budget.Subject, rows []budget.Layer) (verdict, error) {
	v := verdict{subject: s, baseline: l.baseline}
	for _, text := range l.budgets {
		b, err := readBudget(text)
		if err != nil {
			return v, err
		}
		checks, notes := b.Check(s)
		v.checks, v.notes = append(v.checks, checks...), append(v.notes, notes...)
	}
	if l.baseline == "" {
		return v, nil
	}
	var allowed map[budget.Quantity]budget.Amount
	if l.increase != "" {
		var err error
		if allowed, err = budget.ParseIncreases(l.increase); err != nil {
			return v, usagef("--max-increase: %w", err)
		}
	}
	before, err := budget.ReadBaseline(l.baseline, s.Name)
	if err != nil {
		return v, err
	}
	s.Layers = rows
	d, err := budget.Compare(s, before, allowed)
	if err != nil {
		return v, usagef("--baseline %s: %w", l.baseline, err)
	}
	v.difference, v.checks, v.notes = &d, append(v.checks, d.Checks...), append(v.notes, d.Doubts...)
	return v, nil
}

// readBudget reads limits of the command line, a file or a built-in budget.
func readBudget(text string) (budget.Budget, error) {
	if strings.Contains(text, "=") {
		b, err := budget.ParseLimits(text)
		if err != nil {
			return b, usagef("--budget: %w", err)
		}
		return b, nil
	}
	if strings.ContainsAny(text, "./\\") {
		b, err := budget.ReadFile(text)
		return b, netError(err)
	}
	data, ok := configs.Budget(text)
	if !ok {
		return budget.Budget{}, usagef("--budget %q is neither limits like max-macs=310M, nor a file like ./budget.yaml, nor one of %s", text, strings.Join(configs.BudgetNames(), ", "))
	}
	b, err := budget.Parse(text+".yaml", data)
	return b, netError(err)
}

// warn says the notes on standard error where the format has no place for them.
func (v verdict) warn(s Streams, f report.Format) {
	if f != report.JSONFormat && f != report.CSVFormat {
		return
	}
	for _, n := range v.notes {
		s.warnf("%s", n)
	}
}

// write prints a document with the verdict in it, or the verdict alone where the format is for a CI server.
func (v verdict) write(w io.Writer, f report.Format, d report.Document) error {
	switch f {
	case githubFormat:
		return budget.WriteGitHub(w, v.subject, v.checks, v.notes)
	case junitFormat:
		return budget.WriteJUnit(w, v.subject, v.checks, v.notes)
	}
	return report.Write(w, f, v.into(d, f))
}

// failure is a limit that was passed, or one that cannot be decided; uncounted is what the counts lack.
func (v verdict) failure(uncounted string) error {
	if err := budget.Failed(v.checks); err != nil {
		return overError{err}
	}
	return budget.Open(v.checks, uncounted)
}

// counts of a total or a row under a convention.
func countsOf(t flops.Total, macs int) budget.Counts {
	return budget.Counts{
		budget.Params: t.Params, budget.MACs: macs, budget.FLOPs: t.FLOPs, budget.Activations: t.Activations,
		budget.WeightBytes: t.WeightBytes, budget.ActivationBytes: t.ActivationBytes,
	}
}

// netSubject is a network to hold to limits, every layer by itself.
func netSubject(name string, r *network.Result, figures []int, total int, c flops.Convention) budget.Subject {
	s := budget.Subject{Name: r.Graph.Name, Input: r.Input, Convention: c.Name, Total: countsOf(r.Total, total)}
	s.Total[budget.PeakMemory] = r.PeakMemory
	if _, err := os.Stat(name); err == nil && strings.ContainsAny(name, "./\\") {
		s.File = filepath.ToSlash(filepath.Clean(name))
	}
	s.Partial = partial(r)
	for i, n := range r.Nodes {
		if _, input := n.Node.Op.(*network.Input); input {
			continue
		}
		counts := countsOf(n.Total, figures[i])
		counts[budget.PeakMemory] = n.Live
		s.Layers = append(s.Layers, budget.Layer{Name: n.Node.Name, Kind: n.Variant, Counts: counts})
	}
	return s
}

// partial are the quantities that uncounted operators may add to: all, if one may hold MACs or parameters, else those of work
// and memory.
func partial(r *network.Result) []budget.Quantity {
	if len(r.Uncounted) == 0 {
		return nil
	}
	if slices.ContainsFunc(r.Uncounted, func(u network.Uncounted) bool { return !u.Harmless }) {
		return budget.Quantities()
	}
	return []budget.Quantity{budget.FLOPs, budget.ActivationBytes, budget.PeakMemory}
}

// shownRows are a network's rows as they are shown.
func shownRows(rows []netRow) []budget.Layer {
	out := make([]budget.Layer, len(rows))
	for i, r := range rows {
		out[i] = budget.Layer{Name: r.name, Kind: r.variant, Counts: countsOf(r.cost, r.macs)}
	}
	return out
}

// layerSubject is one layer to hold to limits, its stages as rows.
func layerSubject(c counted, figures []int, total int, convention flops.Convention) budget.Subject {
	s := budget.Subject{Name: c.Layer.Variant, Input: c.Input, Convention: convention.Name, Total: countsOf(c.cost.Total, total)}
	for i, row := range c.cost.Rows {
		s.Layers = append(s.Layers, budget.Layer{Name: row.Name, Kind: string(row.Kind), Counts: countsOf(row.Total, figures[i])})
	}
	return s
}

// The JSON of limits, beside what flops prints without them.
type verdictJSON struct {
	Checks      []checkJSON     `json:"checks,omitempty"`
	Differences *differenceJSON `json:"differences,omitempty"`
}

type checkJSON struct {
	Limit    string     `json:"limit"`
	Name     string     `json:"name"` // the limit's too
	Quantity string     `json:"quantity"`
	Measured int        `json:"measured"`
	Allowed  int        `json:"allowed"`
	Over     int        `json:"over"` // negative: what is left
	Verdict  string     `json:"verdict"`
	Passed   bool       `json:"passed"` // the verdict is holds
	Most     []partJSON `json:"most"`
}

type partJSON struct {
	Name  string  `json:"name"`
	Value int     `json:"value"`
	Share float64 `json:"share"`
}

type differenceJSON struct {
	Baseline string       `json:"baseline"`
	Total    changeJSON   `json:"total"`
	Layers   []changeJSON `json:"layers"`
	Renamed  []renameJSON `json:"renamed"`
}

type renameJSON struct {
	Name string `json:"name"`
	Was  string `json:"was"`
}

type changeJSON struct {
	Name   string        `json:"name"`
	Before budget.Counts `json:"before"` // null: the layer is new
	After  budget.Counts `json:"after"`  // null: it is gone
}

func (v verdict) json() verdictJSON {
	var j verdictJSON
	for _, c := range v.checks {
		most := []partJSON{}
		for _, p := range c.Most {
			most = append(most, partJSON(p))
		}
		j.Checks = append(j.Checks, checkJSON{
			Limit: c.Name, Name: c.Name, Quantity: string(c.Quantity), Measured: c.Measured, Allowed: c.Allowed, Over: c.Measured - c.Allowed,
			Verdict: string(c.Verdict()), Passed: c.Verdict() == budget.Holds, Most: most,
		})
	}
	if d := v.difference; d != nil {
		j.Differences = &differenceJSON{Baseline: v.baseline, Total: changeJSON(d.Total), Layers: []changeJSON{}, Renamed: []renameJSON{}}
		for _, c := range d.Layers {
			j.Differences.Layers = append(j.Differences.Layers, changeJSON(c))
		}
		for _, r := range d.Renamed {
			j.Differences.Renamed = append(j.Differences.Renamed, renameJSON(r))
		}
	}
	return j
}

// into adds the verdict to a document: behind the layers on a terminal, in front of them, folded, on a page.
func (v verdict) into(d report.Document, f report.Format) report.Document {
	switch j := d.JSON.(type) {
	case flopsNetJSON:
		j.verdictJSON = v.json()
		d.JSON = j
	case flopsJSON:
		j.verdictJSON = v.json()
		d.JSON = j
	}
	blocks := v.blocks(f)
	if f != report.MarkdownFormat || len(blocks) == 0 {
		d.Blocks = append(d.Blocks, blocks...)
		return d
	}
	fold := []report.Block{report.Text{"<details><summary>Layers</summary>"}}
	d.Blocks = slices.Concat(blocks, fold, d.Blocks, []report.Block{report.Text{"</details>"}})
	return d
}
