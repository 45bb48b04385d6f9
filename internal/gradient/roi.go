package gradient

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// samplesAttribute is how many samples a bin of RoiAlign has at most along each axis, where their number follows from the regions:
// a run of the network tells.
const samplesAttribute = "samples"

// mostSamples bounds the samples of a bin along an axis, as forwards.
const mostSamples = 1 << 17

// bins are what a region is pooled to along one axis: R x bins x samples, where they lie and how much each counts in its bin.
type bins struct{ at, share, valid int }

// roiAlign samples bins of regions (He et al. 2017), R x 4 corners x0, y0, x1, y1.
func roiAlign(b *backward, in *network.Instruction) (int, error) {
	x, images, out := in.In[0], in.In[2], b.shape(in.Out[0])
	corners := b.parts(b.mul(in.In[1], b.number(attribute(in, "spatial_scale", 1))), 1, 1, 1, 1, 1)
	half := in.Version >= 16 && in.Attributes["coordinate_transformation_mode"] != "output_half_pixel"
	most, known := in.Attributes[samplesAttribute].([]int64)
	if n := int64(whole(in, "sampling_ratio", 0)); n > 0 {
		most, known = []int64{n, n}, true
	}
	if !known {
		return 0, unknown(lang.Text("but for a given number of samples"))
	}
	axis := func(from, to, n, samples int) bins {
		size := b.sub(to, from)
		if half {
			from = b.sub(from, b.number(0.5))
		} else {
			size = b.op("Max", nil, b.shape(size), size, b.number(1))
		}
		r := b.shape(from)[0]
		count := b.op("Expand", nil, []int{r, 1}, b.number(float64(samples)), b.list(r, 1))
		if whole(in, "sampling_ratio", 0) == 0 {
			count = b.apply("Ceil", nil, b.mul(size, b.number(1/float64(n))))
		}
		numbers := make([]float32, samples)
		for i := range numbers {
			numbers[i] = float32(i)
		}
		valid := b.op("Cast", map[string]any{"to": int64(1)}, []int{r, 1, samples},
			b.op("Less", nil, []int{r, 1, samples}, b.constant(tensor.ArrayOf(numbers, 1, 1, samples)), b.reshape(count, []int{r, 1, 1})))
		count = b.op("Max", nil, []int{r, 1}, count, b.number(1))
		return bins{b.places(from, size, n, samples, count), b.div(valid, b.reshape(count, []int{r, 1, 1})), valid}
	}
	rows, columns := axis(corners[1], corners[3], out[2], int(most[0])), axis(corners[0], corners[2], out[3], int(most[1]))
	s := b.shape(x)
	image := b.op("Gather", nil, []int{out[0], s[1], s[2], s[3]}, x, images)
	if in.Attributes["mode"] == "max" {
		return b.largest(image, rows, columns, out)
	}
	return b.times(b.times(b.tents(rows, s[2]), image), b.turned(b.tents(columns, s[3]))), nil
}

// places are where samples lie in each of n bins along an axis, R x n x samples: those in the middle of equal shares, count of them, of the
// bins of R regions, from and of a size, R x 1 each.
func (b *backward) places(from, size, n, samples, count int) int {
	r := b.shape(from)[0]
	first, middle := make([]float32, n), make([]float32, samples)
	for i := range first {
		first[i] = float32(i)
	}
	for i := range middle {
		middle[i] = float32(i) + 0.5
	}
	shares := b.op("Div", nil, []int{r, 1, samples}, b.constant(tensor.ArrayOf(middle, 1, 1, samples)), b.reshape(count, []int{r, 1, 1}))
	at := b.op("Add", nil, []int{r, n, samples}, shares, b.constant(tensor.ArrayOf(first, 1, n, 1)))
	return b.plus(b.mul(at, b.reshape(b.mul(size, b.number(1/float64(n))), []int{r, 1, 1})), b.reshape(from, []int{r, 1, 1}))
}

// tents are how much each pixel along an axis counts in the mean of each bin, R x 1 x bins x pixels: samples are bilinear, so that the
// mean over a bin is a product of rows, the image and columns.
func (b *backward) tents(k bins, pixels int) int {
	s := b.shape(k.at)
	centres := make([]float32, pixels)
	for i := range centres {
		centres[i] = float32(i)
	}
	shape := []int{s[0], s[1], s[2], pixels}
	far := b.apply("Abs", nil, b.op("Sub", nil, shape, b.reshape(b.clip(k.at, 0, float64(pixels-1)), []int{s[0], s[1], s[2], 1}), b.constant(tensor.ArrayOf(centres, 1, pixels))))
	counts := b.reshape(b.mul(b.within(k.at, -1, float64(pixels)), k.share), []int{s[0], s[1], s[2], 1})
	return b.reshape(b.sum(b.mul(b.apply("Relu", nil, b.sub(b.number(1), far)), counts), 2), []int{s[0], 1, s[1], pixels})
}

// grown is a value along rows or columns of bins for every sample, R x 1 x (bins x samples of rows x bins x samples of columns).
func (b *backward) grown(v int, row bool, rows, columns bins) int {
	s, y, x := b.shape(v), b.shape(rows.at), b.shape(columns.at)
	all := []int{s[0], y[1], y[2], x[1], x[2]}
	lined := []int{s[0], 1, 1, s[1], s[2]}
	if row {
		lined = []int{s[0], s[1], s[2], 1, 1}
	}
	return b.reshape(b.op("Expand", nil, all, b.reshape(v, lined), b.list(all...)), []int{s[0], 1, elements(all[1:])})
}

// edged are the bilinear taps of places, which count nothing more than a pixel outside, and else are held within.
func (b *backward) edged(place, pixels int) []tap {
	counts := b.within(place, -1, float64(pixels))
	taps := b.linear(b.clip(place, 0, float64(pixels-1)))
	for i := range taps {
		taps[i].weight = b.mul(taps[i].weight, counts)
		taps[i].at = b.clip(taps[i].at, 0, float64(pixels-1))
	}
	return taps
}

// largest is the largest of the weighted pixels around all samples of a bin, as ONNX Runtime takes it; 0 where there is no sample.
func (b *backward) largest(image int, rows, columns bins, out []int) (int, error) {
	s := b.shape(image)
	parts, err := b.corners(image, [][]tap{b.edged(b.grown(rows.at, true, rows, columns), s[2]), b.edged(b.grown(columns.at, false, rows, columns), s[3])})
	if err != nil {
		return 0, err
	}
	valid := b.mul(b.grown(rows.valid, true, rows, columns), b.grown(columns.valid, false, rows, columns))
	most := b.op("Max", nil, b.shape(parts[0]), parts...)
	const nothing = 1e30
	most = b.plus(b.mul(most, valid), b.mul(b.sub(valid, b.number(1)), b.number(nothing)))
	y, x := b.shape(rows.at), b.shape(columns.at)
	most = b.op("ReduceMax", map[string]any{"keepdims": int64(0)}, out, b.reshape(most, []int{s[0], s[1], y[1], y[2], x[1], x[2]}), b.list(3, 5))
	return b.mul(most, b.mask("Greater", most, b.number(-nothing))), nil
}

// stageROIPool is the primitive, on x, regions R x 5 (image, x0, y0, x1, y1) and perhaps offsets R x 2 x bins, x first, by which bins
// are moved (Dai et al. 2017).
func stageROIPool(b *backward, in *network.Instruction) (int, error) {
	op := in.Attributes["stage"].(layer.Stage).Op.(layer.ROIPool)
	s, out := b.shape(in.In[0]), b.shape(in.Out[0])
	r, n := out[0], op.SamplingRatio
	regions := b.parts(in.In[1], 1, 1, 4)
	corners := b.parts(b.sub(b.mul(regions[1], b.number(op.SpatialScale)), b.number(0.5)), 1, 1, 1, 1, 1)
	images := b.reshape(b.op("Cast", map[string]any{"to": int64(7)}, []int{r, 1}, regions[0]), []int{r})
	image := b.op("Gather", nil, []int{r, s[1], s[2], s[3]}, in.In[0], images)
	count := b.op("Expand", nil, []int{r, 1}, b.number(float64(n)), b.list(r, 1))
	width, height := b.sub(corners[2], corners[0]), b.sub(corners[3], corners[1])
	rows, columns := bins{at: b.places(corners[1], height, out[2], n, count)}, bins{at: b.places(corners[0], width, out[3], n, count)}
	places := []int{b.grown(rows.at, true, rows, columns), b.grown(columns.at, false, rows, columns)}
	if op.Deform {
		all := []int{r, out[2], n, out[3], n}
		offsets := b.parts(b.reshape(in.In[2], []int{r, 2, out[2], 1, out[3], 1}), 1, 1, 1)
		for a, size := range []int{height, width} {
			moved := b.mul(b.reshape(offsets[1-a], []int{r, out[2], 1, out[3], 1}), b.reshape(b.mul(size, b.number(op.Gamma)), []int{r, 1, 1, 1, 1}))
			places[a] = b.plus(places[a], b.reshape(b.op("Expand", nil, all, moved, b.list(all...)), []int{r, 1, elements(all[1:])}))
		}
	}
	sampled, err := b.corners(image, [][]tap{b.edged(places[0], s[2]), b.edged(places[1], s[3])})
	if err != nil {
		return 0, err
	}
	sum := b.sum(b.reshape(b.total(sampled), []int{r, s[1], out[2], n, out[3], n}), 3, 5)
	return b.reshape(b.mul(sum, b.number(1/float64(n*n))), out), nil
}
