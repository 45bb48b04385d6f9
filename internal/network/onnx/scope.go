package onnx

// scope holds the values of one graph; a branch sees those around it.
type scope struct {
	values   map[string]*value
	parent   *scope
	declared map[string]ValueInfo
	prefix   string // of the names of layers: the function that is being unfolded
	depth    int
	sets     map[string]int // versions of the operator sets
	inner    bool           // the body of a branch or a loop
}

func newScope(parent *scope, declared ...[]ValueInfo) *scope {
	s := &scope{values: map[string]*value{}, parent: parent, declared: map[string]ValueInfo{}}
	if parent != nil {
		s.depth, s.prefix, s.sets, s.inner = parent.depth+1, parent.prefix, parent.sets, parent.inner
	}
	for _, infos := range declared {
		for _, v := range infos {
			s.declared[v.Name] = v
		}
	}
	return s
}

// initializers enters a graph's weights.
func (s *scope) initializers(g *Graph) {
	for _, t := range g.Initializers {
		s.values[t.Name] = t.value(s.prefix + t.Name)
	}
}

func (s *scope) find(name string) *value {
	for ; s != nil; s = s.parent {
		if v, ok := s.values[name]; ok {
			return v
		}
	}
	return nil
}
