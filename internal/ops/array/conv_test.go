package array

import (
	"math"
	"testing"

	"convx/internal/tensor"
)

// slid is a random window over two spatial axes, as attributes and as numbers.
type slid struct {
	kernel, stride, dilation, pads []int
	attributes                     Attributes
}

func (d draws) slid() slid {
	s := slid{kernel: d.shape(2, 3), stride: d.shape(2, 3), dilation: d.shape(2, 2), pads: d.shape(4, 2)}
	for i := range s.pads {
		s.pads[i]--
	}
	s.attributes = Attributes{"kernel_shape": int64s(s.kernel), "strides": int64s(s.stride), "dilations": int64s(s.dilation), "pads": int64s(s.pads)}
	return s
}

func int64s(v []int) []int64 {
	list := make([]int64, len(v))
	for i := range v {
		list[i] = int64(v[i])
	}
	return list
}

// eachTap calls f with every tap of output (y, x) that lies on a plane of h x w.
func (s *slid) eachTap(y, x, h, w int, f func(tap, row, col int)) {
	for i := range s.kernel[0] {
		for j := range s.kernel[1] {
			row, col := y*s.stride[0]-s.pads[0]+i*s.dilation[0], x*s.stride[1]-s.pads[1]+j*s.dilation[1]
			if row >= 0 && row < h && col >= 0 && col < w {
				f(i*s.kernel[1]+j, row, col)
			}
		}
	}
}

// TestConvolutionsAgreeWithDefinition computes grouped convolutions output by output, and holds transposed ones against
// them as their adjoint: the product of conv(x) with y is that of x with transposed(y).
func TestConvolutionsAgreeWithDefinition(t *testing.T) {
	d := newDraws()
	for range 60 {
		s, groups, depth, filters := d.slid(), d.Int(1, 2), d.Int(1, 3), d.Int(1, 3)
		n, h, w := d.Int(1, 2), d.Int(6, 11), d.Int(6, 11)
		x := d.array(tensor.Float64, n, groups*depth, h, w)
		weights := d.array(tensor.Float64, groups*filters, depth, s.kernel[0], s.kernel[1])
		s.attributes["group"] = int64(groups)
		out := run(t, "Conv", s.attributes, 1, x, weights)[0]
		oh, ow, taps := out.Shape[2], out.Shape[3], s.kernel[0]*s.kernel[1]
		in, k, got := numbersOf(x), numbersOf(weights), numbersOf(out)
		for i := range got {
			image, f, y, z := i/(ow*oh*groups*filters), i/(ow*oh)%(groups*filters), i/ow%oh, i%ow
			var sum float64
			s.eachTap(y, z, h, w, func(tap, row, col int) {
				for c := range depth {
					sum += k[(f*depth+c)*taps+tap] * in[((image*groups*depth+f/filters*depth+c)*h+row)*w+col]
				}
			})
			if math.Abs(sum-got[i]) > 1e-9 {
				t.Fatalf("%v of %v with %v: output %d is %v, want %v", s.attributes, x, weights, i, got[i], sum)
			}
		}

		y := d.array(tensor.Float64, out.Shape...)
		back := Attributes{}
		for name, v := range s.attributes {
			back[name] = v
		}
		// What the stride left over at the end comes back as output_padding.
		extra := make([]int64, 2)
		for a, m := range []int{h, w} {
			extra[a] = int64(m - (s.stride[a]*(out.Shape[2+a]-1) + (s.kernel[a]-1)*s.dilation[a] + 1 - s.pads[a] - s.pads[2+a]))
		}
		back["output_padding"] = extra
		adjoint := run(t, "ConvTranspose", back, 1, y, weights)[0]
		if p, q := dot(got, numbersOf(y)), dot(in, numbersOf(adjoint)); math.Abs(p-q) > 1e-9*math.Max(1, math.Abs(p)) {
			t.Errorf("%v: the adjoint gives %v, want %v", back, q, p)
		}
	}
}

func dot(a, b []float64) float64 {
	var sum float64
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}

// TestPoolsAgreeWithDefinition computes windows output by output.
func TestPoolsAgreeWithDefinition(t *testing.T) {
	d := newDraws()
	for range 60 {
		s := d.slid()
		for i := range s.pads { // a window may not lie in padding alone
			s.pads[i] = min(s.pads[i], s.kernel[i%2]-1)
		}
		s.attributes["pads"] = int64s(s.pads)
		h, w := d.Int(6, 11), d.Int(6, 11)
		x := d.array(tensor.Float32, 2, 2, h, w)
		in := numbersOf(x)
		s.attributes["ceil_mode"] = int64(d.Int(0, 1))
		maxima := run(t, "MaxPool", s.attributes, 2, x)
		means := run(t, "AveragePool", s.attributes, 1, x)[0]
		norms := run(t, "LpPool", s.attributes, 1, x)[0]
		oh, ow := means.Shape[2], means.Shape[3]
		for i, mean := range numbersOf(means) {
			var sum, squares, count float64
			most, where := math.Inf(-1), 0
			s.eachTap(i/ow%oh, i%ow, h, w, func(_, row, col int) {
				place := i/(oh*ow)*h*w + row*w + col
				v := in[place]
				sum, squares, count = sum+v, squares+v*v, count+1
				if v > most {
					most, where = v, place
				}
			})
			if math.Abs(mean-sum/count) > 1e-5 || math.Abs(numbersOf(norms)[i]-math.Sqrt(squares)) > 1e-5 {
				t.Fatalf("%v of %v: mean %v, want %v; norm %v, want %v", s.attributes, x, mean, sum/count, numbersOf(norms)[i], math.Sqrt(squares))
			}
			if numbersOf(maxima[0])[i] != most || tensor.Data[int64](maxima[1])[i] != int64(where) {
				t.Fatalf("%v of %v: largest %v at %d, want %v at %d", s.attributes, x, numbersOf(maxima[0])[i], tensor.Data[int64](maxima[1])[i], most, where)
			}
		}
	}
}

func TestMaxUnpoolOfMaxPool(t *testing.T) {
	d := newDraws()
	x := d.array(tensor.Float32, 1, 2, 4, 6)
	a := Attributes{"kernel_shape": []int64{2, 2}, "strides": []int64{2, 2}}
	pooled := run(t, "MaxPool", a, 2, x)
	sparse := run(t, "MaxUnpool", a, 1, pooled...)[0]
	shape := tensor.ArrayOf([]int64{1, 2, 5, 7}, 4)
	large := run(t, "MaxUnpool", a, 1, pooled[0], pooled[1], shape)[0]
	same(t, "the corner of a larger output", run(t, "Slice", nil, 1, large, tensor.ArrayOf([]int64{0, 0}, 2), tensor.ArrayOf([]int64{4, 6}, 2), tensor.ArrayOf([]int64{2, 3}, 2))[0], sparse)
	kept := 0
	for i, v := range numbersOf(sparse) {
		if v != 0 {
			kept++
			if v != numbersOf(x)[i] {
				t.Errorf("element %d is %v, want %v", i, v, numbersOf(x)[i])
			}
		}
	}
	if kept != 12 {
		t.Errorf("%d elements are kept, want 12", kept)
	}
}

func TestIntegersConvolveExactly(t *testing.T) {
	d := newDraws()
	x, w := d.array(tensor.Uint8, 1, 2, 5, 5), d.array(tensor.Int8, 3, 2, 3, 3)
	whole := run(t, "ConvInteger", nil, 1, x, w, tensor.ArrayOf([]uint8{2}), tensor.ArrayOf([]int8{1}))[0]
	shift := func(a *tensor.Array, zero float64) *tensor.Array {
		v := numbersOf(a)
		for i := range v {
			v[i] -= zero
		}
		return tensor.ArrayOf(v, a.Shape...)
	}
	float := run(t, "Conv", nil, 1, shift(x, 2), shift(w, 1))[0]
	if whole.Elem != tensor.Int32 {
		t.Errorf("%v, want int32", whole)
	}
	for i, v := range numbersOf(whole) {
		if v != numbersOf(float)[i] {
			t.Errorf("output %d is %v, want %v", i, v, numbersOf(float)[i])
		}
	}
}

// TestProductsAgreeWithDefinition multiplies shapes below and above the tiles, and the same as Einsum and Gemm.
func TestProductsAgreeWithDefinition(t *testing.T) {
	d := newDraws()
	for _, s := range [][3]int{{1, 1, 1}, {1, 300, 9}, {3, 5, 100}, {17, 600, 65}, {40, 33, 1}, {9, 2, 700}} {
		m, k, n := s[0], s[1], s[2]
		for _, e := range []tensor.Elem{tensor.Float32, tensor.Float64, tensor.Int32} {
			a, b := d.array(e, 2, m, k), d.array(e, k, n)
			out := run(t, "MatMul", nil, 1, a, b)[0]
			want := tensor.ArrayOf(make([]float64, 2*m*n), 2, m, n)
			x, y := numbersOf(a), numbersOf(b)
			for i := range tensor.Data[float64](want) {
				for p := range k {
					tensor.Data[float64](want)[i] += x[i/n*k+p] * y[p*n+i%n]
				}
			}
			typed, _ := tensor.NewArray(e, 2, m, n)
			convert(typed, want)
			if diff := differ(out, typed, 1e-4); diff != "" {
				t.Errorf("MatMul of %v and %v: %s", a, b, diff)
			}
			if diff := differ(run(t, "Einsum", Attributes{"equation": "bij, jk -> bik"}, 1, a, b)[0], typed, 1e-4); diff != "" {
				t.Errorf("Einsum of %v and %v: %s", a, b, diff)
			}
			turned := run(t, "Transpose", nil, 1, b)[0]
			flat := run(t, "Reshape", nil, 1, a, tensor.ArrayOf([]int64{int64(2 * m), int64(k)}, 2))[0]
			gemm := run(t, "Gemm", Attributes{"transB": int64(1)}, 1, flat, turned)[0]
			if diff := differ(gemm.View(2, m, n), typed, 1e-4); diff != "" {
				t.Errorf("Gemm of %v and %v: %s", a, b, diff)
			}
		}
	}
}
