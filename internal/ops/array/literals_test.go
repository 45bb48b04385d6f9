package array

import (
	"math"
	"slices"
	"testing"

	"convx/internal/tensor"
)

// of wraps values as one axis; shaped gives them a shape.
func of[T tensor.Item](v ...T) *tensor.Array { return tensor.ArrayOf(v, len(v)) }

func shaped[T tensor.Item](shape []int, v ...T) *tensor.Array { return tensor.ArrayOf(v, shape...) }

func scalarOf[T tensor.Item](v T) *tensor.Array { return tensor.ArrayOf([]T{v}) }

type list = []*tensor.Array

// literals are results worked out by hand.
var literals = []struct {
	op         string
	version    int
	attributes Attributes
	in, want   list
}{
	// Before opset 7 an attribute says where the second operand stands.
	{"Add", 6, Attributes{"broadcast": int64(1), "axis": int64(0)}, list{shaped([]int{2, 2}, 1., 2, 3, 4), of(10., 20)}, list{shaped([]int{2, 2}, 11., 12, 23, 24)}},
	{"BitShift", 11, Attributes{"direction": "LEFT"}, list{of[uint8](16, 129), of[uint8](1, 1)}, list{of[uint8](32, 2)}},
	{"Pow", 15, nil, list{of[int32](2, 3, -2), of[float32](3, 2, 3)}, list{of[int32](8, 9, -8)}},
	{"Round", 11, nil, list{of(0.5, 1.5, -2.5, 2.4)}, list{of(0., 2, -2, 2)}},
	{"Clip", 12, nil, list{of[int8](-5, 0, 9), scalarOf[int8](-1), nil}, list{of[int8](-1, 0, 9)}},
	{"Clip", 6, Attributes{"max": 2.0}, list{of[float32](-5, 3)}, list{of[float32](-5, 2)}},
	{"Relu", 14, nil, list{of[int16](-3, 4)}, list{of[int16](0, 4)}},
	{"IsInf", 10, Attributes{"detect_negative": int64(0)}, list{of(math.Inf(1), math.Inf(-1), 0)}, list{of(true, false, false)}},
	{"Xor", 7, nil, list{of(true, false), of(true)}, list{of(false, true)}},
	{"Equal", 19, nil, list{of("a", "b"), of("a")}, list{of(true, false)}},
	{"Where", 16, nil, list{of(true, false), of("x", "y"), scalarOf("z")}, list{of("x", "z")}},
	// Below opset 13 the axes from the given one on are one line.
	{"Softmax", 11, Attributes{"axis": int64(1)}, list{shaped([]int{1, 2, 2}, 0., 0, 0, 0)}, list{shaped([]int{1, 2, 2}, 0.25, 0.25, 0.25, 0.25)}},
	{"Softmax", 13, Attributes{"axis": int64(1)}, list{shaped([]int{1, 2, 2}, 0., 0, 0, 0)}, list{shaped([]int{1, 2, 2}, 0.5, 0.5, 0.5, 0.5)}},
	{"Hardmax", 13, nil, list{of[float32](1, 3, 3)}, list{of[float32](0, 1, 0)}},
	{"ReduceMax", 20, nil, list{of(true, false)}, list{of(true)}},
	{"ReduceSumSquare", 18, Attributes{"noop_with_empty_axes": int64(1)}, list{of(2., -3)}, list{of(4., 9)}},
	{"ArgMax", 13, Attributes{"select_last_index": int64(1)}, list{of(2., 3, 3)}, list{of[int64](2)}},
	{"CumSum", 14, Attributes{"exclusive": int64(1), "reverse": int64(1)}, list{of[int32](1, 2, 3), scalarOf[int32](0)}, list{of[int32](5, 3, 0)}},
	{"Range", 11, nil, list{scalarOf[int32](10), scalarOf[int32](4), scalarOf[int32](-3)}, list{of[int32](10, 7)}},
	{"EyeLike", 9, Attributes{"k": int64(1), "dtype": int64(7)}, list{shaped([]int{2, 3}, 0., 0, 0, 0, 0, 0)}, list{shaped([]int{2, 3}, int64(0), 1, 0, 0, 0, 1)}},
	{"Trilu", 14, Attributes{"upper": int64(0)}, list{shaped([]int{2, 2}, "a", "b", "c", "d"), scalarOf[int64](0)}, list{shaped([]int{2, 2}, "a", "", "c", "d")}},
	{"OneHot", 11, Attributes{"axis": int64(0)}, list{of[int64](1, -1, 9), scalarOf[int64](3), of[int8](5, 7)}, list{shaped([]int{3, 3}, int8(5), 5, 5, 7, 5, 5, 5, 7, 5)}},
	{"NonZero", 13, nil, list{shaped([]int{2, 2}, true, false, true, true)}, list{shaped([]int{2, 3}, int64(0), 1, 1, 0, 0, 1)}},
	{"Cast", 13, Attributes{"to": int64(3)}, list{of(300., -300, 1.9, math.NaN())}, list{of[int8](127, -128, 1, 0)}},
	{"Cast", 13, Attributes{"to": int64(2)}, list{of[int32](300, -1)}, list{of[uint8](44, 255)}},
	{"Cast", 13, Attributes{"to": int64(8)}, list{of[float32](0.1, inf, 3)}, list{of("0.1", "INF", "3")}},
	{"Cast", 13, Attributes{"to": int64(1)}, list{of("-1.5e3", "NaN", " 7")}, list{of[float32](-1500, float32(math.NaN()), 7)}},
	{"Cast", 21, Attributes{"to": int64(22)}, list{of[int32](9, -9, 7)}, list{of[tensor.I4](-7, 7, 7)}},
	{"CastLike", 15, nil, list{of(1.5, 2), of[int64]()}, list{of[int64](1, 2)}},
	{"Shape", 15, Attributes{"start": int64(-2)}, list{shaped([]int{1, 2, 3}, 0., 0, 0, 0, 0, 0)}, list{of[int64](2, 3)}},
	{"Dropout", 13, nil, list{of(1., 2), nil, scalarOf(true)}, nil},
	{"ScatterElements", 18, Attributes{"reduction": "mul"}, list{of[uint8](100, 2, 3), of[int64](0, 0), of[uint8](2, 2)}, list{of[uint8](144, 2, 3)}},
	{"Gather", 13, Attributes{"axis": int64(1)}, list{shaped([]int{2, 2}, "a", "b", "c", "d"), scalarOf[int32](-1)}, list{of("b", "d")}},
	{"Compress", 11, nil, list{shaped([]int{2, 2}, 1., 2, 3, 4), of(false, true, true)}, list{of(2., 3)}},
	{"Unique", 11, Attributes{"sorted": int64(0)}, list{of[float32](2, 1, 1, 3, 4, 3)}, list{of[float32](2, 1, 3, 4), of[int64](0, 1, 3, 4), of[int64](0, 1, 1, 2, 3, 2), of[int64](1, 2, 2, 1)}},
	{"Unique", 11, Attributes{"axis": int64(0)}, list{shaped([]int{3, 2}, 1, 0, int64(1), 0, 0, 9)}, list{shaped([]int{2, 2}, int64(0), 9, 1, 0), of[int64](2, 0), of[int64](1, 1, 0), of[int64](1, 2)}},
	{"HannWindow", 17, Attributes{"output_datatype": int64(11)}, list{scalarOf[int32](4)}, list{of(0., 0.5, 1, 0.5)}},
	{"HammingWindow", 17, Attributes{"periodic": int64(0), "output_datatype": int64(11)}, list{scalarOf[int64](3)}, list{of(4./46, 1, 4./46)}},
	{"Det", 11, nil, list{shaped([]int{2, 2, 2}, 1., 2, 3, 4, 0, 1, 1, 0)}, list{of(-2., -1)}},
	{"Einsum", 12, Attributes{"equation": "ii"}, list{shaped([]int{2, 2}, 1., 2, 3, 4)}, list{scalarOf(5.)}},
	{"MatMul", 13, nil, list{shaped[float32]([]int{1, 2, 1}, 1, 2), shaped[float32]([]int{0, 1, 2})}, list{shaped[float32]([]int{0, 2, 2})}},
	{"MatMul", 13, nil, list{of[int32](1, 2), shaped([]int{2, 2}, int32(1), 2, 3, 4)}, list{of[int32](7, 10)}},
	{"LRN", 13, Attributes{"size": int64(3), "alpha": 3.0, "beta": 1.0}, list{shaped([]int{1, 3, 1}, 1., 2, 3)}, list{shaped([]int{1, 3, 1}, 1./6, 2./15, 3./14)}},
	{"LayerNormalization", 17, Attributes{"axis": int64(1), "epsilon": 0.0}, list{shaped([]int{2, 2, 1}, 1., 3, 2, 8), shaped([]int{2, 1, 1}, 1., 10), shaped([]int{2, 1}, 0.5, 0.25)}, list{shaped([]int{2, 2, 1}, -0.5, 1.25, -9.5, 10.25), shaped([]int{2, 1, 1}, float32(2), 5)}},
	{"LayerNormalization", 17, nil, list{shaped([]int{2, 2}, 1., 3, 2, 8), shaped([]int{3}, 1., 1, 1)}, nil},
	{"RMSNormalization", 23, Attributes{"epsilon": 0.0}, list{shaped([]int{2, 2}, 3., 3, 1, 7), of(1., 2)}, list{shaped([]int{2, 2}, 1., 2, 0.2, 2.8)}},
	{"MeanVarianceNormalization", 13, Attributes{"axes": []int64{1}}, list{shaped([]int{1, 2}, 1., 3)}, list{shaped([]int{1, 2}, -1., 1)}},
	{"Upsample", 9, nil, list{shaped([]int{1, 2}, "a", "b"), of[float32](2, 1.5)}, list{shaped([]int{2, 3}, "a", "a", "b", "a", "a", "b")}},
	{"RoiAlign", 16, Attributes{"output_width": int64(2)}, list{shaped([]int{1, 1, 2, 2}, 5., 5, 5, 5), shaped([]int{1, 4}, 0., 0, 2, 2), of[int64](0)}, list{shaped([]int{1, 1, 1, 2}, 5., 5)}},
	{"NonMaxSuppression", 11, nil,
		list{shaped([]int{1, 3, 4}, float32(0), 0, 2, 2, 0, 0, 2, 1.9, 5, 5, 6, 6), shaped([]int{1, 1, 3}, float32(0.8), 0.9, 0.1), scalarOf[int64](3), scalarOf[float32](0.5), scalarOf[float32](0.2)},
		list{shaped([]int{1, 3}, int64(0), 0, 1)}},
	{"QuantizeLinear", 21, Attributes{"output_dtype": int64(22)}, list{of[float32](-9, 0.5, 1.5, 99), scalarOf[float32](1)}, list{of[tensor.I4](-8, 0, 2, 7)}},
	{"DequantizeLinear", 21, Attributes{"block_size": int64(2)}, list{shaped([]int{1, 3}, tensor.U4(1), 2, 15), shaped([]int{1, 2}, float32(2), 10)}, list{shaped([]int{1, 3}, float32(2), 4, 150)}},
	{"DynamicQuantizeLinear", 11, nil, list{of[float32](0, 255, 51)}, list{of[uint8](0, 255, 51), scalarOf[float32](1), scalarOf[uint8](0)}},
	{"ImageScaler", 1, Attributes{"scale": 2.0, "bias": []float64{1, 3}}, list{shaped([]int{1, 2, 1}, 5., 7)}, list{shaped([]int{1, 2, 1}, 11., 17)}},
	{"Affine", 1, Attributes{"alpha": 2.0, "beta": 1.0}, list{of(3., 4)}, list{of(7., 9)}},
	{"Crop", 1, Attributes{"border": []int64{1, 0, 0, 1}}, list{shaped([]int{1, 1, 2, 3}, int8(1), 2, 3, 4, 5, 6)}, list{shaped([]int{1, 1, 1, 2}, int8(2), 3)}},
	{"ReverseSequence", 10, nil, list{shaped([]int{3, 1}, int8(1), 2, 3), of[int64](2)}, list{shaped([]int{3, 1}, int8(2), 1, 3)}},
	{"MaxPool", 12, Attributes{"kernel_shape": []int64{2, 2}, "storage_order": int64(1)}, list{shaped([]int{1, 1, 2, 3}, 1., 9, 2, 3, 4, 5)},
		list{shaped([]int{1, 1, 1, 2}, 9., 9), shaped([]int{1, 1, 1, 2}, int64(2), 2)}},
	{"AveragePool", 19, Attributes{"kernel_shape": []int64{2}, "pads": []int64{1, 0}, "count_include_pad": int64(1)}, list{shaped([]int{1, 1, 2}, 2., 4)}, list{shaped([]int{1, 1, 2}, 1., 3)}},
	{"ConvTranspose", 11, Attributes{"auto_pad": "SAME_UPPER", "strides": []int64{2}}, list{shaped([]int{1, 1, 2}, 1., 2), shaped([]int{1, 1, 3}, 1., 1, 1)}, list{shaped([]int{1, 1, 4}, 1., 1, 3, 2)}},
	{"GridSample", 16, Attributes{"align_corners": int64(1)}, list{shaped([]int{1, 1, 2, 2}, 1., 2, 3, 4), shaped([]int{1, 1, 3, 2}, -1., -1, 0, 0, 1, 0)}, list{shaped([]int{1, 1, 1, 3}, 1., 2.5, 3)}},
	{"Resize", 18, Attributes{"mode": "linear", "antialias": int64(1)}, list{of[uint8](1, 2, 4, 6), nil, nil, of[int64](2)}, list{of[uint8](2, 5)}},
	{"Resize", 18, Attributes{"mode": "linear"}, list{of[int8](-5, -8), nil, nil, of[int64](6)}, list{of[int8](-5, -5, -6, -7, -8, -8)}},
	{"Resize", 19, Attributes{"mode": "linear", "keep_aspect_ratio_policy": "not_larger", "axes": []int64{1}}, list{shaped([]int{1, 2}, int32(-411067075), 7), nil, nil, of[int64](2)}, list{shaped([]int{1, 2}, int32(-411067075), 7)}},
	// float32 keeps the sum of the four products just below 7 here and there, and what is cut off is ONNX Runtime's too.
	{"Resize", 18, Attributes{"mode": "linear"}, list{shaped([]int{1, 1, 2, 2}, uint8(0), 7, 7, 7), nil, nil, of[int64](1, 1, 5, 5)}, list{shaped([]int{1, 1, 5, 5}, uint8(0), 0, 3, 6, 7, 0, 1, 3, 6, 6, 3, 3, 5, 6, 7, 6, 6, 6, 6, 7, 7, 6, 7, 7, 7)}},
	{"Resize", 19, Attributes{"nearest_mode": "round_prefer_ceil", "coordinate_transformation_mode": "asymmetric"}, list{of(0., 1, 2, 3, 4, 5, 6), nil, nil, of[int64](4)}, list{of(0., 2, 4, 5)}},
	{"Resize", 19, Attributes{"nearest_mode": "floor", "coordinate_transformation_mode": "half_pixel_symmetric"}, list{of(0., 1, 2, 3, 4, 5), nil, of[float32](1. / 3)}, list{of(0., 3)}},
	{"Resize", 19, Attributes{"mode": "linear"}, list{shaped[float32]([]int{0, 2, 3, 3}), nil, nil, of[int64](0, 2, 5, 5)}, list{shaped[float32]([]int{0, 2, 5, 5})}},
	{"Resize", 19, Attributes{"mode": "linear"}, list{of(0., 4), nil, nil, of[int64](4)}, list{of(0., 1, 3, 4)}},
	{"RNN", 14, Attributes{"direction": "bidirectional", "activations": []string{"Affine", "Affine"}},
		list{shaped([]int{2, 1, 1}, 1., 10), shaped([]int{2, 1, 1}, 1., 1), shaped([]int{2, 1, 1}, 0.5, 0.5)},
		list{shaped([]int{2, 2, 1, 1}, 1., 6, 10.5, 10), shaped([]int{2, 1, 1}, 10.5, 6)}},
	{"RNN", 14, Attributes{"activations": []string{"ThresholdedRelu"}}, list{shaped([]int{3, 1, 1}, 1., 0.5, 0.75), shaped([]int{1, 1, 1}, 1.), shaped([]int{1, 1, 1}, 0.5)},
		list{shaped([]int{3, 1, 1, 1}, 1., 1, 1.25), shaped([]int{1, 1, 1}, 1.25)}},
	{"ThresholdedRelu", 10, nil, list{of(0.5, 1., 1.5)}, list{of(0., 0, 1.5)}},
}

func TestLiteralResults(t *testing.T) {
	for _, l := range literals {
		c := &Call{Op: l.op, Version: l.version, Attributes: l.attributes, In: l.in, Out: make(list, max(1, len(l.want)))}
		err := Run(c)
		if l.want == nil {
			if err == nil {
				t.Errorf("%s-%d %v ran", l.op, l.version, l.attributes)
			}
			continue
		}
		if err != nil {
			t.Errorf("%s-%d: %v", l.op, l.version, err)
			continue
		}
		for i, want := range l.want {
			got := c.Out[i]
			if got.Elem == tensor.String {
				if want.Elem != tensor.String || !slices.Equal(got.Shape, want.Shape) || !slices.Equal(tensor.Data[string](got), tensor.Data[string](want)) {
					t.Errorf("%s-%d: output %d is %v %q, want %v %q", l.op, l.version, i, got, tensor.Data[string](got), want, want)
				}
				continue
			}
			if diff := differ(got, want, 1e-8); diff != "" {
				t.Errorf("%s-%d %v: output %d: %s", l.op, l.version, l.attributes, i, diff)
			}
		}
	}
}

// TestLSTMAgreesWithItsEquations goes through a sequence with peepholes, step by step.
func TestLSTMAgreesWithItsEquations(t *testing.T) {
	d := newDraws()
	const steps, inputs = 4, 2
	x, w, r := d.array(tensor.Float64, steps, 1, inputs), d.array(tensor.Float64, 1, 4, inputs), d.array(tensor.Float64, 1, 4, 1)
	b, p := d.array(tensor.Float64, 1, 8), d.array(tensor.Float64, 1, 3)
	out := run(t, "LSTM", nil, 3, x, w, r, b, nil, nil, nil, p)
	X, W, R, B, P := numbersOf(x), numbersOf(w), numbersOf(r), numbersOf(b), numbersOf(p)
	var h, cell float64
	for s := range steps {
		gate := func(g int, peep float64) float64 {
			sum := R[g]*h + B[g] + B[4+g] + peep
			for i := range inputs {
				sum += W[g*inputs+i] * X[s*inputs+i]
			}
			return sum
		}
		in, forget, candidate := sigmoid(gate(0, P[0]*cell)), sigmoid(gate(2, P[2]*cell)), math.Tanh(gate(3, 0))
		cell = forget*cell + in*candidate
		h = sigmoid(gate(1, P[1]*cell)) * math.Tanh(cell)
		if got := numbersOf(out[0])[s]; math.Abs(got-h) > 1e-12 {
			t.Errorf("step %d: %v, want %v", s, got, h)
		}
	}
	if numbersOf(out[1])[0] != numbersOf(out[0])[steps-1] || math.Abs(numbersOf(out[2])[0]-cell) > 1e-12 {
		t.Errorf("last state %v, cell %v, want %v, %v", numbersOf(out[1]), numbersOf(out[2]), h, cell)
	}
}

// TestNormalizedHaveNoMean checks the means and variances of what is normalized.
func TestNormalizedHaveNoMean(t *testing.T) {
	d := newDraws()
	for _, e := range []tensor.Elem{tensor.Float32, tensor.Float64} {
		x := d.array(e, 2, 4, 5, 6)
		fours := func(v ...float64) *tensor.Array { return (&Call{}).converted(of(v...), e) }
		for op, c := range map[string]struct {
			in         list
			attributes Attributes
			group      int
		}{
			"InstanceNormalization": {list{x, fours(1, 1, 1, 1), fours(0, 0, 0, 0)}, nil, 30},
			"GroupNormalization":    {list{x, fours(1, 1, 1, 1), fours(0, 0, 0, 0)}, Attributes{"num_groups": int64(2)}, 60},
			"LayerNormalization":    {list{x, fours(1, 1, 1, 1, 1, 1), fours(0, 0, 0, 0, 0, 0)}, nil, 6},
		} {
			out := numbersOf(run(t, op, c.attributes, 1, c.in...)[0])
			for at := 0; at < len(out); at += c.group {
				mean, variance := centre(make([]float64, c.group), out[at:at+c.group])
				if math.Abs(mean) > 1e-5 || math.Abs(variance-1) > 1e-3 {
					t.Errorf("%s of %v: mean %v, variance %v", op, e, mean, variance)
				}
			}
		}
	}
}
