package coverage

import (
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
)

// Layers are those that a user names: variants with keys of their own, or "D,D,...", the dilations of a stack whose layers differ in
// nothing else, in the order in which data pass them; and the keys that all of them share. Errors are *layer.Error.
func Layers(variants []string, dilations string, shared []layer.Setting) (specs []layer.Spec, labels []string, err error) {
	var list []layer.Entry
	switch {
	case dilations != "" && len(variants) > 0:
		return nil, nil, layer.Errorf("%q and --dilations %s: name the layers, or give their dilations", variants[0], dilations)
	case dilations != "":
		list, err = stack(dilations)
	case len(variants) == 0:
		return nil, nil, layer.Errorf("no layer given: name variants, or give --dilations 2,2,2")
	}
	for i := 0; i < len(variants) && err == nil; i++ {
		var e layer.Entry
		e, err = layer.ParseEntry(variants[i])
		list = append(list, e)
	}
	if err != nil {
		return nil, nil, err
	}
	return specsOf(list, shared)
}

func stack(dilations string) (list []layer.Entry, err error) {
	for d := range strings.SplitSeq(dilations, ",") {
		if _, err := layer.ParseInts(d, 1); err != nil {
			return nil, layer.Errorf("--dilations: %v", err)
		}
		e := layer.Entry{Label: lang.Sprintf("dilation %s", d), Variant: "dilated", Own: []layer.Setting{{Key: "dilation", Value: d}}}
		if d == "1" { // which is no dilation
			e.Variant, e.Own = "standard", nil
		}
		list = append(list, e)
	}
	return list, nil
}

// specsOf are the layers of a list, with the keys that all of them share, and what they are called. A key that a layer does not read
// is refused, as shape does: dropped, it would count another layer. Errors are *layer.Error.
func specsOf(list []layer.Entry, shared []layer.Setting) (specs []layer.Spec, labels []string, err error) {
	for _, e := range list {
		var keys []layer.Setting
		for _, given := range shared {
			if !slices.ContainsFunc(e.Own, func(own layer.Setting) bool { return own.Key == given.Key }) {
				keys = append(keys, given)
			}
		}
		e.Own = append(keys, e.Own...)
		s, _, err := e.Spec(nil)
		if err != nil {
			return nil, nil, e.Blame(err)
		}
		specs, labels = append(specs, s), append(labels, e.Label)
	}
	return specs, labels, nil
}
