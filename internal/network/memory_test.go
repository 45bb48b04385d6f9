package network

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/flops"
	"convx/internal/layer"
)

// referencePeak is the definition, literally: at each step, a tensor is live if it was made by then (inputs: before
// everything) and somebody still reads it, or it leaves the network, or it is being made.
func referencePeak(r *Result, bits int, inPlace bool) (peak int, live []int) {
	owner := make([]int, len(r.Nodes))
	for i := range r.Nodes {
		owner[i] = i
		switch op := r.Nodes[i].Node.Op.(type) {
		case *View:
			owner[i] = owner[r.Nodes[i].Node.Inputs[0]]
		case *Primitive:
			if op.Op.Kind() == layer.KindActivation && inPlace {
				owner[i] = overwritten(r, owner, i)
			}
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
				bytes += (bits*product(r.Nodes[i].Output) + 7) / 8
			}
		}
		live = append(live, bytes)
		peak = max(peak, bytes)
	}
	return peak, live
}

// overwritten is the node whose memory an activation takes: its input's, unless somebody else still reads that or a view of
// it, it leaves the network, or it came from outside.
func overwritten(r *Result, owner []int, i int) int {
	memory := owner[r.Nodes[i].Node.Inputs[0]]
	if _, input := r.Nodes[memory].Node.Op.(*Input); input {
		return i
	}
	// What stands behind i has not got its memory yet: views of memory that come later are followed here.
	of := slices.Clone(owner[:i])
	for k := i; k < len(r.Nodes); k++ {
		of = append(of, k)
		if _, view := r.Nodes[k].Node.Op.(*View); view {
			of[k] = of[r.Nodes[k].Node.Inputs[0]]
		}
		for _, in := range r.Nodes[k].Node.Inputs {
			if k > i && of[in] == memory {
				return i
			}
		}
	}
	for _, o := range r.Graph.outputs() {
		if of[o] == memory {
			return i
		}
	}
	return memory
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
		o := Options{InPlace: rapid.Bool().Draw(t, "in place")}
		o.Types.Activations = rapid.SampledFrom(append(flops.Elems(), "")).Draw(t, "type")
		r, err := Evaluate(g, o)
		if err != nil {
			t.Fatal(err)
		}
		peak, live := referencePeak(r, o.Types.Activations.Bits(), o.InPlace)
		for i, want := range live {
			if got := r.Nodes[i].Live; got != int64(want) {
				t.Fatalf("%s: %d bytes are live, want %d", g.Nodes[i].Name, got, want)
			}
		}
		if r.PeakMemory != int64(peak) || live[r.PeakNode] != peak {
			t.Fatalf("peak %d at %d, want %d", r.PeakMemory, r.PeakNode, peak)
		}
	})
}
