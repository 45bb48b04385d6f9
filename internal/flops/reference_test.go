package flops

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/shape"
)

// The counting reference walks the definition and adds one per multiply: no formula, only loops.

// indices calls visit once for every point of a box.
func indices(extents []int, visit func()) {
	if len(extents) == 0 {
		visit()
		return
	}
	for range extents[0] {
		indices(extents[1:], visit)
	}
}

func referenceMACs(op layer.Op, s shape.Stage) (macs, biases int) {
	x := s.Inputs[0]
	multiply := func() { macs++ }
	conv := func(c layer.Conv) {
		perGroupIn, perGroupOut := x[1]/c.Groups, c.OutChannels/c.Groups
		for range s.Output[0] {
			for o := range c.OutChannels {
				indices(s.Output[2:], func() {
					for i := range x[1] {
						if i/perGroupIn == o/perGroupOut {
							indices(c.Kernel, multiply)
						}
					}
					if c.Bias {
						biases++
					}
				})
			}
		}
	}
	switch op := op.(type) {
	case layer.Conv:
		conv(op)
	case layer.Deformable:
		conv(op.Conv)
	case layer.Transposed:
		perGroupIn, perGroupOut := x[1]/op.Groups, op.OutChannels/op.Groups
		for range x[0] {
			for i := range x[1] {
				indices(x[2:], func() {
					for o := range op.OutChannels {
						if i/perGroupIn == o/perGroupOut {
							indices(op.Kernel, multiply)
						}
					}
				})
			}
		}
		if op.Bias {
			indices(s.Output, func() { biases++ })
		}
	case layer.Linear:
		for range x[0] {
			for range op.Out {
				indices(x[1:], multiply)
				if op.Bias {
					biases++
				}
			}
		}
	}
	return macs, biases
}

// referenceFLOPs counts what is not a MAC or a bias, operation by operation.
func referenceFLOPs(op layer.Op, s shape.Stage) int {
	n := 0
	elements := func(each int) { indices(s.Output, func() { n += each }) }
	switch op := op.(type) {
	case layer.Activation:
		elements(map[string]int{"relu": 1, "relu6": 2, "sigmoid": 4, "silu": 5, "hard-swish": 5, "hard-sigmoid": 4}[op.Func])
	case layer.Scale:
		elements(1)
	case layer.Add:
		elements(len(s.Inputs) - 1)
	case layer.Pool:
		window := op.Kernel
		if op.Global {
			window = s.Inputs[0][2:]
		}
		indices(s.Output, func() {
			taps := 0
			indices(window, func() { taps++ })
			n += taps - 1
			if op.Func == layer.AveragePool {
				n++
			}
		})
	case layer.Resize:
		elements(map[int]int{3: 2 + 1, 4: 4 + 3, 5: 8 + 7}[len(s.Output)])
	case layer.ROIPool:
		indices(s.Output, func() { indices([]int{op.SamplingRatio, op.SamplingRatio}, func() { n++ }) })
	}
	return n
}

// referenceSampling places each sample and takes its values.
func referenceSampling(op layer.Op, s shape.Stage) int {
	n := 0
	switch op := op.(type) {
	case layer.Deformable:
		for range s.Output[0] {
			indices(s.Output[2:], func() {
				indices(op.Kernel, func() {
					for range op.OffsetGroups {
						n += 12
					}
					for range s.Inputs[0][1] {
						n += 7
						if op.Modulated {
							n++
						}
					}
				})
			})
		}
	case layer.ROIPool:
		indices([]int{op.ROIs, op.Pooled[0], op.Pooled[1], op.SamplingRatio, op.SamplingRatio}, func() {
			n += 12
			for range s.Inputs[0][1] {
				n += 7
			}
		})
	}
	return n
}

func TestAgainstTheCountingReference(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		r := randomLayer(t)
		rows, err := Of(r)
		if err != nil {
			t.Fatal(err)
		}
		byName := map[string]Row{}
		for _, row := range rows.Rows {
			byName[row.Name] = row
		}
		for i, st := range r.Layer.Stages {
			s, row := r.Stages[i], byName[st.Name]
			macs, biases := referenceMACs(st.Op, s)
			if want := 2*macs + biases + referenceFLOPs(st.Op, s); row.MACs != int64(macs) || row.FLOPs != int64(want) {
				t.Fatalf("%s of %+v: %d MACs and %d FLOPs, counted %d and %d", st.Name, r.Layer.Spec, row.MACs, row.FLOPs, macs, want)
			}
			params := 0
			for _, o := range st.Operands(s.Inputs) {
				indices(o.Shape, func() { params++ })
			}
			if row.Params != int64(params) || row.WeightBytes != int64(4*params) {
				t.Fatalf("%s: %d params, counted %d", st.Name, row.Params, params)
			}
			want := referenceSampling(st.Op, s)
			sampling := byName["sampling"]
			if st.Op.Kind() == layer.KindROIPool {
				sampling = byName[st.Name+".sampling"]
			}
			if want > 0 && sampling.FLOPs != int64(want) {
				t.Fatalf("sampling of %+v: %d FLOPs, counted %d", r.Layer.Spec, sampling.FLOPs, want)
			}
		}
	})
}

// randomLayer draws a small layer of any variant, until one is possible.
func randomLayer(t *rapid.T) shape.Result {
	v := rapid.SampledFrom(layer.Variants()).Draw(t, "variant")
	small := func(name string, most int) string { return fmt.Sprint(rapid.IntRange(1, most).Draw(t, name)) }
	groups := rapid.IntRange(1, 2).Draw(t, "groups")
	s := layer.Spec{Variant: v.Name}
	set := func(key, value string) {
		if v.Has(key) {
			if err := s.Set(key, value); err != nil {
				t.Fatal(err)
			}
		}
	}
	dims := rapid.SampledFrom(v.Dims).Draw(t, "dims")
	input := fmt.Sprintf("%sx%d", small("batch", 2), 2*groups)
	for range dims {
		input += "x" + small("extent", 6)
	}
	set("dims", fmt.Sprint(dims))
	set("input", input)
	set("bias", fmt.Sprint(rapid.Bool().Draw(t, "bias")))
	set("kernel", small("kernel", 3))
	set("stride", small("stride", 3))
	set("padding", fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "padding")))
	set("reduction", "2")
	set("multiplier", small("multiplier", 2))
	set("expansion", small("expansion", 3))
	set("offset-groups", small("offset groups", 2))
	set("modulated", fmt.Sprint(rapid.Bool().Draw(t, "modulated")))
	set("pooled", small("pooled", 3))
	set("sampling-ratio", small("sampling ratio", 3))
	set("hidden", small("hidden", 4))
	switch v.Name {
	case "standard", "pointwise":
		set("out-channels", small("out", 5))
	case "grouped", "transposed", "dilated", "deformable":
		set("out-channels", fmt.Sprint(2*groups))
		set("groups", "2")
	}
	if v.Name == "pointwise" {
		set("kernel", "1")
	}
	l, err := layer.Build(s)
	if err != nil {
		t.Skip(err.Error())
	}
	r, err := shape.Of(l)
	if err != nil {
		t.Skip(err.Error())
	}
	return r
}
