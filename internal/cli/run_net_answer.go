package cli

import (
	"convx/internal/answer/measured"
	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/operands"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// document is the run as one value.
func (r *netRun) document() (report.Document, error) {
	a := measured.NetworkRun{Name: r.name, Elapsed: r.elapsed, Written: lang.List(r.targets.Paths()), Outputs: r.net.Results(), Top: r.whole.top, Labels: r.labels}
	for _, in := range r.net.Inputs {
		a.Inputs = append(a.Inputs, infer.Named{Name: in.Name, Array: r.feeds.Arrays[in.Name]})
	}
	if a.Top > 0 && r.labels != nil {
		if classes, err := a.Classes(); err == nil && len(classes) != len(r.labels) {
			r.warnf("--labels: %q names %d classes, and the output %q has %d", r.whole.labels, len(r.labels), a.Outputs[0].Name, len(classes))
		}
	}
	if r.shows() {
		counted, err := network.Evaluate(r.feeds.Graph, r.feeds.Evaluation)
		if err != nil {
			return report.Document{}, err
		}
		a.Steps, a.Stats = r.net.Count(counted), r.stats
	}
	return a.Document()
}

// shows tells whether the layers are listed: where nothing else was asked for.
func (r *netRun) shows() bool {
	return len(r.targets) == 0 && r.whole.top == 0 || r.runOptions.stats || r.format == report.JSONFormat
}

// look measures what a layer made, which lasts until another takes its place in memory.
func (r *netRun) look(a *tensor.Array) measured.ArrayStats {
	s := measured.StatsOfArray(a)
	if a == nil {
		return s
	}
	if maps, ok := operands.Maps(a); ok {
		s.Dead = picture.Dead(maps)
		if r.Pictures && r.format == report.TableFormat {
			strip := picture.StripOf(maps)
			s.Strip = func(columns int) string { return strip.Line(columns, r.colors()) }
		}
	}
	return s
}

// summary says what went in.
func (r *netRun) summary() {
	for _, line := range r.feeds.Origins {
		r.sayf("%s", line)
	}
	for _, d := range r.net.Departures() {
		if d.Keeps {
			r.sayf("layer %s by %s, which keeps to the definition: %s", report.Printable(d.Layer), d.Algorithm, d.Why)
		} else {
			r.warnf("layer %s by %s, as asked, whose outputs near such data may be wrong: %s; --algorithm auto keeps to the definition", report.Printable(d.Layer), d.Algorithm, d.Why)
		}
	}
	r.sayf("%s ran in %s on %s", r.name, report.Duration(r.elapsed), lang.Plural(threadsOf(r.threads), "thread"))
}
