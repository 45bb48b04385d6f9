package network

import "convx/internal/layer"

// OfSpec is a network of one layer, under its variant's name.
func OfSpec(s layer.Spec, o Options) (*Result, error) {
	l, err := layer.Build(s) // whose errors say more than a network's
	if err != nil {
		return nil, err
	}
	g := &Graph{Name: s.Variant, Nodes: []Node{
		{Name: layer.Input, Op: &Input{Shape: l.Input}},
		{Name: s.Variant, Op: &Variant{Spec: s}, Inputs: []int{0}},
	}}
	return Evaluate(g, o)
}
