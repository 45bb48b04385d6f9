package reference

import (
	"math"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// Deformable is a 2-D convolution whose taps each sample the input at an offset of their own, bilinearly (Dai et al.
// 2017), times a mask value (Zhu et al. 2019), as torchvision's deform_conv2d and ONNX's DeformConv.
// A tap whose sample meets no pixel is absent.
// offset is N x 2*offsetGroups*Kh*Kw x Oh x Ow: per offset group and tap, row-major, dy then dx. mask is N x
// offsetGroups*Kh*Kw x Oh x Ow, or nil for ones. The other operands are Conv's.
func Deformable[T tensor.Float](g *layer.Geometry, offsetGroups int, y, x, offset, mask, weight, bias []T, from, to int) {
	cg, og := g.C/g.Groups, g.O/g.Groups
	pixels := g.OutPlane()
	for i := from; i < to; i++ {
		n, o, _, h := row(g, i)
		for w := range g.Out[2] {
			at := h*g.Out[2] + w
			sum := start(bias, o)
			for j := range cg {
				c := o/og*cg + j
				plane := x[(n*g.C+c)*g.InPlane():][:g.InPlane()]
				group := n*offsetGroups + c/(g.C/offsetGroups)
				for t := range g.Taps() {
					k := group*g.Taps() + t
					row := float64(h*g.Stride[1]-g.Pads[1].Begin+t/g.Kernel[2]*g.Dilation[1]) + float64(offset[2*k*pixels+at])
					col := float64(w*g.Stride[2]-g.Pads[2].Begin+t%g.Kernel[2]*g.Dilation[2]) + float64(offset[(2*k+1)*pixels+at])
					if outside(g.In[1], g.In[2], row, col) {
						continue
					}
					v := Bilinear(plane, g.In[1], g.In[2], row, col)
					if mask != nil {
						v *= float64(mask[k*pixels+at])
					}
					sum += v * float64(weight[(o*cg+j)*g.Taps()+t])
				}
			}
			y[i*g.Out[2]+w] = T(sum)
		}
	}
}

// outside reports whether a sample meets no pixel.
func outside(height, width int, row, col float64) bool {
	return row <= -1 || row >= float64(height) || col <= -1 || col >= float64(width)
}

// Bilinear samples an H x W plane at a position between its pixels; pixels outside are zeros, so that everything one
// pixel or more outside is zero. A position that is not a number gives a NaN.
func Bilinear[T tensor.Float](plane []T, height, width int, row, col float64) float64 {
	if outside(height, width, row, col) {
		return 0
	}
	if math.IsNaN(row + col) {
		return math.NaN()
	}
	r, c := int(math.Floor(row)), int(math.Floor(col))
	dy, dx := row-float64(r), col-float64(c)
	pixel := func(r, c int) float64 {
		if r < 0 || r >= height || c < 0 || c >= width {
			return 0
		}
		return float64(plane[r*width+c])
	}
	return (1-dy)*((1-dx)*pixel(r, c)+dx*pixel(r, c+1)) + dy*((1-dx)*pixel(r+1, c)+dx*pixel(r+1, c+1))
}
