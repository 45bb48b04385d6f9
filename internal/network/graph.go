package network

import (
	"fmt"
	"strings"

	"convx/internal/flops"
	"convx/internal/lang"
)

// Graph is a network: nodes in an order in which each follows what it reads, which is the order that they run in.
type Graph struct {
	Name  string
	File  string // where it was read, for errors; empty if nowhere
	Title string
	// Metadata is what a model's maker noted in it, by key: "labels" (joined by commas), "preprocess", "channels", "input" (a size).
	Metadata map[string]string
	Papers   []string
	Nodes    []Node
	// Outputs are the nodes whose outputs leave the network; empty is the last node alone.
	Outputs []int
	// Published are figures from papers and other tools that the network is held to.
	Published []Published
	// Notes are what is odd about the file, one line each.
	Notes []string
	// Program is how the network runs; nil unless it was asked for.
	Program *Program
	// naming are the names that frameworks give to the weights.
	naming []naming
	// written is how a network file says an operator, by which it is written again.
	written map[Operator]entry
}

// Published is a figure that someone else gives for a network.
type Published struct {
	Quantity string // "params", "macs", "flops", "receptive_field"
	Value    int64
	Source   string
	// Node names the node that the figure is for; empty is the whole network.
	Node string
	// About says how many percent convx's count may be off a rounded or differently counted figure; 0 is exact.
	About float64
}

// Node is one operator with one output. An operator with several outputs is as many nodes.
type Node struct {
	// Name is unique in the graph: the names of the blocks around it and its own, joined by dots.
	Name string
	// Tensor is what the file calls its output, where it has a name of its own for that.
	Tensor string
	// Blocks are the blocks around it, outermost first, for folding a table: "layer1", "0".
	Blocks []string
	Op     Operator
	// Inputs are indices of earlier nodes.
	Inputs []int
	// Weights names the weights that the node uses, where several nodes share them: parameters are counted for the
	// first of the nodes with one name. Empty is weights of its own.
	Weights string
	// Held is what the node's weights add to the totals; nil is float32 weights of its own, 4 bytes a parameter.
	Held *Held
	// Elem is the element type of the output as the file has it; empty is float32.
	Elem flops.Elem
	// Along, if not nil, says what the output's axes run along in input j, for receptive fields; nil is position by position.
	Along func(j int) []Along
	// At is where the node stands in its file; zero if it has no place there.
	At Position
}

// Held is the weights that a node is the first to read, where they are not all that its operator has, or not float32: the
// others are an earlier node's, or no parameters. Constants are elements of what it reads beside, which nobody trains. Elem is
// the type that most of the parameters are stored in.
type Held struct {
	Params, Bytes, Constants int64
	Elem                     flops.Elem
}

// Position is a place in a file, both from 1.
type Position struct{ Line, Column int }

// Problem is one thing that is wrong with a network, and where.
type Problem struct {
	At   Position
	Node string // the node's name, if the problem is with one
	Err  error
}

func (p Problem) Error() string {
	if p.Node == "" {
		return p.Err.Error()
	}
	return lang.Sprintf("layer %q: %v", p.Node, p.Err)
}

// Unwrap gives the cause.
func (p Problem) Unwrap() error { return p.Err }

// Error is everything that is wrong with a network, all at once, in the order of the file.
type Error struct {
	File     string
	Problems []Problem
	// More is how many further problems were left out.
	More int
}

// Error gives a line per problem: file:line:column: what.
func (e *Error) Error() string {
	lines := make([]string, len(e.Problems), len(e.Problems)+1)
	for i, p := range e.Problems {
		at := ""
		if p.At.Line > 0 {
			at = fmt.Sprintf("%s:%d:%d: ", e.File, p.At.Line, p.At.Column)
		} else if e.File != "" {
			at = e.File + ": "
		}
		lines[i] = at + p.Error()
	}
	if e.More > 0 {
		lines = append(lines, lang.Sprintf("and %d more", e.More))
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the problems.
func (e *Error) Unwrap() []error {
	errs := make([]error, len(e.Problems))
	for i, p := range e.Problems {
		errs[i] = p
	}
	return errs
}

// maxProblems bounds how many problems one error lists.
const maxProblems = 20

// problems makes an error of what was collected, or nil.
func problems(file string, all []Problem) error {
	if len(all) == 0 {
		return nil
	}
	shown := min(len(all), maxProblems)
	return &Error{File: file, Problems: all[:shown], More: len(all) - shown}
}

// file is what errors call the network.
func (g *Graph) file() string {
	if g.File != "" {
		return g.File
	}
	return g.Name
}

// outputs are the nodes whose outputs leave the network.
func (g *Graph) outputs() []int {
	if len(g.Outputs) > 0 || len(g.Nodes) == 0 {
		return g.Outputs
	}
	return []int{len(g.Nodes) - 1}
}

// Outputs are the nodes whose outputs leave the network.
func (r *Result) Outputs() []int { return r.Graph.outputs() }

// Check demands what Evaluate relies on: an operator in every node, inputs that come earlier, names that are unique,
// outputs that exist.
func (g *Graph) Check() error {
	var all []Problem
	names := make(map[string]bool, len(g.Nodes))
	bad := func(n *Node, format string, args ...any) {
		all = append(all, Problem{At: n.At, Node: n.Name, Err: lang.Errorf(format, args...)})
	}
	for i := range g.Nodes {
		n := &g.Nodes[i]
		if n.Op == nil {
			bad(n, "has no operator")
			continue
		}
		if names[n.Name] {
			bad(n, "the name is taken by an earlier layer")
		}
		names[n.Name] = true
		if least, most := n.Op.arity(); len(n.Inputs) < least || most >= 0 && len(n.Inputs) > most {
			bad(n, "%s reads %s, not %d", n.Op.Label(), arityText(least, most), len(n.Inputs))
		}
		for _, in := range n.Inputs {
			if in < 0 || in >= i {
				bad(n, "input %d does not come earlier", in)
			}
		}
	}
	for _, o := range g.Outputs {
		if o < 0 || o >= len(g.Nodes) {
			all = append(all, Problem{Err: lang.Errorf("output %d is not a layer", o)})
		}
	}
	if len(g.Nodes) == 0 {
		all = append(all, Problem{Err: lang.Errorf("the network has no layers")})
	}
	return problems(g.file(), all)
}

func arityText(least, most int) string {
	inputs := func(n int) string {
		if n == 1 {
			return lang.Text("1 input")
		}
		return lang.Sprintf("%d inputs", n)
	}
	switch {
	case most < 0:
		return lang.Sprintf("%s or more", inputs(least))
	case least == most:
		return inputs(least)
	}
	return lang.Sprintf("%d to %s", least, inputs(most))
}
