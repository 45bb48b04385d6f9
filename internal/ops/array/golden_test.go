package array

import (
	"compress/gzip"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"testing"

	"convx/internal/tensor"
)

// stored is an array of testdata/onnxruntime.json.gz, which make.py there draws and ONNX Runtime computes.
type stored struct {
	Type   int
	Shape  []int
	Values []any // numbers; "inf", "-inf" and "nan" as text
}

func (s *stored) array(t *testing.T) *tensor.Array {
	e, ok := ElemOf(s.Type)
	if !ok {
		t.Fatalf("element type %d", s.Type)
	}
	values := make([]float64, len(s.Values))
	for i, v := range s.Values {
		switch v := v.(type) {
		case json.Number:
			values[i], _ = v.Float64()
		case string:
			values[i], _ = strconv.ParseFloat(v, 64)
		}
	}
	a, err := tensor.NewArray(e, s.Shape...)
	if err == nil {
		err = convert(a, tensor.ArrayOf(values, s.Shape...))
	}
	if err != nil {
		t.Fatal(err)
	}
	return a
}

type storedCase struct {
	Op         string
	Version    int
	Attributes map[string]any
	In, Out    []*stored
}

func (s *storedCase) call(t *testing.T) *Call {
	c := &Call{Op: s.Op, Version: s.Version, Attributes: Attributes{}, Out: make([]*tensor.Array, len(s.Out))}
	for _, in := range s.In {
		if in == nil {
			c.In = append(c.In, nil)
			continue
		}
		c.In = append(c.In, in.array(t))
	}
	for name, v := range s.Attributes {
		c.Attributes[name] = attributeOf(v)
	}
	return c
}

// attributeOf is a JSON value as an attribute: numbers without a point are integers.
func attributeOf(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case []any:
		if len(v) > 0 {
			if _, ok := v[0].(string); ok {
				texts := make([]string, len(v))
				for i := range v {
					texts[i] = v[i].(string)
				}
				return texts
			}
		}
		ints := make([]int64, len(v))
		for i := range v {
			ints[i], _ = v[i].(json.Number).Int64()
		}
		return ints
	}
	return v
}

// eachStored calls f with every case.
func eachStored(t *testing.T, f func(s *storedCase)) {
	t.Helper()
	file, err := os.Open("testdata/onnxruntime.json.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	z, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	decoder := json.NewDecoder(z)
	decoder.UseNumber()
	cases := 0
	for ; decoder.More(); cases++ {
		var s storedCase
		if err := decoder.Decode(&s); err != nil {
			t.Fatal(err)
		}
		f(&s)
	}
	if cases < 150 {
		t.Errorf("%d cases are stored", cases)
	}
}

func TestOperatorsAgreeWithONNXRuntime(t *testing.T) {
	eachStored(t, func(s *storedCase) {
		c := s.call(t)
		if err := Run(c); err != nil {
			t.Errorf("%s %v: %v", s.Op, s.Attributes, err)
			return
		}
		for i, want := range s.Out {
			if diff := differ(c.Out[i], want.array(t), 1e-4); diff != "" {
				t.Errorf("%s-%d %v of %v: output %d: %s", s.Op, s.Version, s.Attributes, c.In[0], i, diff)
			}
		}
	})
}

// TestFloatsOfEveryWidth runs the stored cases on half floats, which must give what float32 gives of the same values,
// rounded, and on float64.
func TestFloatsOfEveryWidth(t *testing.T) {
	eachStored(t, func(s *storedCase) {
		op, _ := Lookup("", s.Op)
		for _, e := range []tensor.Elem{tensor.Float16, tensor.BFloat16, tensor.Float64} {
			wide, short := s.call(t), s.call(t)
			changed := false
			for i, in := range wide.In {
				if in == nil || in.Elem != tensor.Float32 || s.Op == "Resize" && i > 0 || s.Op == "Upsample" && i > 0 {
					continue
				}
				changed = true
				short.In[i] = short.converted(in, e)
				wide.In[i] = wide.converted(short.In[i], tensor.Float32)
			}
			if s.Op == "GridSample" && s.Attributes["mode"] == "nearest" {
				continue // places between two pixels are rounded as the type rounds
			}
			if !changed || !op.Elems.has(e) || op.of != 0 || s.Op == "Cast" {
				continue
			}
			if err := Run(wide); err != nil {
				t.Fatalf("%s: %v", s.Op, err)
			}
			if err := Run(short); err != nil {
				t.Errorf("%s of %v %v: %v", s.Op, e, s.Attributes, err)
				continue
			}
			for i, want := range wide.Out {
				tolerance := 0.0
				if e == tensor.Float64 {
					tolerance = 2e-4
				}
				if want.Elem == tensor.Float32 && short.Out[i].Elem == e {
					want = wide.converted(want, e)
				}
				if diff := differ(short.Out[i], want, tolerance); diff != "" {
					t.Errorf("%s of %v %v: output %d: %s", s.Op, e, s.Attributes, i, diff)
				}
			}
		}
	})
}

// differ says where two arrays are further apart than the tolerance, of the value and of 1.
func differ(got, want *tensor.Array, tolerance float64) string {
	if got.Elem != want.Elem || !slices.Equal(got.Shape, want.Shape) {
		return fmt.Sprintf("%v, want %v", got, want)
	}
	g, w := numbersOf(got), numbersOf(want)
	for i := range g {
		if g[i] == w[i] || g[i] != g[i] && w[i] != w[i] {
			continue
		}
		if !(math.Abs(g[i]-w[i]) <= tolerance*max(1, math.Abs(w[i]))) {
			return fmt.Sprintf("element %d of %v is %v, want %v", i, got, g[i], w[i])
		}
	}
	return ""
}

// numbersOf is an array as float64.
func numbersOf(a *tensor.Array) []float64 {
	wide := tensor.ArrayOf(make([]float64, a.Len()), a.Shape...)
	if err := convert(wide, a); err != nil {
		panic(err)
	}
	return tensor.Data[float64](wide)
}
