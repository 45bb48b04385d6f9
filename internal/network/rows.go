package network

import (
	"cmp"
	"slices"
	"strings"

	"convx/internal/flops"
	"convx/internal/lang"
)

// RowView says which rows of a network to show.
type RowView struct {
	Depth int     // fold blocks below this depth; 0 shows every layer
	By    Grouper // layer or kind
	Sort  SortKey // order is the network's own
	Top   int     // 0 is all
}

// Folds reports whether the view shows something else than every layer in order.
func (v RowView) Folds() bool { return v.Depth > 0 || v.By == "kind" || v.Sort != "order" || v.Top > 0 }

// Grouper says what a row stands for: "layer" or "kind".
type Grouper string

// SortKey says in which order rows come: "order" is the network's own; the others are the largest first.
type SortKey string

// SortKeys lists the keys.
func SortKeys() []SortKey {
	return []SortKey{"order", "macs", "params", "flops", "activations", "memory"}
}

// Row is one layer, or several that were folded into one.
type Row struct {
	Name, Variant string
	Output        []int // N x C x spatial, nil where several layers' differ
	Layers        int
	flops.Total          // its MACs are the figure under the convention
	Shares        string // the node whose weights it uses
	Uncounted     bool
}

// Rows makes one row a layer, then folds, groups, sorts and cuts as the view says. However it is cut, the rows add up
// to the network. figures are those of a convention, by node.
func Rows(r *Result, figures []int64, v RowView) ([]Row, error) {
	var rows []Row
	for i := range r.Nodes {
		n := &r.Nodes[i]
		switch n.Node.Op.(type) {
		case *Input:
			continue
		case *Constant:
			if n.Total.Params == 0 {
				continue
			}
		}
		row := Row{Name: n.Node.Name, Variant: n.Variant, Output: n.Output, Layers: 1, Total: n.Total.Under(figures[i]), Uncounted: n.Uncounted}
		if n.Shares != nil {
			row.Shares = n.Shares.Name
		}
		if blocks := n.Node.Blocks; v.Depth > 0 && len(blocks) >= v.Depth {
			row.Name, row.Variant = strings.Join(blocks[:v.Depth], "."), ""
		}
		rows = append(rows, row)
	}
	var err error
	switch {
	case v.By == "kind":
		rows, err = fold(rows, func(r Row) string { return r.Variant })
		for i := range rows {
			rows[i].Name, rows[i].Output = rows[i].Variant, nil
		}
		if v.Sort == "order" {
			v.Sort = "macs"
		}
	case v.Depth > 0:
		rows, err = fold(rows, func(r Row) string { return r.Name })
	}
	if err != nil {
		return nil, err
	}
	if v.Sort != "order" {
		slices.SortStableFunc(rows, func(a, b Row) int { return cmp.Compare(sortValue(b, v.Sort), sortValue(a, v.Sort)) })
	}
	return cut(rows, v.Top)
}

// fold adds up the rows with the same key, in the place of the first; each keeps the output of its last.
func fold(rows []Row, key func(Row) string) ([]Row, error) {
	at := map[string]int{}
	var out []Row
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
		sum.Output = r.Output
		out[i] = sum
	}
	return out, nil
}

func add(a, b Row) (Row, error) {
	var err error
	a.Total, err = a.Total.Add(b.Total)
	a.Layers += b.Layers
	a.Uncounted = a.Uncounted || b.Uncounted
	a.Shares = ""
	return a, err
}

// cut keeps the first rows and adds up the others, so that nothing is lost from the total.
func cut(rows []Row, top int) ([]Row, error) {
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
	rest.Name, rest.Variant, rest.Output = lang.Text("others"), "", nil
	return append(slices.Clip(rows[:top]), rest), nil
}

func sortValue(r Row, key SortKey) int64 {
	switch key {
	case "params":
		return r.Params
	case "flops":
		return r.FLOPs
	case "activations":
		return r.Activations
	case "memory":
		return r.ActivationBytes
	}
	return r.MACs
}

// KindText is what a row is: a variant, or how many layers were folded into it.
func (r Row) KindText() string {
	if r.Layers > 1 {
		return lang.Sprintf("%d layers", r.Layers)
	}
	return r.Variant
}
