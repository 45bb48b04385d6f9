package page

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"convx/internal/answer"
	"convx/internal/budget"
	"convx/internal/filter"
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/theory"
)

// layerRequest names a layer as the command line does: a variant, and keys in their text form.
type layerRequest struct {
	Variant string            `json:"variant"`
	Layer   map[string]string `json:"layer"`
}

// spec sets the keys in the order in which help shows them, so that the same request always fails at the same key.
func (q layerRequest) spec() (s layer.Spec, err error) {
	s.Variant = q.Variant
	left := len(q.Layer)
	for _, k := range layer.Keys() {
		value, ok := q.Layer[k.Name]
		if !ok {
			continue
		}
		left--
		if err := s.Set(k.Name, value); err != nil {
			return s, layer.Errorf("%v", err)
		}
	}
	if left > 0 {
		for name := range q.Layer {
			if _, known := layer.KeyNamed(name); !known {
				return s, layer.UnknownKey(name)
			}
		}
	}
	return s, nil
}

// shaped is the shape of the layer that is asked about.
func shaped(request []byte) (shape.Result, error) {
	q, err := read[layerRequest](request)
	if err != nil {
		return shape.Result{}, err
	}
	s, err := q.spec()
	if err != nil {
		return shape.Result{}, err
	}
	return shape.OfSpec(s)
}

type variantJSON struct {
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Paper   string   `json:"paper"`
	Keys    []string `json:"keys"`
}

func variants(context.Context, []byte) (any, error) {
	var out []variantJSON
	for _, v := range layer.Variants() {
		out = append(out, variantJSON{v.Name, v.Summary, v.Paper, v.Keys})
	}
	return out, nil
}

type filterJSON struct {
	Name    string    `json:"name"`
	Summary string    `json:"summary"`
	Rows    int       `json:"rows"`
	Cols    int       `json:"cols"`
	Weights []float64 `json:"weights"`
}

// filters are the named kernels at the size asked for, those that have it.
func filters(_ context.Context, request []byte) (any, error) {
	q, err := read[struct{ Size int }](request)
	if err != nil {
		return nil, err
	}
	if q.Size == 0 {
		q.Size = 3
	}
	var out []filterJSON
	for _, f := range filter.List() {
		k, err := filter.Parse(f.Name, q.Size)
		if err != nil || k.Rows != q.Size || k.Cols != q.Size {
			continue
		}
		out = append(out, filterJSON{f.Name, f.Summary, k.Rows, k.Cols, k.Weights})
	}
	return out, nil
}

// shapeOf is what convx shape -f json prints.
func shapeOf(_ context.Context, request []byte) (any, error) {
	r, err := shaped(request)
	if err != nil {
		return nil, err
	}
	return answer.Shape(r).JSON, nil
}

// flopsOf is what convx flops -f json prints.
func flopsOf(_ context.Context, request []byte) (any, error) {
	r, err := shaped(request)
	if err != nil {
		return nil, err
	}
	c, err := answer.CostOf(r, flops.Conventions()[0], flops.Types{})
	if err != nil {
		return nil, err
	}
	return answer.Flops(c, false, budget.Outcome{}).JSON, nil
}

type theoryJSON struct {
	MACs    float64 `json:"macs"` // over the standard convolution's
	Symbols string  `json:"symbols"`
	Numbers string  `json:"numbers"`
	Remark  string  `json:"remark"`
}

// theoryOf is what the literature predicts that a variant saves; null where there is no formula.
func theoryOf(_ context.Context, request []byte) (any, error) {
	r, err := shaped(request)
	if err != nil {
		return nil, err
	}
	t, ok := theory.Of(r.Layer, []int{3, 3})
	if !ok {
		return nil, fmt.Errorf("%s has no formula", r.Layer.Variant)
	}
	return theoryJSON{t.MACs, t.Symbols, t.Numbers, t.Remark}, nil
}

// commandOf is the command line that asks the same.
func commandOf(_ context.Context, request []byte) (any, error) {
	q, err := read[struct {
		layerRequest
		Command string `json:"command"`
		More    string `json:"more"`
	}](request)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]string{"shape", "flops", "run", "draw", "bench"}, q.Command) {
		return nil, fmt.Errorf("unknown command %q", q.Command)
	}
	words := []string{"convx", q.Command, q.Variant}
	for _, k := range layer.Keys() {
		if value, ok := q.Layer[k.Name]; ok {
			words = append(words, layer.Setting{Key: k.Name, Value: value}.Flag())
		}
	}
	if q.More != "" {
		words = append(words, q.More)
	}
	return strings.Join(words, " "), nil
}
