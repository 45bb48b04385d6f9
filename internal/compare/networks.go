package compare

import (
	"context"
	"fmt"
	"slices"
	"time"

	"convx/internal/bench"
	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/operands"
	"convx/internal/tensor"
)

// NetworkRun is a network on the data that the others ran on. What was not measured is nil.
type NetworkRun struct {
	Name string
	// Result are its counts at the size that it ran at.
	Result *network.Result
	// Origins say what it was fed with, and Notes what is odd about the run.
	Origins, Notes []string
	Outputs        []*tensor.Array
	Timing         *bench.Timing
	// Deviation is over all outputs that have a partner of equal shape at the same place among the baseline's.
	Deviation *Deviation

	net   *infer.Network
	feeds *operands.Feeds
}

// RunNetworks runs networks on data, each fed as feeds says, which is opened and closed here. at is told what the work is at.
func RunNetworks(ctx context.Context, feeds []*operands.Feeds, base int, o infer.Options, at func(string)) ([]*NetworkRun, error) {
	var runs []*NetworkRun
	for _, f := range feeds {
		at(lang.Sprintf("running %s", f.Network))
		r, err := runNetwork(ctx, f, o)
		f.Close()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Network, err)
		}
		runs = append(runs, r)
	}
	for i, r := range runs {
		if i != base {
			r.Deviation = r.deviate(runs[base])
		}
	}
	return runs, nil
}

func runNetwork(ctx context.Context, f *operands.Feeds, o infer.Options) (*NetworkRun, error) {
	if err := f.Open(); err != nil {
		return nil, err
	}
	r := &NetworkRun{Name: f.Network, Origins: f.Origins, feeds: f}
	var err error
	if r.Result, err = network.Evaluate(f.Graph, f.Evaluation); err != nil {
		return nil, err
	}
	if r.net, err = infer.Prepare(ctx, f.Graph, o); err != nil {
		return nil, err
	}
	if err := r.net.Run(ctx, f.Arrays); err != nil {
		return nil, err
	}
	for _, d := range r.net.Departures() {
		r.Notes = append(r.Notes, lang.Sprintf("%s: layer %s by %s: %s", r.Name, d.Layer, d.Algorithm, d.Why))
	}
	for _, p := range r.net.At {
		a := r.net.Result(p)
		if a != nil {
			a = a.Clone()
		}
		r.Outputs = append(r.Outputs, a)
	}
	return r, nil
}

// deviate is nil where no outputs have a partner.
func (r *NetworkRun) deviate(base *NetworkRun) *Deviation {
	var got, want []float32
	for i, a := range r.Outputs {
		if i >= len(base.Outputs) || a == nil || base.Outputs[i] == nil || !slices.Equal(a.Shape, base.Outputs[i].Shape) {
			continue
		}
		x, okX := tensor.Floats(a)
		y, okY := tensor.Floats(base.Outputs[i])
		if okX && okY {
			got, want = append(got, x...), append(want, y...)
		}
	}
	if got == nil {
		return nil
	}
	return Deviate(got, want)
}

// TimeNetworks times networks that ran, in turns, each for at least this long.
func TimeNetworks(ctx context.Context, runs []*NetworkRun, atLeast time.Duration, at func(string)) error {
	taken := make([][]time.Duration, len(runs))
	for round := range rounds {
		for i, r := range runs {
			at(lang.Sprintf("timing %s, round %d of %d", r.Name, round+1, rounds))
			r.net.Watch(false)
			for spent := time.Duration(0); spent < atLeast/rounds; {
				begin := time.Now()
				if err := r.net.Run(ctx, r.feeds.Arrays); err != nil {
					return err
				}
				took := time.Since(begin)
				spent += max(took, 1)
				taken[i] = append(taken[i], took)
			}
		}
	}
	for i, r := range runs {
		t := bench.TimingOf(taken[i])
		r.Timing = &t
	}
	return nil
}
