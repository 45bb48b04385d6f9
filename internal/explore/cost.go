package explore

import (
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/report"
)

// cost is what the layer costs, or why that cannot be counted.
func (m Model) cost() []string {
	c, err := flops.Of(m.result)
	if err != nil {
		return []string{problem().Render("  " + err.Error())}
	}
	return []string{lang.Sprintf("  params %s, MACs %s (%s), FLOPs %s", report.Group(c.Total.Params), report.Group(c.Total.MACs), report.SI(float64(c.Total.MACs)), report.Group(c.Total.FLOPs))}
}
