package network

import (
	"slices"

	"convx/internal/shape"
)

// Along says what an axis of a node's output runs along: an axis of its input, and how far it sees there. From -1 is no axis.
type Along struct {
	From  int
	Reach shape.Reach
}

// along is what the axes of a node without stages run along in input j: what the node says; else, of a view, the axes that
// it keeps; of what is combined element by element, its axes from the last on.
func (n *NodeResult) along(j int) []Along {
	if n.Node.Along != nil {
		return n.Node.Along(j)
	}
	in := n.Inputs[j]
	switch op := n.Node.Op.(type) {
	case *Computed:
		return op.Along(j, n.Inputs, n.Output)
	case *View:
		switch {
		case op.Along != nil:
			return op.Along(n.Inputs, n.Output)
		case !slices.Equal(in, n.Output):
			return keptAxes(in, n.Output)
		}
		return nil
	}
	switch {
	case in == nil || n.Output == nil || slices.Equal(in, n.Output):
		return nil
	case broadcasts(in, n.Output):
		return broadcastAlong(in, n.Output)
	case len(in) == len(n.Output): // an axis of another extent was computed
		along := make([]Along, len(in))
		for a := range along {
			if along[a].From = a; in[a] != n.Output[a] {
				along[a].From = -1
			}
		}
		return along
	}
	return []Along{}
}

func broadcasts(in, out []int) bool {
	if len(in) > len(out) {
		return false
	}
	for i, d := range in {
		if d != 1 && d != out[len(out)-len(in)+i] {
			return false
		}
	}
	return true
}

// broadcastAlong aligns shapes at their last axes.
func broadcastAlong(in, out []int) []Along {
	if len(in) == len(out) {
		return nil
	}
	return broadcastAxes(in, out)
}

// broadcastAxes aligns an input's axes with an output's at the last.
func broadcastAxes(in, out []int) []Along {
	along := make([]Along, len(out))
	for b := range along {
		along[b].From = max(-1, b-(len(out)-len(in)))
	}
	return along
}

// keptAxes are the axes that a reshaping leaves as they are: those that are not joined with others or cut.
func keptAxes(in, out []int) []Along {
	along := make([]Along, len(out))
	for b := range along {
		along[b].From = -1
	}
	for a, b := 0, 0; a < len(in) && b < len(out); {
		switch {
		case in[a] == out[b]:
			along[b].From = a
			a, b = a+1, b+1
		case in[a] == 1:
			a++
		case out[b] == 1:
			b++
		default:
			left, right := in[a], out[b]
			for a, b = a+1, b+1; left != right; {
				if left < right && a < len(in) {
					left *= in[a]
					a++
				} else if left > right && b < len(out) {
					right *= out[b]
					b++
				} else {
					return along
				}
			}
		}
	}
	return along
}
