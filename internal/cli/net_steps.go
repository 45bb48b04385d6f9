package cli

import (
	"time"

	"convx/internal/bench"
	"convx/internal/infer"
	"convx/internal/network"
)

// wholeRow is one step of a network.
type wholeRow struct {
	infer.Layer
	variant     string
	macs, flops int
	timing      bench.Timing
}

// wholeRows joins the steps with what was counted for their instructions. taken are their times, run after run.
func wholeRows(net *infer.Network, r *network.Result, taken []time.Duration) []wholeRow {
	layers := net.Layers()
	rows := make([]wholeRow, len(layers))
	for i, l := range layers {
		row := wholeRow{Layer: l, variant: l.Operator}
		for k, c := range l.Covers {
			at := r.Graph.Program.Code[c].Node
			if at == network.None {
				continue
			}
			n := &r.Nodes[at]
			if k == 0 {
				row.variant = n.Variant
			}
			row.macs, row.flops = row.macs+n.Total.MACs, row.flops+n.Total.FLOPs
		}
		var times []time.Duration
		for at := i; at < len(taken); at += len(layers) {
			times = append(times, taken[at])
		}
		if len(times) > 0 {
			row.timing = bench.TimingOf(times)
		}
		rows[i] = row
	}
	return rows
}
