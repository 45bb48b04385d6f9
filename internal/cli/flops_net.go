package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"convx/internal/flops"
	"convx/internal/network"
	"convx/internal/report"
)

// netView says which rows of a network to show.
type netView struct {
	depth int     // fold blocks below this depth; 0 shows every layer
	by    grouper // layer or kind
	sort  sortKey // order is the network's own
	top   int     // 0 is all
}

type (
	grouper string
	sortKey string
)

// netRow is one layer, or several that were folded into one.
type netRow struct {
	name, variant string
	output        []int
	layers        int
	cost          flops.Total
	macs          int // under the convention
	shares        string
	uncounted     bool
}

// netRows makes one row a layer, then folds, groups, sorts and cuts as the view says. However it is cut, the rows add up
// to the network.
func netRows(r *network.Result, figures []int, v netView) ([]netRow, error) {
	var rows []netRow
	for i := range r.Nodes {
		n := &r.Nodes[i]
		switch n.Node.Op.(type) {
		case *network.Input:
			continue
		case *network.Constant:
			if n.Total.Params == 0 {
				continue
			}
		}
		row := netRow{name: n.Node.Name, variant: n.Variant, output: n.Output, layers: 1, cost: n.Total, macs: figures[i], uncounted: n.Uncounted}
		if n.Shares != nil {
			row.shares = n.Shares.Name
		}
		if blocks := n.Node.Blocks; v.depth > 0 && len(blocks) >= v.depth {
			row.name, row.variant = strings.Join(blocks[:v.depth], "."), ""
		}
		rows = append(rows, row)
	}
	var err error
	switch {
	case v.by == "kind":
		rows, err = fold(rows, func(r netRow) string { return r.variant })
		for i := range rows {
			rows[i].name, rows[i].output = rows[i].variant, nil
		}
		if v.sort == "order" {
			v.sort = "macs"
		}
	case v.depth > 0:
		rows, err = fold(rows, func(r netRow) string { return r.name })
	}
	if err != nil {
		return nil, err
	}
	if v.sort != "order" {
		slices.SortStableFunc(rows, func(a, b netRow) int { return cmp.Compare(sortValue(b, v.sort), sortValue(a, v.sort)) })
	}
	return cut(rows, v.top)
}

// fold adds up the rows with the same key, in the place of the first; each keeps the output of its last.
func fold(rows []netRow, key func(netRow) string) ([]netRow, error) {
	at := map[string]int{}
	var out []netRow
	for _, r := range rows {
		i, known := at[key(r)]
		if !known {
			at[key(r)] = len(out)
			out = append(out, r)
			continue
		}
		sum, err := add(out[i], r)
		if err != nil {
			return nil, err
		}
		sum.output = r.output
		out[i] = sum
	}
	return out, nil
}

func add(a, b netRow) (netRow, error) {
	var err error
	a.cost, err = a.cost.Add(b.cost)
	a.macs += b.macs
	a.layers += b.layers
	a.uncounted = a.uncounted || b.uncounted
	a.shares = ""
	return a, err
}

// cut keeps the first rows and adds up the others, so that nothing is lost from the total.
func cut(rows []netRow, top int) ([]netRow, error) {
	if top == 0 || len(rows) <= top {
		return rows, nil
	}
	rest := rows[top]
	var err error
	for _, r := range rows[top+1:] {
		if rest, err = add(rest, r); err != nil {
			return nil, err
		}
	}
	rest.name, rest.variant, rest.output = "others", "", nil
	return append(slices.Clip(rows[:top]), rest), nil
}

func sortValue(r netRow, key sortKey) int {
	switch key {
	case "params":
		return r.cost.Params
	case "flops":
		return r.cost.FLOPs
	case "activations":
		return r.cost.Activations
	case "memory":
		return r.cost.ActivationBytes
	}
	return r.macs
}

// kindText is what a row is: a variant, or how many layers were folded into it.
func (r netRow) kindText() string {
	if r.layers > 1 {
		return fmt.Sprintf("%d layers", r.layers)
	}
	return r.variant
}

func runFlopsNet(o flopsOptions) error {
	name, err := o.net.only()
	if err != nil {
		return err
	}
	r, err := o.net.load(name)
	if err != nil {
		return err
	}
	if o.convention == allConventions {
		d, err := netConventions(r)
		if err != nil {
			return err
		}
		return report.Write(o.Out, o.format, d)
	}
	convention, err := flops.ConventionNamed(string(o.convention))
	if err != nil {
		return usageError{err}
	}
	figures, total, err := r.Under(convention)
	if err != nil {
		return err
	}
	rows, err := netRows(r, figures, o.view)
	if err != nil {
		return err
	}
	subject := netSubject(name, r, figures, total, convention)
	if o.limits.uncounted {
		subject.Partial = nil
	}
	v, err := o.limits.hold(subject, shownRows(rows))
	if err != nil {
		return err
	}
	v.warn(o.Streams, o.format)
	u := uncountedText(r)
	if len(u) > 0 && o.limits.given() {
		v.notes = append(v.notes, "not counted, and missing from the totals: "+strings.Join(u, ", "))
	}
	if err := v.write(o.Out, o.format, flopsNetDocument(r, rows, convention, total)); err != nil {
		return err
	}
	if len(u) > 0 && !o.strict {
		o.warnf("not counted, and missing from the totals: %s", strings.Join(u, ", "))
	}
	if len(u) > 0 && o.strict {
		return fmt.Errorf("operators that convx does not count: %s", strings.Join(u, ", "))
	}
	return v.failure(strings.Join(u, ", "))
}
