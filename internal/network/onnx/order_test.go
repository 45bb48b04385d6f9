package onnx

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/network"
)

// A network is the same in whatever order the file lists its nodes, inner graphs included.
func TestOrderOfNodes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "nodes")
		var parts []any
		for i := range n {
			from := func() string { return fmt.Sprint("v", rapid.IntRange(0, i).Draw(t, "from")) }
			out := fmt.Sprint("v", i+1)
			switch rapid.IntRange(0, 3).Draw(t, "op") {
			case 0:
				parts = append(parts, nodeMsg("Conv", from()+" w", out))
			case 1:
				parts = append(parts, nodeMsg("Add", from()+" "+from(), out))
			case 2:
				inner := graphOf(nil, []string{out + "r"}, nodeMsg("Relu", out+"q", out+"r"), nodeMsg("Relu", from(), out+"q"))
				parts = append(parts, nodeMsg("If", "yes", out, attr("then_branch", inner), attr("else_branch", inner)))
			default:
				parts = append(parts, nodeMsg("Relu", from(), out))
			}
		}
		count := func(parts []any) *network.Result {
			all := append([]any{weights("w", 3, 3, 1, 1), scalar("yes", 1)}, parts...)
			g, err := decodeModelOf(modelOf(graphOf([]msg{valueMsg("v0", 1, 3, 4, 4)}, []string{fmt.Sprint("v", n)}, all...)))
			if err != nil {
				t.Fatal(err)
			}
			r, err := network.Evaluate(g, network.Options{})
			if err != nil {
				t.Fatal(err)
			}
			return r
		}
		want, got := count(parts), count(rapid.Permutation(parts).Draw(t, "order"))
		if got.Total != want.Total || !slices.Equal(got.Output, want.Output) || len(got.Nodes) != len(want.Nodes) {
			t.Fatalf("%+v in another order, %+v in this one", got.Total, want.Total)
		}
	})
}

func TestCircles(t *testing.T) {
	inner := graphOf(nil, []string{"i"}, nodeMsg("Relu", "y", "i"))
	for name, c := range map[string]struct {
		nodes []any
		want  string
	}{
		"of two":          {of(nodeMsg("Add", "x b", "a"), nodeMsg("Relu", "a", "b"), nodeMsg("Relu", "b", "y")), `nodes read one another in a circle: "b", "a"`},
		"of one":          {of(nodeMsg("Add", "x y", "y")), `node "y" reads what it makes`},
		"in a branch":     {of(nodeMsg("If", "x", "y", attr("then_branch", inner))), `node "y" reads what it makes`},
		"within a branch": {of(nodeMsg("If", "x", "y", attr("then_branch", graphOf(nil, []string{"i"}, nodeMsg("Relu", "j", "i"), nodeMsg("Relu", "i", "j"))))), `nodes read one another in a circle: "j", "i"`},
	} {
		m := modelOf(graphOf([]msg{valueMsg("x", 1, 3, 4, 4)}, []string{"y"}, c.nodes...))
		if _, err := Decode(bytes.NewReader(m), int64(len(m))); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
}

// A long chain from the last node to the first costs neither time nor stack.
func TestReversedChain(t *testing.T) {
	const n = 100_000
	var parts []any
	for i := n; i > 0; i-- {
		parts = append(parts, nodeMsg("Relu", fmt.Sprint("v", i-1), fmt.Sprint("v", i)))
	}
	g, err := decodeModelOf(modelOf(graphOf([]msg{valueMsg("v0", 1, 3, 4, 4)}, []string{fmt.Sprint("v", n)}, parts...)))
	if err != nil || len(g.Nodes) != n+1 {
		t.Fatal(err)
	}
}
