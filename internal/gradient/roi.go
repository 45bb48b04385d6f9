package gradient

import (
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

// roiAlign averages over bins of regions (He et al. 2017), R x 4 corners x0, y0, x1, y1. A bin's samples are a grid and bilinear, so
// that the mean is a product: shares of rows, times the image that the region is in, times shares of columns.
func roiAlign(b *backward, in *network.Instruction) (int, error) {
	x, regions, images := in.In[0], in.In[1], in.In[2]
	samples := whole(in, "sampling_ratio", 0)
	switch {
	case b.depends(regions) || b.depends(images):
		return 0, unknown(lang.Text("its regions depend on the input"))
	case in.Attributes["mode"] == "max" || samples == 0:
		return 0, unknown(lang.Text("but for means of a given number of samples"))
	}
	s, out := b.shape(x), b.shape(in.Out[0])
	corners := b.parts(b.mul(regions, b.number(attribute(in, "spatial_scale", 1))), 1, 1, 1, 1, 1)
	half := in.Version >= 16 && in.Attributes["coordinate_transformation_mode"] != "output_half_pixel"
	// shares are R x bins x pixels: how much of each pixel along an axis is in the mean of each bin.
	shares := func(from, to, bins, pixels int) int {
		size := b.sub(to, from)
		if half {
			from = b.sub(from, b.number(0.5))
		} else {
			size = b.op("Max", nil, b.shape(size), size, b.number(1))
		}
		n, r := bins*samples, b.shape(from)[0]
		steps, centres := make([]float32, n), make([]float32, pixels)
		for i := range steps {
			steps[i] = (float32(i) + 0.5) / float32(n)
		}
		for i := range centres {
			centres[i] = float32(i)
		}
		at := b.op("Add", nil, []int{r, n}, from, b.op("Mul", nil, []int{r, n}, size, b.constant(tensor.ArrayOf(steps, 1, n))))
		inside := b.mul(b.mask("GreaterOrEqual", at, b.number(-1)), b.mask("LessOrEqual", at, b.number(float64(pixels))))
		at = b.op("Clip", nil, []int{r, n}, at, b.number(0), b.number(float64(pixels-1)))
		shape := []int{r, n, pixels}
		far := b.apply("Abs", nil, b.op("Sub", nil, shape, b.reshape(at, []int{r, n, 1}), b.constant(tensor.ArrayOf(centres, 1, pixels))))
		tents := b.mul(b.apply("Relu", nil, b.sub(b.number(1), far)), b.reshape(inside, []int{r, n, 1}))
		sums := b.sum(b.reshape(tents, []int{r, bins, samples, pixels}), 2)
		return b.reshape(b.mul(sums, b.number(1/float64(samples))), []int{r, 1, bins, pixels})
	}
	rows, columns := shares(corners[1], corners[3], out[2], s[2]), shares(corners[0], corners[2], out[3], s[3])
	image := b.op("Gather", nil, []int{out[0], s[1], s[2], s[3]}, x, images)
	return b.times(b.times(rows, image), b.turned(columns)), nil
}
