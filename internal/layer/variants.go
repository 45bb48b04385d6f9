package layer

import (
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
)

// Variant is what a layer computes: a recipe over primitives. How it is computed (the algorithm) is another matter. A row
// holds all that is the variant's own, so that no other room tells variants apart by their names;
// docs/adding-a-variant.md lists what stays elsewhere.
type Variant struct {
	Name    string
	Also    []string // what others call it, which is suggested and not taken
	Summary string
	Paper   string
	Dims    []int    // the spatial axes it is defined for
	Keys    []string // the keys it reads, beyond dims, input and bias
	// Fixed are the keys that it has one value of.
	Fixed []Fixed
	// Apart are keys that a flag shared by several variants is not about, beside the fixed ones: the output channels of a
	// depthwise convolution follow from its input.
	Apart []string
	// Follows say what keys follow from operands that are given.
	Follows []Follow
	// Filter is the operand that an image filter (an edge detector, a blur) can take the place of; empty if there is none.
	Filter string
	// Passes is the operand that hands on what a Filter makes, where it is the identity; empty if there is none.
	Passes string
	// Regions says that it reads regions of interest: the first axis of its output counts them, not samples.
	Regions bool
	// Unweighted says that it has no weights, and so no bias.
	Unweighted bool
	// Undilated is the variant that it is without the gaps in its kernel; empty of those whose kernel has none, as a rule.
	Undilated string
	// General says that NameOf may have a name that tells more of a layer of it.
	General bool
	// Gates says that it scales its input, and so stands beside a convolution, not in the place of one.
	Gates bool
	// Enlarges says that its output is larger than its input, as a rule; EnlargesLast that it convolves before that.
	Enlarges, EnlargesLast bool
	// Example are keys whose layer is small and shows the variant well: "input 3x5x5, padding 1".
	Example string

	// ease replaces defaults that cannot be on an input by the nearest that can, so that every variant has an answer for
	// a picture of 3 channels. It leaves keys that were given alone; nil is nothing.
	ease   func(*Spec)
	recipe func(*Spec) ([]Stage, error)
	// is tells whether a convolution of so many input channels goes by this name, where all that is known of it is a primitive;
	// nil is none. No two rows say yes.
	is func(c Conv, channels int) bool
}

// Fixed is a key that a variant has one value of.
type Fixed struct {
	Key   string
	Value int
	Says  string // "kernel 1", "1 group"
	Use   string // the variant that has other values
}

// Variants lists every variant. Tests in several packages walk it to find a missing rule, page or script.
func Variants() []Variant { return variants }

var (
	anyDims = []int{1, 2, 3}
	images  = []int{2}

	convKeys = []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "groups"}

	oneGroup   = Fixed{"groups", 1, lang.Key("1 group"), "grouped"}
	noDilation = Fixed{"dilation", 1, lang.Key("dilation 1"), "dilated"}
	oneTap     = Fixed{"kernel", 1, lang.Key("kernel 1"), "standard"}
)

var variants = []Variant{
	{
		Name: "standard", Summary: "every output channel sees every input channel",
		Also:  []string{"conv", "convolution"},
		Paper: "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition",
		Dims:  anyDims, Keys: convKeys, General: true, recipe: standard, is: isStandard,
		Fixed: []Fixed{noDilation, oneGroup}, Follows: convFollows, Filter: "weight",
		Example: "input 3x5x5, out-channels 2, padding 1",
	},
	{
		Name: "pointwise", Summary: "a 1x1 kernel: mixes channels, pixel by pixel",
		Also:  []string{"1x1", "conv1x1"},
		Paper: "Lin, Chen & Yan 2014, Network In Network",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "dilation", "groups"}, recipe: pointwise, is: isPointwise,
		Fixed: []Fixed{oneTap, noDilation, oneGroup}, Apart: []string{"padding"}, Follows: convFollows, Filter: "weight",
		Example: "input 4x4x4, out-channels 2",
	},
	{
		Name: "grouped", Summary: "channels split into groups that do not see each other",
		Also:  []string{"group", "group-conv"},
		Paper: "Krizhevsky, Sutskever & Hinton 2012, ImageNet Classification with Deep CNNs; Xie et al. 2017, ResNeXt",
		Dims:  anyDims, Keys: convKeys, recipe: grouped, is: isGrouped,
		Follows: convFollows, Filter: "weight", ease: easeGroups,
		Example: "input 6x5x5, out-channels 4, groups 2, padding 1",
	},
	{
		Name: "depthwise", Summary: "one filter per input channel (groups = channels)",
		Also:  []string{"dwconv"},
		Paper: "Sifre & Mallat 2014, Rigid-Motion Scattering for Texture Classification; Howard et al. 2017, MobileNets",
		Dims:  anyDims, Keys: append(slices.Clip(convKeys), "multiplier"), recipe: depthwise, is: isDepthwise,
		Apart: []string{"out-channels", "groups"}, Follows: depthwiseFollows, Filter: "weight",
		Example: "input 4x5x5, padding 1",
	},
	{
		Name: "separable", Summary: "depthwise, then pointwise",
		Also:  []string{"depthwise-separable", "dwsep"},
		Paper: "Chollet 2017, Xception; Howard et al. 2017, MobileNets",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "multiplier"}, recipe: separable,
		Follows: separableFollows, Filter: "depthwise.weight", Passes: "pointwise.weight",
		Example: "input 4x6x6, out-channels 6, padding 1",
	},
	{
		Name: "inverted-residual", Summary: "expand 1x1, depthwise, project 1x1, with a shortcut",
		Also:  []string{"bottleneck", "mobilenet-v2-block"},
		Paper: "Sandler et al. 2018, MobileNetV2: Inverted Residuals and Linear Bottlenecks",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "expansion"}, recipe: invertedResidual,
		Follows: residualFollows,
		Example: "input 24x56x56, padding 1",
	},
	{
		Name: "transposed", Summary: "fractionally strided: the gradient of a convolution, used to upsample",
		Also:  []string{"deconv", "deconvolution", "conv-transpose", "convtranspose", "upconv"},
		Paper: "Dumoulin & Visin 2016, A guide to convolution arithmetic; Odena et al. 2016, Deconvolution and Checkerboard Artifacts",
		Dims:  anyDims, Keys: []string{"out-channels", "kernel", "stride", "padding", "dilation", "output-padding", "groups"}, recipe: transposed,
		Follows: transposedFollows, Filter: "weight", Enlarges: true,
		Example: "input 1x3x3, stride 2, padding 1",
	},
	{
		Name: "dilated", Summary: "taps spread apart: a larger receptive field for the same weights",
		Also:  []string{"atrous", "a-trous"},
		Paper: "Yu & Koltun 2016, Multi-Scale Context Aggregation by Dilated Convolutions",
		Dims:  anyDims, Keys: convKeys, Undilated: "standard", recipe: dilated, is: isDilated,
		Follows: convFollows, Filter: "weight",
		Example: "input 1x7x7",
	},
	{
		Name: "deformable", Summary: "taps moved by learned offsets (v2: and scaled by a learned mask)",
		Also:  []string{"dcn", "deform-conv"},
		Paper: "Dai et al. 2017, Deformable Convolutional Networks; Zhu et al. 2019, Deformable ConvNets v2",
		Dims:  images, Keys: []string{"out-channels", "kernel", "stride", "padding", "dilation", "groups", "offset-groups", "modulated"}, recipe: deformable,
		Follows: deformableFollows, Filter: "weight",
		Example: "input 1x5x5, padding 1",
	},
	{
		Name: "deform-roi-pool", Summary: "average over the bins of a region, each moved by a learned offset",
		Also:  []string{"roi-pool", "roi-align"},
		Paper: "Dai et al. 2017, Deformable Convolutional Networks; He et al. 2017, Mask R-CNN (RoIAlign)",
		Dims:  images, Keys: []string{"pooled", "gamma", "sampling-ratio", "spatial-scale", "roi", "hidden"}, recipe: deformROIPool,
		Follows: roiFollows, Regions: true,
		Example: "input 1x10x12, pooled 3, roi 2,1.5,10.4,8.4",
	},
	{
		Name: "se", Summary: "squeeze-and-excitation: channels rescaled by what the whole plane holds",
		Also:  []string{"squeeze-and-excitation", "squeeze-excitation"},
		Paper: "Hu, Shen & Sun 2018, Squeeze-and-Excitation Networks",
		Dims:  anyDims, Keys: []string{"reduction", "hidden"}, Gates: true, recipe: squeezeExcite,
		Follows: squeezeFollows, ease: easeReduction,
		Example: "input 8x7x7, reduction 4",
	},
	{
		Name: "resize-conv", Summary: "bilinear upsampling, then a convolution: no checkerboard",
		Also:  []string{"upsample", "resize"},
		Paper: "Odena et al. 2016, Deconvolution and Checkerboard Artifacts",
		Dims:  anyDims, Keys: append(slices.Clip(convKeys), "scale"), recipe: resizeConv,
		Follows: convFollows, Filter: "weight", Enlarges: true,
		Example: "input 1x3x3, kernel 3, padding 1",
	},
	{
		Name: "max-pool", Summary: "the maximum of each window, channel by channel",
		Also:  []string{"pool"},
		Paper: "Ranzato et al. 2007, Unsupervised Learning of Invariant Feature Hierarchies with Applications to Object Recognition",
		Dims:  anyDims, Keys: []string{"kernel", "stride", "padding", "dilation", "ceil"}, recipe: maxPool,
		Unweighted: true, Example: "input 1x6x6",
	},
	{
		Name: "average-pool", Summary: "the mean of each window, channel by channel",
		Also:  []string{"avg-pool", "avgpool"},
		Paper: "LeCun et al. 1998, Gradient-Based Learning Applied to Document Recognition",
		Dims:  anyDims, Keys: []string{"kernel", "stride", "padding", "dilation", "ceil", "count-include-pad"}, recipe: averagePool,
		Unweighted: true, Example: "input 1x6x6",
	},
	{
		Name: "sub-pixel", Summary: "a convolution at the small size, then depth to space: no checkerboard by overlap",
		Also:  []string{"pixel-shuffle", "pixelshuffle"},
		Paper: "Shi et al. 2016, Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network",
		Dims:  anyDims, Keys: append(slices.Clip(convKeys), "scale"), recipe: subPixel,
		Follows: subPixelFollows, Enlarges: true, EnlargesLast: true,
		Example: "input 1x4x4, padding 1",
	},
	{
		Name: "mbconv", Summary: "an inverted residual with squeeze-and-excitation inside, and swish",
		Also:  []string{"efficientnet-block"},
		Paper: "Tan & Le 2019, EfficientNet: Rethinking Model Scaling for Convolutional Neural Networks; Howard et al. 2019, Searching for MobileNetV3",
		Dims:  anyDims, recipe: mbconv,
		Keys:    []string{"out-channels", "kernel", "stride", "padding", "pad-mode", "dilation", "expansion", "expanded", "activation", "squeeze", "hidden"},
		Follows: mbconvFollows,
		Example: "input 24x56x56, padding 1",
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
	return key == "dims" || key == "input" || key == "bias" && !v.Unweighted || slices.Contains(v.Keys, key)
}

// lacks explains a key that the variant does not read, and names the variants that do.
func (v Variant) lacks(key string) *Error {
	var have []string
	for _, w := range variants {
		if w.Has(key) {
			have = append(have, w.Name)
		}
	}
	return Errorf("%s has no --%s", v.Name, key).Hint(lang.Sprintf("drop it; it belongs to %s", lang.List(have)))
}

func unknownVariant(name string) *Error {
	e := Errorf("unknown variant %q", name)
	if name == "" {
		return Errorf("no variant given").Hint(lang.Sprintf("variants are %s", lang.List(VariantNames())))
	}
	if i := slices.IndexFunc(variants, func(v Variant) bool { return slices.Contains(v.Also, plain(name)) }); i >= 0 {
		return e.Hint(lang.Sprintf("did you mean %s?", variants[i].Name))
	}
	if near := Nearest(name, VariantNames()); near != "" {
		return e.Hint(lang.Sprintf("did you mean %s?", near))
	}
	if strings.ContainsAny(name, "./") {
		return e.Hint(lang.Sprintf("a variant stands before a file, like standard %s", name))
	}
	return e.Hint(lang.Sprintf("variants are %s", lang.List(VariantNames())))
}

// plain is a variant's name as it is found in Also: Conv2d is conv.
func plain(name string) string {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	for _, axes := range []string{"1d", "2d", "3d"} {
		name = strings.TrimSuffix(strings.TrimSuffix(name, axes), "-")
	}
	return name
}

// Fixes reports whether the variant has one value of a key.
func (v Variant) Fixes(key string) bool {
	return slices.ContainsFunc(v.Fixed, func(f Fixed) bool { return f.Key == key })
}

// Shares reports whether a key that is given for several variants at once is one of this variant's.
func (v Variant) Shares(key string) bool {
	return v.Has(key) && !v.Fixes(key) && !slices.Contains(v.Apart, key)
}

// ChannelsFollow reports whether its output channels follow from its input's, and so none are asked for.
func (v Variant) ChannelsFollow() bool { return slices.Contains(v.Apart, "out-channels") }

// MovesTaps reports whether offsets move its taps.
func (v Variant) MovesTaps() bool { return v.Has("offset-groups") }

// checkFixed refuses other values of fixed keys.
func (v Variant) checkFixed(s Spec) error {
	for _, f := range v.Fixed {
		k, _ := KeyNamed(f.Key)
		switch text := k.Value(s); text {
		case "", "0", strconv.Itoa(f.Value): // the first two are not given
		default:
			return Errorf("%s has %s, not %s", v.Name, lang.Text(f.Says), text).Hint("use " + f.Use)
		}
	}
	return nil
}
