package network

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
)

// referencePeak is the definition, literally: at each step, a tensor is live if it was made by then (inputs: before
// everything) and somebody still reads it, or it leaves the network, or it is being made.
func referencePeak(r *Result) (peak int, live []int) {
	owner := make([]int, len(r.Nodes))
	for i := range r.Nodes {
		owner[i] = i
		if _, ok := r.Nodes[i].Node.Op.(*View); ok {
			owner[i] = owner[r.Nodes[i].Node.Inputs[0]]
		}
	}
	for now := range r.Nodes {
		bytes := 0
		for i := range r.Nodes {
			_, input := r.Nodes[i].Node.Op.(*Input)
			needed := owner[i] == i && (i == now || i < now && slices.ContainsFunc(r.Graph.outputs(), func(o int) bool { return owner[o] == i }))
			for later := now; later < len(r.Nodes) && owner[i] == i; later++ {
				for _, in := range r.Nodes[later].Node.Inputs {
					needed = needed || owner[in] == i && (i <= now || input)
				}
			}
			if needed || input && i > now {
				bytes += 4 * product(r.Nodes[i].Output)
			}
		}
		live = append(live, bytes)
		peak = max(peak, bytes)
	}
	return peak, live
}

func product(s []int) int {
	n := 1
	for _, d := range s {
		n *= d
	}
	return n
}

func TestPeakMemoryAgainstTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		g := &Graph{Name: "random", Nodes: []Node{{Name: "input", Op: &Input{Shape: []int{1, 2, 3, 3}}}}}
		n := rapid.IntRange(1, 12).Draw(t, "nodes")
		for i := 1; i <= n; i++ {
			pick := func() int { return rapid.IntRange(0, i-1).Draw(t, "input") }
			node := Node{Name: fmt.Sprint("n", i), Inputs: []int{pick()}}
			switch rapid.IntRange(0, 3).Draw(t, "op") {
			case 0:
				c := layer.Window{Kernel: []int{1, 1}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: make([]layer.Pad, 2)}}
				node.Op = &Primitive{Op: layer.Conv{Window: c, OutChannels: rapid.IntRange(1, 6).Draw(t, "channels"), Groups: 1}}
			case 1:
				node.Op = relu
			case 2:
				node.Op, node.Inputs = &Primitive{Op: layer.Concat{}}, append(node.Inputs, pick())
			case 3:
				node.Op = &View{Name: "identity", Shape: SameShape}
			}
			g.Nodes = append(g.Nodes, node)
		}
		if rapid.Bool().Draw(t, "two outputs") {
			g.Outputs = []int{n, rapid.IntRange(0, n).Draw(t, "output")}
		}
		r, err := Evaluate(g, Options{})
		if err != nil {
			t.Fatal(err)
		}
		peak, live := referencePeak(r)
		for i, want := range live {
			if got := r.Nodes[i].Live; got != want {
				t.Fatalf("%s: %d bytes are live, want %d", g.Nodes[i].Name, got, want)
			}
		}
		if r.PeakMemory != peak || live[r.PeakNode] != peak {
			t.Fatalf("peak %d at %d, want %d", r.PeakMemory, r.PeakNode, peak)
		}
	})
}
