package answer

import (
	"fmt"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

func netTitle(g *network.Graph) string {
	if g.Title == "" {
		return g.Name
	}
	return g.Name + lang.Text(", ") + lang.Text(g.Title)
}

// outputJSON is one of the outputs of a network that has several.
type outputJSON struct {
	Name  string `json:"name"`
	Shape []int  `json:"shape"`
}

// outputsOf are a network's outputs by the names of their layers, where there are several.
func outputsOf(r *network.Result) []outputJSON {
	if len(r.Graph.Outputs) < 2 {
		return nil
	}
	var out []outputJSON
	for _, i := range r.Graph.Outputs {
		out = append(out, outputJSON{r.Nodes[i].Node.Name, r.Nodes[i].Output})
	}
	return out
}

// netHead says what a network is, what goes in and all that comes out.
func netHead(r *network.Result) report.Text {
	head := report.Text{netTitle(r.Graph) + lang.Text(": ") + fmt.Sprintf("%s -> %s", layer.FormatShape(r.Input), layer.FormatShape(r.Output))}
	for _, o := range outputsOf(r) {
		head = append(head, lang.Sprintf("output %s: %s", o.Name, layer.FormatShape(o.Shape)))
	}
	return head
}
