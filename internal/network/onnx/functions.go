package onnx

import (
	"slices"

	"convx/internal/lang"
)

// unfold replaces a function that the model defines by its nodes.
func (c *call) unfold(f *function) error {
	s := newScope(nil)
	s.depth, s.prefix, s.sets, s.inner = c.scope.depth+1, c.scope.prefix+c.label()+"/", f.sets, c.scope.inner
	for i, name := range f.inputs {
		if i < len(c.in) && c.in[i] != nil {
			s.values[name] = c.in[i]
		}
	}
	// Bound one by one as they are followed: a function that calls itself at once would be copied whole at every depth.
	if err := c.follow(f.nodes, s, func(n *Node) *Node { return c.bind(n, f) }); err != nil {
		return err
	}
	return c.export(s, f.outputs)
}

// bind replaces references to the function's attributes by the caller's values or the defaults.
func (c *call) bind(n *Node, f *function) *Node {
	bound := *n
	bound.attributes = nil
	for _, a := range n.attributes {
		if a.ref != "" {
			name := a.name
			var ok bool
			if a, ok = c.attribute(a.ref); !ok {
				i := slices.IndexFunc(f.defaults, func(d attribute) bool { return d.name == a.ref })
				if i < 0 {
					continue
				}
				a = f.defaults[i]
			}
			a.name = name
		}
		bound.attributes = append(bound.attributes, a)
	}
	return &bound
}

// export hands the results of an inner graph to the node's outputs.
func (c *call) export(s *scope, names []string) error {
	for i, name := range c.Outputs {
		if i >= len(names) {
			return lang.Errorf("has %d outputs and its graph %d", len(c.Outputs), len(names))
		}
		v := s.find(names[i])
		if v == nil {
			return lang.Errorf("its graph makes no %q", names[i])
		}
		if name != "" {
			c.scope.values[name] = v
		}
	}
	return nil
}
