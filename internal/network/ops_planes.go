package network

import (
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// The ops that resample, crop and bound planes.

func resize(v values) (Operator, error) {
	r := layer.Resize{Nearest: v.get("mode") == "nearest"}
	if !r.Nearest && v.get("mode") != "bilinear" {
		return nil, lang.Errorf("mode: %q is neither bilinear nor nearest", v.get("mode"))
	}
	if (v.text["scale"] == "") == (v.text["size"] == "") {
		return nil, lang.Errorf("resize needs a scale or a size")
	}
	var err error
	if v.text["size"] != "" {
		r.Size, err = v.ints("size", 1)
		return &Primitive{Op: r}, err
	}
	for part := range strings.SplitSeq(v.get("scale"), "x") {
		f, err := strconv.ParseFloat(part, 64)
		if err != nil || !(f > 0 && f <= layer.MaxExtent) {
			return nil, lang.Errorf("scale: %q is not a positive number", part)
		}
		r.Scale = append(r.Scale, f)
	}
	r.Scale, err = spread(v, "scale", r.Scale)
	return &Primitive{Op: r}, err
}

func clip(v values) (Operator, error) {
	p := &Primitive{Op: layer.Activation{Func: "clip"}, Name: "clip", Bounds: new([2]float64)}
	for i, key := range []string{"min", "max"} {
		x, err := strconv.ParseFloat(v.get(key), 64)
		if err != nil || x != x {
			return nil, lang.Errorf("%s: %q is not a number", key, v.get(key))
		}
		p.Bounds[i] = x
	}
	if p.Bounds[0] > p.Bounds[1] {
		return nil, lang.Errorf("min %s is above max %s", v.get("min"), v.get("max"))
	}
	return p, nil
}

func depthToSpace(v values) (Operator, error) {
	block, err := v.ints("scale", 1)
	return &Primitive{Op: layer.DepthToSpace{Block: block}, Name: v.op.name}, err
}

// crop cuts the middle out of x, as U-Net's copy-and-crop does.
func crop(values) (Operator, error) {
	return &View{
		Name: "crop", Copies: true,
		Shape: func(in [][]int) ([]int, error) {
			x, like := in[0], in[len(in)-1]
			if len(in) != 2 || len(x) != len(like) || len(x) < 3 {
				return nil, layer.Errorf("crop reads two inputs of one rank: from: [x, like]")
			}
			out := append(slices.Clone(x[:2]), like[2:]...)
			for i, d := range out {
				if d > x[i] {
					return nil, layer.Errorf("cannot crop %s to the size of %s", layer.FormatShape(x), layer.FormatShape(like))
				}
			}
			return out, nil
		},
		Along: func(in [][]int, out []int) []Along {
			along := make([]Along, len(out))
			for i, d := range out {
				along[i] = Along{i, shape.Part((in[0][i]-d)/2, 1)}
			}
			return along
		},
		emit: func(e *emitter) int {
			var axes, starts, ends, steps []int
			for i, d := range e.out[2:] {
				start := (e.ins[0][2+i] - d) / 2
				axes, starts, ends, steps = append(axes, 2+i), append(starts, start), append(ends, start+d), append(steps, 1)
			}
			return e.slice(axes, starts, ends, steps)
		},
	}, nil
}
