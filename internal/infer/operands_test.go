package infer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
	"convx/internal/ops/array"
	"convx/internal/tensor"
)

// TestOperandsAreChecked prepares every operator without inputs, and with its inputs left out: an error, whatever the rewrites
// look at.
func TestOperandsAreChecked(t *testing.T) {
	for _, op := range array.Operators() {
		if op.Inputs.Min == 0 {
			continue
		}
		for _, in := range [][]int{nil, slices.Repeat([]int{network.None}, op.Inputs.Min)} {
			b := &builder{}
			b.op("Relu", "r", []int{1, 4, 6, 6}, nil, b.in("x", tensor.Float32, 1, 4, 6, 6))
			b.out("y", b.op(op.Name, "y", nil, nil, in...))
			b.p.Code[1].Domain = op.Domain
			_, err := Prepare(context.Background(), &network.Graph{Program: &b.p}, Options{})
			if err == nil || !strings.Contains(err.Error(), `layer "y": `+op.Name) {
				t.Errorf("%s of %d inputs: %v", op.Name, len(in), err)
			}
		}
	}
}

// A cast to float8 is refused before anything is computed.
func TestForeignTypesAreRefused(t *testing.T) {
	b := &builder{}
	x := b.in("x", tensor.Float32, 2)
	b.out("y", b.op("Cast", "y", nil, map[string]any{"to": int64(17)}, b.op("Relu", "r", []int{2}, nil, x)))
	_, err := Prepare(context.Background(), &network.Graph{Program: &b.p}, Options{})
	var u *Unsupported
	if !errors.As(err, &u) || u.Error() != `operator Cast to element type 17 cannot be run: 1 node, "y"` {
		t.Errorf("%v", err)
	}
}

// countdown is a Loop without a trip count whose body adds 1 to what it carries while that is less than 3.
func countdown(b *builder, x int) (yielded int) {
	one, three := b.weight("one", tensor.ArrayOf([]float32{1})), b.weight("three", tensor.ArrayOf([]float32{3}))
	yes := b.weight("yes", tensor.ArrayOf([]bool{true}))
	trip, going, carried := b.value("trip", nil), b.value("going", nil), b.value("carried", nil)
	next, less := b.value("next", nil), b.value("less", nil)
	yielded = b.value("yielded", nil)
	in := instruction("Loop", "loop", nil, []int{network.None, yielded}, []int{network.None, yes, x})
	in.Bodies = map[string]*network.Body{"body": {
		Inputs: []int{trip, going, carried}, Outputs: []int{less, next, next},
		Code: []network.Instruction{instruction("Add", "next", nil, []int{next}, []int{carried, one}), instruction("Less", "less", nil, []int{less}, []int{next, three})},
	}}
	b.p.Code = append(b.p.Code, in)
	return yielded
}

func TestLoopWithoutTripCountOrFirstOutput(t *testing.T) {
	b := &builder{}
	yielded := countdown(b, b.in("x", tensor.Float32))
	b.out("yielded", yielded)
	net := b.prepare(t, Options{})
	run(t, net, map[string]*tensor.Array{"x": tensor.ArrayOf([]float32{0})})
	if got := tensor.Data[float32](net.Result(net.At[0])); !slices.Equal(got, []float32{1, 2, 3}) {
		t.Errorf("the loop yields %v", got)
	}
}

// A Loop carries a list, as the exports of scripted modules do; what it holds outlives the memory that the rest runs in.
func TestLoopCarriesAList(t *testing.T) {
	b := &builder{}
	x := b.in("x", tensor.Float32, 2)
	none, yes, three := b.op("SequenceEmpty", "none", nil, nil), b.weight("yes", tensor.ArrayOf([]bool{true})), b.weight("three", tensor.ArrayOf([]int64{3}))
	trip, going, carried, added, longer, all := b.value("trip", nil), b.value("going", nil), b.value("carried", nil), b.value("added", nil), b.value("longer", nil), b.value("all", nil)
	count := b.value("count", nil)
	in := instruction("Loop", "loop", nil, []int{all}, []int{three, yes, none})
	in.Bodies = map[string]*network.Body{"body": {
		Inputs: []int{trip, going, carried}, Outputs: []int{going, longer},
		Code: []network.Instruction{
			instruction("Cast", "count", map[string]any{"to": int64(1)}, []int{count}, []int{trip}), instruction("Add", "added", nil, []int{added}, []int{x, count}),
			instruction("SequenceInsert", "longer", nil, []int{longer}, []int{carried, added}),
		},
	}}
	b.p.Code = append(b.p.Code, in)
	y := b.op("Relu", "relu", []int{2}, nil, x)
	b.out("y", b.op("ConcatFromSequence", "y", nil, map[string]any{"axis": int64(0)}, b.op("SequenceInsert", "last", nil, nil, all, b.op("Neg", "neg", []int{2}, nil, y))))
	net := b.prepare(t, Options{})
	run(t, net, map[string]*tensor.Array{"x": tensor.ArrayOf([]float32{1, 2}, 2)})
	if got := tensor.Data[float32](net.Result(net.At[0])); !slices.Equal(got, []float32{1, 2, 2, 3, 3, 4, -1, -2}) {
		t.Errorf("the list is %v", got)
	}
	b.p.Outputs[0].Elem = tensor.Sequence
	if _, err := Prepare(context.Background(), &network.Graph{Program: &b.p}, Options{}); err == nil || !strings.Contains(err.Error(), `the output "y" is no tensor`) {
		t.Errorf("a list as an output: %v", err)
	}
	if _, err := Prepare(context.Background(), &network.Graph{Program: &b.p}, Options{At: []string{"relu"}}); err != nil {
		t.Error(err)
	}
}

// TestEmptyLoopIsInterrupted runs a body without nodes that goes on for ever.
func TestEmptyLoopIsInterrupted(t *testing.T) {
	b := &builder{}
	x := b.in("x", tensor.Float32, 1)
	trip, going, carried, y := b.value("trip", nil), b.value("going", nil), b.value("carried", nil), b.value("y", nil)
	in := instruction("Loop", "loop", nil, []int{y}, []int{network.None, network.None, x})
	in.Bodies = map[string]*network.Body{"body": {Inputs: []int{trip, going, carried}, Outputs: []int{going, carried}}}
	b.p.Code = append(b.p.Code, in)
	b.out("y", y)
	net := b.prepare(t, Options{})
	stop := errors.New("enough")
	ctx, end := context.WithCancelCause(context.Background())
	go end(stop)
	if err := net.Run(ctx, map[string]*tensor.Array{"x": tensor.ArrayOf([]float32{0}, 1)}); !errors.Is(err, stop) {
		t.Errorf("the loop ends with %v", err)
	}
}

// TestOldScanIsRefused: operator set 8 had another Scan.
func TestOldScanIsRefused(t *testing.T) {
	b := &builder{}
	x := b.in("x", tensor.Float32, 1, 3, 2)
	b.out("y", b.op("Scan", "y", nil, nil, network.None, x))
	b.p.Code[0].Version = 8
	var u *Unsupported
	if _, err := Prepare(context.Background(), &network.Graph{Program: &b.p}, Options{}); !errors.As(err, &u) || u.Operator != "Scan" {
		t.Errorf("the error is %v", err)
	}
}
