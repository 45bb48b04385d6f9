package page

import (
	"context"
	"slices"

	"convx/internal/coverage"
	"convx/internal/layer"
)

// stepJSON is one layer of a stack, along one axis.
type stepJSON struct {
	Kernel     int  `json:"kernel"`
	Stride     int  `json:"stride"`
	Dilation   int  `json:"dilation"`
	Causal     bool `json:"causal"`
	Padding    int  `json:"padding"`
	Transposed bool `json:"transposed"`
}

func (s stepJSON) step() (coverage.Step, error) {
	for _, v := range []int{s.Kernel, s.Stride, s.Dilation} {
		if v < 1 || v > 1<<12 {
			return coverage.Step{}, layer.Errorf("kernel, stride and dilation are whole numbers from 1 to 4096, not %d", v)
		}
	}
	reach := s.Dilation * (s.Kernel - 1)
	pad := layer.Pad{Begin: reach / 2, End: reach - reach/2}
	switch {
	case s.Causal:
		pad = layer.Pad{Begin: reach}
	case s.Transposed:
		pad = layer.Pad{Begin: s.Padding, End: s.Padding}
	}
	return coverage.Step{Transposed: s.Transposed, Kernel: s.Kernel, Stride: s.Stride, Dilation: s.Dilation, Pad: pad}, nil
}

type lineJSON struct {
	First  int   `json:"first"`
	Counts []int `json:"counts"`
}

// maxStack bounds the layers of a stack.
const maxStack = 32

// reach says which positions one output sees, and along how many paths: of the whole stack, and level by level, the output's
// own layer first.
func reach(_ context.Context, request []byte) (any, error) {
	q, err := read[struct{ Steps []stepJSON }](request)
	if err != nil {
		return nil, err
	}
	if len(q.Steps) > maxStack {
		return nil, layer.Errorf("%d layers; a page shows up to %d", len(q.Steps), maxStack)
	}
	var steps []coverage.Step
	for _, s := range q.Steps {
		step, err := s.step()
		if err != nil {
			return nil, err
		}
		steps = append(steps, step)
	}
	levels := []lineJSON{{0, []int{1}}}
	for i := range slices.Backward(steps) {
		l, err := coverage.Field(steps[i:])
		if err != nil {
			return nil, err
		}
		levels = append(levels, lineJSON{l.First, l.Counts})
	}
	return levels, nil
}

// overlap says how many products meet in each output of a transposed convolution along one axis.
func overlap(_ context.Context, request []byte) (any, error) {
	q, err := read[struct {
		stepJSON
		In, Out int
	}](request)
	if err != nil {
		return nil, err
	}
	q.Transposed = true
	s, err := q.step()
	if err != nil {
		return nil, err
	}
	if q.In < 1 || q.Out < 1 || max(q.In, q.Out) > 1<<14 {
		return nil, layer.Errorf("sizes are whole numbers from 1 to %d", 1<<14)
	}
	l, err := coverage.Overlap(s, q.In, q.Out)
	if err != nil {
		return nil, err
	}
	return lineJSON{l.First, l.Counts}, nil
}
