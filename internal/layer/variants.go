package layer

import "slices"

// Variant is what a layer computes: a recipe over primitives. How it is computed (the algorithm) is another matter.
type Variant struct {
	Name    string
	Summary string
	Paper   string
	Dims    []int    // the spatial axes it is defined for
	Keys    []string // the keys it reads, beyond dims, input and bias
	recipe  func(*Spec) ([]Stage, error)
}

// Variants lists every variant. Tests in several packages walk it to find a missing rule, page or script.
func Variants() []Variant { return variants }

var (
	anyDims = []int{1, 2, 3}
	images  = []int{2}
)

var variants = []Variant{
	{
		Name: "standard", Summary: "every output channel sees every input channel",
		Paper: "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "groups"}, recipe: standard,
	},
	{
		Name: "pointwise", Summary: "a 1x1 kernel: mixes channels, pixel by pixel",
		Paper: "Lin, Chen & Yan 2014, Network In Network",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "dilation", "groups"}, recipe: pointwise,
	},
	{
		Name: "grouped", Summary: "channels split into groups that do not see each other",
		Paper: "Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep CNNs; Xie et al. 2017, ResNeXt",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "groups"}, recipe: grouped,
	},
	{
		Name: "depthwise", Summary: "one filter per input channel (groups = channels)",
		Paper: "Sifre & Mallat 2014, Rigid-Motion Scattering for Texture Classification; Howard et al. 2017, MobileNets",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "multiplier", "groups"}, recipe: depthwise,
	},
	{
		Name: "separable", Summary: "depthwise, then pointwise",
		Paper: "Chollet 2017, Xception; Howard et al. 2017, MobileNets",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "multiplier"}, recipe: separable,
	},
	{
		Name: "inverted-residual", Summary: "expand 1x1, depthwise, project 1x1, with a shortcut",
		Paper: "Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "expansion"}, recipe: invertedResidual,
	},
	{
		Name: "transposed", Summary: "fractionally strided: the gradient of a convolution, used to upsample",
		Paper: "Dumoulin & Visin 2016, A guide to convolution arithmetic; Odena et al. 2016, Deconvolution and Checkerboard Artifacts",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "dilation", "output-padding", "groups"}, recipe: transposed,
	},
	{
		Name: "dilated", Summary: "taps spread apart: a larger receptive field for the same weights",
		Paper: "Yu & Koltun 2016, Multi-Scale Context Aggregation by Dilated Convolutions",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "groups"}, recipe: dilated,
	},
	{
		Name: "deformable", Summary: "taps moved by learned offsets (v2: and scaled by a learned mask)",
		Paper: "Dai et al. 2017, Deformable Convolutional Networks; Zhu et al. 2019, Deformable ConvNets v2",
		Dims:  images, Keys: []string{"out-channels", "kernel", "stride", "padding", "dilation", "groups", "offset-groups", "modulated"}, recipe: deformable,
	},
	{
		Name: "deform-roi-pool", Summary: "average over the bins of a region, each moved by a learned offset",
		Paper: "Dai et al. 2017, Deformable Convolutional Networks; He et al. 2017, Mask R-CNN (RoIAlign)",
		Dims:  images, Keys: []string{"pooled", "gamma", "sampling-ratio", "spatial-scale", "roi", "hidden"}, recipe: deformROIPool,
	},
	{
		Name: "se", Summary: "squeeze-and-excitation: channels rescaled by what the whole plane holds",
		Paper: "Hu, Shen & Sun 2018, Squeeze-and-Excitation Networks",
		Dims:  anyDims, Keys: []string{"reduction"}, recipe: squeezeExcite,
	},
	{
		Name: "resize-conv", Summary: "bilinear upsampling, then a convolution: no checkerboard",
		Paper: "Odena et al. 2016, Deconvolution and Checkerboard Artifacts",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "groups", "scale"}, recipe: resizeConv,
	},
}

// VariantNamed finds a variant.
func VariantNamed(name string) (Variant, bool) {
	i := slices.IndexFunc(variants, func(v Variant) bool { return v.Name == name })
	if i < 0 {
		return Variant{}, false
	}
	return variants[i], true
}

// VariantNames lists the names in order.
func VariantNames() []string {
	names := make([]string, len(variants))
	for i, v := range variants {
		names[i] = v.Name
	}
	return names
}

// Has reports whether the variant reads a key.
func (v Variant) Has(key string) bool {
	return key == "dims" || key == "input" || key == "bias" || slices.Contains(v.Keys, key)
}

// lacks explains a key that the variant does not read, and names the variants that do.
func (v Variant) lacks(key string) *Error {
	var have []string
	for _, w := range variants {
		if w.Has(key) {
			have = append(have, w.Name)
		}
	}
	return Errorf("%s has no --%s", v.Name, key).Hint("drop it; it belongs to " + joinWords(have))
}

func unknownVariant(name string) *Error {
	e := Errorf("unknown variant %q", name)
	if name == "" {
		return Errorf("no variant given").Hint("variants are " + joinWords(VariantNames()))
	}
	if near := Nearest(name, VariantNames()); near != "" {
		return e.Hint("did you mean " + near + "?")
	}
	return e.Hint("variants are " + joinWords(VariantNames()))
}
