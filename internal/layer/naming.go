package layer

import "slices"

// NameOf is the variant that a convolution of so many input channels is: a primitive of a model, or a layer of a block whose
// keys are parameters.
func NameOf(c Conv, channels int) string {
	for _, v := range variants {
		if v.is != nil && v.is(c, channels) {
			return v.Name
		}
	}
	return string(c.Kind())
}

func isDepthwise(c Conv, channels int) bool { return c.Groups > 1 && c.Groups == channels }
func isGrouped(c Conv, channels int) bool   { return c.Groups > 1 && c.Groups != channels }

func isDilated(c Conv, _ int) bool  { return c.Groups <= 1 && others(c.Dilation) }
func isStandard(c Conv, _ int) bool { return c.Groups <= 1 && !others(c.Dilation) && others(c.Kernel) }
func isPointwise(c Conv, _ int) bool {
	return c.Groups <= 1 && !others(c.Dilation) && !others(c.Kernel)
}

// others reports whether some number is not 1.
func others(v []int) bool { return slices.ContainsFunc(v, func(n int) bool { return n != 1 }) }

// WithDilation is the variant that a layer of v is with this dilation, so that an entry that is repeated can go through 1, 2, 4: a
// standard layer with one is dilated, a dilated layer without one standard, or grouped where it has groups.
func (v Variant) WithDilation(dilation []int, groups int) Variant {
	apart := slices.ContainsFunc(dilation, func(d int) bool { return d > 1 })
	switch {
	case apart && groups <= 1:
		if i := slices.IndexFunc(variants, func(w Variant) bool { return w.Undilated == v.Name }); i >= 0 {
			return variants[i]
		}
	case !apart && len(dilation) > 0 && v.Undilated != "":
		flat, _ := VariantNamed(v.Undilated)
		if i := slices.IndexFunc(flat.Fixed, func(f Fixed) bool { return f.Key == "groups" }); groups > 1 && i >= 0 {
			flat, _ = VariantNamed(flat.Fixed[i].Use)
		}
		return flat
	}
	return v
}
