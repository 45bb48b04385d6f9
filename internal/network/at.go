package network

import (
	"convx/internal/lang"
	"convx/internal/layer"
)

// At is the layer of that name, else the one that makes the tensor of that name, else the only one that matches it as a glob. The error
// begins with the name.
func (r *Result) At(name string) (*NodeResult, error) {
	var makes *NodeResult
	var found []*NodeResult
	var names []string
	for _, n := range r.Counted() {
		switch {
		case n.Node.Name == name:
			return n, nil
		case n.Node.Tensor == name && name != "" && makes == nil:
			makes = n
		case Matches(name, n.Node.Name) || n.Node.Tensor != "" && Matches(name, n.Node.Tensor):
			found = append(found, n)
		}
		names = append(names, n.Node.Name)
	}
	switch near := layer.Nearest(name, names); {
	case makes != nil:
		return makes, nil
	case len(found) == 1:
		return found[0], nil
	case len(found) > 1:
		return nil, lang.Errorf("%s: %d layers match, from %s to %s: name one", name, len(found), found[0].Node.Name, found[len(found)-1].Node.Name)
	case near != "":
		return nil, lang.Errorf("%s: there is no layer of that name: did you mean %s?", name, near)
	}
	return nil, lang.Errorf("%s: there is no layer of that name", name)
}
