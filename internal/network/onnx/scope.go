package onnx

// scope holds the values of one graph; a branch sees those around it.
type scope struct {
	values   map[string]*value
	parent   *scope
	declared map[string]ValueInfo
	prefix   string // of the names of layers: the function that is being unfolded
	depth    int
}

func (s *scope) find(name string) *value {
	for ; s != nil; s = s.parent {
		if v, ok := s.values[name]; ok {
			return v
		}
	}
	return nil
}
