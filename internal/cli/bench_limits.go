package cli

import (
	"context"
	"io"

	"convx/internal/bench"
	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/memory"
	"convx/internal/report"
)

// hold prints the answer with what became of the limits, if there are any.
func (o benchOptions) hold(t budget.Times, answer func(budget.Outcome) report.Document) error {
	v, err := o.limits.terms.HoldTimes(t)
	if err != nil {
		return broken(o.Streams, o.format, err)
	}
	warnNotes(o.Streams, o.format, v)
	if err := o.show(v, answer(v)); err != nil {
		return err
	}
	sayWarnings(o.Streams, v)
	for _, c := range budget.With(v.Checks, budget.Noisy) {
		o.warnf("%s", c)
	}
	return v.Failure("")
}

// show prints an answer and the outcome in it.
func (o benchOptions) show(v budget.Outcome, answer report.Document) error {
	all := budget.Report{Parts: []budget.Held{{Outcome: v, Document: answer}}}
	return columnUsage(all.Write(o.Out, o.sheet(), o.format))
}

// writeDevice measures the machine and writes it as a device.
func (o benchOptions) writeDevice(ctx context.Context) error {
	m := bench.MeasureMachine(o.bench(o.minTime).Threads)
	return writeFile(ctx, o.Streams, o.device, nil, func(w io.Writer) error {
		total, _ := memory.Available()
		return device.Measured(m.CPU, m.Threads, m.PeakGFLOPS, m.BandwidthGBS, total).Write(w)
	})
}
