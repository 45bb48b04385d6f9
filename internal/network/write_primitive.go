package network

import (
	"strconv"

	"convx/internal/layer"
)

// ofPrimitive are the ways to say a primitive that reads an input of this shape, the best first; none, where files have none.
func ofPrimitive(p *Primitive, in []int) []entry {
	op := func(name string, keys ...layer.Setting) []entry { return []entry{{"op", name, keys}} }
	affine := func(n layer.Norm) layer.Setting {
		return layer.Setting{Key: "affine", Value: strconv.FormatBool(n.Affine)}
	}
	switch o := p.Op.(type) {
	case layer.Conv, layer.Transposed, layer.Deformable:
		s, ok := SpecOf(p.Op, in)
		if !ok {
			return nil
		}
		return []entry{ofSpec(s)}
	case layer.Pool:
		return []entry{{"op", poolName(o), poolSettings(o)}}
	case layer.Linear:
		return op("linear", number("out_features", o.Out), truth("bias", o.Bias))
	case layer.Norm:
		if o.Func == "lrn" {
			return op("lrn", number("size", o.Size))
		}
		return op(o.Func+"-norm", affine(o))
	case layer.Activation:
		return op(o.Func)
	case layer.Add:
		return op("add")
	case layer.Concat:
		return op("concat")
	case layer.Scale:
		return op("scale")
	case layer.DepthToSpace:
		return op("depth-to-space", layer.Setting{Key: "scale", Value: layer.FormatInts(o.Block)})
	case layer.Resize:
		mode := layer.Setting{Key: "mode", Value: "bilinear"}
		if o.Nearest {
			mode.Value = "nearest"
		}
		if o.Size != nil {
			return op("resize", layer.Setting{Key: "size", Value: layer.FormatInts(o.Size)}, mode)
		}
		s := layer.Spec{Scale: o.Scale}
		k, _ := layer.KeyNamed("scale")
		return op("resize", layer.Setting{Key: "scale", Value: k.Value(s)}, mode)
	}
	return nil
}

func number(key string, n int) layer.Setting { return layer.Setting{Key: key, Value: strconv.Itoa(n)} }

func truth(key string, on bool) layer.Setting {
	return layer.Setting{Key: key, Value: strconv.FormatBool(on)}
}

func poolName(p layer.Pool) string {
	name := string(p.Func) + "-pool"
	switch {
	case p.Global:
		return "global-" + name
	case p.Adaptive != nil:
		return "adaptive-" + name
	}
	return name
}

func poolSettings(p layer.Pool) []layer.Setting {
	switch {
	case p.Global:
		return nil
	case p.Adaptive != nil:
		return []layer.Setting{{Key: "size", Value: layer.FormatInts(p.Adaptive)}}
	}
	keys := []layer.Setting{
		{Key: "kernel", Value: layer.FormatInts(p.Kernel)}, {Key: "stride", Value: layer.FormatInts(p.Stride)},
		{Key: "padding", Value: p.Padding.String()}, {Key: "dilation", Value: layer.FormatInts(p.Dilation)}, truth("ceil", p.CeilMode),
	}
	if p.Func == layer.AveragePool {
		keys = append(keys, truth("count_include_pad", p.CountPadding))
	}
	return keys
}

// SpecOf is a convolution that reads an input of this shape (N x C x spatial) as a variant, each of its keys given; ok is false
// where it is none.
func SpecOf(op layer.Op, in []int) (s layer.Spec, ok bool) {
	if len(in) < 3 || len(in) > 5 {
		return s, false
	}
	var w layer.Window
	keys := map[string]string{}
	convolution := func(c layer.Conv) {
		w = c.Window
		keys["out-channels"], keys["groups"], keys["bias"] = strconv.Itoa(c.OutChannels), strconv.Itoa(c.Groups), strconv.FormatBool(c.Bias)
		if c.PadMode != "" && c.PadMode != layer.PadZeros {
			keys["pad-mode"] = string(c.PadMode)
		}
	}
	s.Variant = VariantOf(op, in)
	switch o := op.(type) {
	case layer.Conv:
		convolution(o)
		keys["multiplier"] = strconv.Itoa(o.OutChannels / in[1]) // of the variant that has one
	case layer.Deformable:
		convolution(o.Conv)
		keys["offset-groups"], keys["modulated"] = strconv.Itoa(o.OffsetGroups), strconv.FormatBool(o.Modulated)
	case layer.Transposed:
		w = o.Window
		keys["out-channels"], keys["groups"], keys["bias"] = strconv.Itoa(o.OutChannels), strconv.Itoa(o.Groups), strconv.FormatBool(o.Bias)
		keys["output-padding"] = layer.FormatInts(o.OutputPadding)
	default:
		return s, false
	}
	keys["kernel"], keys["stride"], keys["dilation"], keys["padding"] = layer.FormatInts(w.Kernel), layer.FormatInts(w.Stride), layer.FormatInts(w.Dilation), w.Padding.String()
	v, _ := layer.VariantNamed(s.Variant)
	for _, k := range layer.Keys() {
		text, has := keys[k.Name]
		if !has || !v.Has(k.Name) || v.Fixes(k.Name) && (text == "1" || text == "") {
			continue
		}
		if err := s.Set(k.Name, text); err != nil {
			return s, false
		}
	}
	return s, true
}
