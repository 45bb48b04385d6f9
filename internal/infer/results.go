package infer

import "convx/internal/tensor"

// Named is an array and what it is called.
type Named struct {
	Name string
	*tensor.Array
}

// Results are the values that were kept, each name once. What a branch did not make is left out, and so are sequences.
func (net *Network) Results() (results []Named) {
	taken := map[string]bool{}
	for _, p := range net.At {
		if a := net.Result(p); a != nil && a.Elem != tensor.Sequence && !taken[p.Name] {
			taken[p.Name] = true
			results = append(results, Named{Name: p.Name, Array: a})
		}
	}
	return results
}
