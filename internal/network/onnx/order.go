package onnx

import (
	"fmt"

	"convx/internal/lang"
)

// sort puts the nodes of the model's graphs and functions into an order in which each follows what it reads. ONNX demands
// one, but converters that insert nodes write others, and ONNX Runtime runs them.
func (m *Model) sort() error {
	if m.Graph == nil {
		return nil
	}
	if err := m.Graph.sort(); err != nil {
		return err
	}
	for key, f := range m.functions {
		given := map[string]bool{}
		for _, name := range f.inputs {
			given[name] = true
		}
		var err error
		if f.nodes, err = inOrder(f.nodes, given); err != nil {
			return lang.Errorf("function %q: %w", key.name, err)
		}
	}
	return nil
}

func (g *Graph) sort() error {
	given := map[string]bool{}
	for _, in := range g.Inputs {
		given[in.Name] = true
	}
	for _, t := range g.Initializers {
		given[t.Name] = true
	}
	var err error
	g.Nodes, err = inOrder(g.Nodes, given)
	return err
}

// inOrder sorts nodes, which may read what is given; an order that already stands is kept. Inner graphs are sorted too.
func inOrder(nodes []*Node, given map[string]bool) ([]*Node, error) {
	maker := map[string]int{} // the first node that makes each value
	reads := make([][]string, len(nodes))
	for i, n := range nodes {
		reads[i] = n.Inputs
		for _, a := range n.attributes {
			if a.graph == nil {
				continue
			}
			if err := a.graph.sort(); err != nil {
				return nil, err
			}
			reads[i] = a.graph.reads(reads[i])
		}
		for _, name := range n.Outputs {
			if _, known := maker[name]; !known && name != "" && !given[name] {
				maker[name] = i
			}
		}
	}
	sorted := true
	for i := range nodes {
		for _, name := range reads[i] {
			at, made := maker[name]
			sorted = sorted && (!made || at < i)
		}
	}
	if sorted {
		return nodes, nil
	}
	return followReads(nodes, reads, maker)
}

// followReads visits the nodes in the order of the file, what each reads before it.
func followReads(nodes []*Node, reads [][]string, maker map[string]int) ([]*Node, error) {
	const open, done = 1, 2
	state := make([]byte, len(nodes))
	next := make([]int, len(nodes)) // the read to look at next
	out := make([]*Node, 0, len(nodes))
	var path []int
	for first := range nodes {
		if state[first] == done {
			continue
		}
		path = append(path[:0], first)
		for len(path) > 0 {
			i := path[len(path)-1]
			state[i] = open
			if next[i] == len(reads[i]) {
				state[i], out, path = done, append(out, nodes[i]), path[:len(path)-1]
				continue
			}
			at, made := maker[reads[i][next[i]]]
			next[i]++
			switch {
			case !made || state[at] == done:
			case state[at] == open:
				return nil, cycle(nodes, path, at)
			default:
				path = append(path, at)
			}
		}
	}
	return out, nil
}

// cycle names the nodes of the path from one on, each of which reads the next.
func cycle(nodes []*Node, path []int, from int) error {
	var names []string
	for i := len(path) - 1; i >= 0; i-- {
		names = append(names, fmt.Sprintf("%q", nodes[path[i]].label()))
		if path[i] == from {
			break
		}
	}
	if more := len(names) - 5; more > 0 {
		names = append(names[:5], fmt.Sprintf("%d more", more))
	}
	if len(names) == 1 {
		return lang.Errorf("node %s reads what it makes", names[0])
	}
	return lang.Errorf("nodes read one another in a circle: %s", lang.List(names))
}

// reads appends what a graph's nodes read that the graph does not make itself.
func (g *Graph) reads(to []string) []string {
	own := map[string]bool{}
	for _, in := range g.Inputs {
		own[in.Name] = true
	}
	for _, t := range g.Initializers {
		own[t.Name] = true
	}
	for _, n := range g.Nodes {
		for _, name := range n.Outputs {
			own[name] = true
		}
	}
	to = to[:len(to):len(to)]
	add := func(names []string) {
		for _, name := range names {
			if !own[name] {
				to = append(to, name)
			}
		}
	}
	for _, n := range g.Nodes {
		add(n.Inputs)
		for _, a := range n.attributes {
			if a.graph != nil {
				add(a.graph.reads(nil))
			}
		}
	}
	for _, o := range g.Outputs {
		add([]string{o.Name})
	}
	return to
}
