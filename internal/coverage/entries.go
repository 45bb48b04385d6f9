package coverage

import (
	"slices"
	"strings"

	"convx/internal/layer"
)

// Dilations are a stack of layers that differ in nothing else, "D,D,...", in the order in which data pass them.
func Dilations(text string) (list []layer.Entry) {
	for d := range strings.SplitSeq(text, ",") {
		e := layer.Entry{Label: "dilation " + d, Variant: "dilated", Own: []layer.Setting{{Key: "dilation", Value: d}}}
		if d == "1" { // which is no dilation
			e.Variant, e.Own = "standard", nil
		}
		list = append(list, e)
	}
	return list
}

// Specs are the layers of a list, with the keys that all of them share, and what they are called. A key that a layer does not read
// is refused, as shape does: dropped, it would count another layer. Errors are *layer.Error.
func Specs(list []layer.Entry, shared []layer.Setting) (specs []layer.Spec, labels []string, err error) {
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
			return nil, nil, layer.Errorf("%s: %v", e.Label, err)
		}
		specs, labels = append(specs, s), append(labels, e.Label)
	}
	return specs, labels, nil
}
