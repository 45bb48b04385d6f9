package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/lang"
	"convx/internal/report"
)

// limitFlags hold a count to budgets and to an earlier count.
type limitFlags struct {
	budgets  []string // limits, names of built-in budgets, or files
	baseline string
	increase string
	// uncounted decides limits by what is counted, whatever is not.
	uncounted bool
	fps       string
	rate      *budget.Rate
	// terms are what the flags say, once they are read.
	terms budget.Terms
}

func (l *limitFlags) register(cmd *cobra.Command) {
	budgetVar(cmd, &l.budgets, "fail if over a budget: ")
	fpsVar(cmd, &l.fps)
	cmd.Flags().StringVar(&l.baseline, "baseline", "", "show differences from an earlier -f json output in `FILE`, and fail if a total grew")
	cmd.Flags().StringVar(&l.increase, "max-increase", "", "with --baseline: fail only if these totals grow by more: `LIMITS` like macs=2%,params=0")
	cmd.Flags().BoolVar(&l.uncounted, "allow-uncounted", false, "with --net: decide limits by what is counted, though some operator is not")
}

// registerTimes adds the flags of what measures time.
func (l *limitFlags) registerTimes(cmd *cobra.Command) {
	budgetVar(cmd, &l.budgets, "fail if slower by more than the noise: limits of time, like max-time=5ms, of all together; ")
	cmd.Flags().StringVar(&l.baseline, "baseline", "", "show differences from an earlier -f json output in `FILE`, and fail if all together are slower by more than the noise")
	cmd.Flags().StringVar(&l.increase, "max-increase", "", "with --baseline: how much slower they may be: `time=5%`")
}

// given reports whether there is anything to hold the count to.
func (l *limitFlags) given() bool { return len(l.budgets) > 0 || l.baseline != "" }

// settle checks the flags against each other; whoever prints limits has some.
func (l *limitFlags) settle(f report.Format) error {
	if l.increase != "" && l.baseline == "" {
		return usagef("--max-increase %s: give the --baseline that it is from", l.increase)
	}
	if l.fps != "" && len(l.budgets) == 0 {
		return usagef("--fps %s: give the limit that it is for, like --budget max-macs-per-second=4G", l.fps)
	}
	if !l.given() && (f == budget.GitHubFormat || f == budget.JUnitFormat) {
		return usagef("-f %s prints what became of limits: give --budget or --baseline", f)
	}
	return nil
}

// read reads the budgets, once for all that is held to them.
func (l *limitFlags) read() (err error) {
	l.terms = budget.Terms{Baseline: l.baseline}
	if l.rate, err = rateOf(l.fps); err != nil {
		return err
	}
	if l.terms.Budgets, err = budget.Read(l.budgets...); err != nil {
		return err
	}
	if l.increase != "" {
		if l.terms.Allowed, err = budget.ParseIncreases(l.increase); err != nil {
			return usagef("--max-increase: %w", err)
		}
	}
	return nil
}

// hold holds the subject to the flags; p, if not nil, is where it runs.
func (l *limitFlags) hold(s budget.Subject, p *device.Placement) (budget.Outcome, error) {
	if l.rate != nil {
		s.AtRate(*l.rate)
	}
	if p != nil {
		s.In(p.Fused, p.Times())
	}
	return l.terms.Hold(s)
}

// broken prints what a CI server, or a comment, is to know of a budget or a baseline that cannot be read, and returns the error all the same.
func broken(s Streams, f report.Format, err error) error {
	e, ok := errors.AsType[*budget.FileError](err)
	if !ok || f != budget.GitHubFormat && f != budget.JUnitFormat && f != report.MarkdownFormat {
		return err
	}
	return errors.Join(err, budget.Broken(e, fileOf(e.File)).Write(s.Out, s.sheet(), f))
}

// sayWarnings says the limits that were passed and only warn.
func sayWarnings(s Streams, v budget.Outcome) {
	for _, c := range budget.With(v.Checks, budget.Warned) {
		s.warnf("%s", c)
	}
}

// strictly makes an error of limits that limit nothing.
func (l *limitFlags) strictly(strict bool, v budget.Outcome) error {
	if !strict || len(v.Rules) == 0 {
		return nil
	}
	return usagef("limits that limit nothing: %s", strings.Join(v.Rules, lang.Text("; ")))
}

// warnNotes says the notes on standard error where the format has no place for them.
func warnNotes(s Streams, f report.Format, v budget.Outcome) {
	if f != report.JSONFormat && f != report.CSVFormat {
		return
	}
	for _, n := range v.Notes {
		s.warnf("%s", n)
	}
}
