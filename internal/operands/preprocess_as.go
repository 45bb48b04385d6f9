package operands

import (
	"slices"

	"convx/internal/feed"
	"convx/internal/layer"
	"convx/internal/tensor"
)

// PreprocessAs is how a user asks for a preprocessing: the name of a convention, and what is to be otherwise.
type PreprocessAs struct {
	Name      string // "auto" is what suits the network
	Range     string // LO:HI; empty keeps the convention's
	Mean, Std []float64
	Channels  string // "auto" keeps the convention's
	Fit       string
	Given     []string // the flags that ask for any of these, as errors name them
}

// For settles it for an input of an element type; made is the convention that the network's maker names, if any. Errors are
// *layer.Error.
func (a PreprocessAs) For(elem tensor.Elem, made string) (feed.Preprocess, error) {
	p := feed.Suiting(elem, made)
	if a.Name != "auto" {
		var err error
		if p, err = feed.PreprocessNamed(a.Name); err != nil {
			return p, err
		}
	}
	if a.Range != "" {
		span, err := ParseRange(a.Range)
		if err != nil {
			return p, err
		}
		p.Low, p.High, p.Name = span.Low, span.High, ""
	}
	if a.Mean != nil {
		p.Mean, p.Name = a.Mean, ""
	}
	if a.Std != nil {
		p.Std, p.Name = a.Std, ""
		if slices.Contains(p.Std, 0) {
			return p, layer.Errorf("--std 0: nothing is divided by zero")
		}
	}
	for _, part := range []struct {
		flag    string
		numbers []float64
	}{{"--mean", a.Mean}, {"--std", a.Std}} {
		for _, v := range part.numbers {
			if v-v != 0 {
				return p, layer.Errorf("%s %g: give finite numbers", part.flag, v)
			}
		}
	}
	if a.Channels != "auto" {
		p.Channels, p.Name = a.Channels, ""
	}
	p.Fit = a.Fit
	return p, nil
}
