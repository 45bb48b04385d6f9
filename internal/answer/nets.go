package answer

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

type netJSON struct {
	Net    string   `json:"net"`
	Title  string   `json:"title"`
	Input  []int    `json:"input"`
	Output []int    `json:"output"`
	Params int64    `json:"params"`
	MACs   int64    `json:"macs"`
	Papers []string `json:"papers"`
}

// Networks is the list of those that are built in, by their names.
func Networks(names []string, results []*network.Result) report.Document {
	j := []netJSON{}
	t := report.Table{Columns: []report.Column{
		{Name: "network", Key: "net"}, {Name: "input"}, {Name: "output"},
		{Name: "params", Right: true}, {Name: "MACs", Key: "macs", Right: true}, {Name: "is", Key: "title"},
	}}
	for i, r := range results {
		n := netJSON{names[i], r.Graph.Title, r.Input, r.Output, r.Total.Params, r.Total.MACs, r.Graph.Papers}
		j = append(j, n)
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(n.Net), report.Str(layer.FormatShape(n.Input)), report.Str(layer.FormatShape(n.Output)),
			report.Int(n.Params), report.Int(n.MACs), report.Str(lang.Text(n.Title)),
		})
	}
	return report.Document{JSON: j, Blocks: []report.Block{t}}
}
