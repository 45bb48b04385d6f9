package onnx

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"convx/internal/flops"
	"convx/internal/fuzzing"
	"convx/internal/network"
)

// FuzzGraphs makes models of the right form: initialisers that nodes share in part, nodes in any order, unknown operators among
// them, names that are taken twice or by nobody, attributes of every type. A file and a pipe give the same.
func FuzzGraphs(f *testing.F) {
	for _, seed := range []string{"", "abcdefghijklmnopqrstuvwxyz0123456789", strings.Repeat("\x01\x07\x13\x02", 40), strings.Repeat("zyxw", 90)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		model := drawnModel(&fuzzing.Draws{Data: data})
		fuzzing.Frugal(t, func() {
			a, errA := countedModel(model, false, false)
			b, errB := countedModel(model, true, false)
			_, _ = countedModel(model, false, true) // which may refuse more
			if (errA == nil) != (errB == nil) || errA == nil && (a.Total != b.Total || len(a.Nodes) != len(b.Nodes)) {
				t.Errorf("a file gives %v, a pipe %v", errA, errB)
			}
		})
	})
}

// countedModel reads a model and works it out, whatever it is.
func countedModel(data []byte, piped, program bool) (*network.Result, error) {
	var m *Model
	var err error
	if piped {
		m, err = DecodePipe(bytes.NewReader(data))
	} else {
		m, err = Decode(bytes.NewReader(data), int64(len(data)))
	}
	if err != nil {
		return nil, err
	}
	g, err := m.Network(Options{Program: program})
	if err != nil {
		return nil, err
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		var e *network.Error
		if !errors.As(err, &e) {
			panic(fmt.Sprintf("%v is not a *network.Error", err))
		}
		return nil, err
	}
	for _, c := range flops.Conventions() {
		_, _, _ = r.Under(c) // a count that does not fit is an error too
	}
	return r, nil
}

// operatorsOf are the operators that have rules, and some that have none.
func operatorsOf() []string {
	all := []string{"Mystery", "mine:Conv", "com.microsoft:FusedConv", "Unique", "If", "Loop", "Constant"}
	for _, table := range tables.Get() {
		for name := range table {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func drawnModel(d *fuzzing.Draws) []byte {
	dims := [][]int{{4, 3, 3, 3}, {4, 1, 3, 3}, {4}, {3, 4}, {1}, {4, 4, 1, 1}, {1, 16, 3}, {1, 16, 4}, {1, 32}, {0}, {65536, 65536}}
	var parts []any
	values := []string{"x"}
	for i := range d.Below(6) {
		name := fmt.Sprintf("w%d", i)
		if d.Below(3) == 2 {
			var list []int64
			for range 1 + d.Below(4) {
				list = append(list, fuzzing.Of(d, int64(1), 0, 2, 4, -1, 3, 1<<40))
			}
			parts = append(parts, ints(name, list...))
		} else {
			parts = append(parts, weights(name, fuzzing.Of(d, dims...)...))
		}
		values = append(values, name)
	}
	var nodes []any
	for i := 0; i < 1 || d.More() && i < 20; i++ {
		var in []string
		for range 1 + d.Below(4) {
			in = append(in, fuzzing.Of(d, append([]string{values[len(values)-1], "-", "nobody"}, values...)...))
		}
		out := fmt.Sprintf("v%d", i)
		if d.Below(5) == 4 {
			out += fmt.Sprintf(" v%db", i)
		}
		if d.Below(30) == 29 {
			out = "v0"
		}
		var attrs []msg
		for range d.Below(4) {
			attrs = append(attrs, drawnAttribute(d))
		}
		nodes = append(nodes, nodeMsg(fuzzing.Of(d, drawnOperators...), strings.Join(in, " "), out, attrs...))
		values = append(values, strings.Fields(out)[0])
	}
	if d.Below(2) == 1 { // in another order
		for i := range nodes {
			k := d.Below(len(nodes))
			nodes[i], nodes[k] = nodes[k], nodes[i]
		}
	}
	inputs := []msg{valueMsg("x", fuzzing.Of[any](d, 1, "N"), fuzzing.Of[any](d, 3, 4, "C"), fuzzing.Of[any](d, 8, 16, "H"), 8)}
	return modelOf(graphOf(inputs, []string{values[len(values)-1], fuzzing.Of(d, values...)}, append(parts, nodes...)...))
}

var drawnOperators = operatorsOf()

func drawnAttribute(d *fuzzing.Draws) msg {
	name := fuzzing.Of(d, "axis", "axes", "kernel_shape", "strides", "pads", "group", "dilations", "perm", "to", "value", "mode", "alpha", "keepdims", "then_branch", "body", "hidden_size", "num_outputs", "blocksize")
	switch d.Below(5) {
	case 0:
		return attr(name, fuzzing.Of(d, 1, 0, 2, -1, 4, math.MaxInt))
	case 1:
		var list []int
		for range d.Below(5) {
			list = append(list, fuzzing.Of(d, 1, 0, 2, 3, -1, math.MaxInt))
		}
		return attr(name, list)
	case 2:
		return attr(name, fuzzing.Of(d, "reflect", "SAME_UPPER", "bidirectional", "CRD", ""))
	case 3:
		return attr(name, graphOf(nil, []string{"r"}, nodeMsg(fuzzing.Of(d, "Relu", "Conv", "Mystery", "Identity"), "x w0", "r")))
	}
	return attr(name, weights("t", 2, 3))
}
