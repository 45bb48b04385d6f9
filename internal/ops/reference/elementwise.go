package reference

import "convx/internal/tensor"

// Scale multiplies each plane of x (N x C x plane) by its factor (N x C): planes from..to.
func Scale[T tensor.Float](plane int, y, x, factors []T, from, to int) {
	for i := from; i < to; i++ {
		for p := i * plane; p < (i+1)*plane; p++ {
			y[p] = x[p] * factors[i]
		}
	}
}

// Add sums the inputs: elements from..to.
func Add[T tensor.Float](y []T, in [][]T, from, to int) {
	for i := from; i < to; i++ {
		sum := 0.0
		for _, x := range in {
			sum += float64(x[i])
		}
		y[i] = T(sum)
	}
}

// DepthToSpace lays planes into one another: output pixel (d, h, w) of channel c is that of its block, (d/bd, h/bh, w/bw),
// in channel (c*bd + d%bd)*bh*bw + h%bh*bw + w%bw of the input, for blocks of bd x bh x bw. in and out are the spatial
// extents; it computes output rows from..to of N x channels x out.
func DepthToSpace[T tensor.Float](channels int, block, in, out [3]int, y, x []T, from, to int) {
	area := block[0] * block[1] * block[2]
	for i := from; i < to; i++ {
		plane, d, h := i/out[1]/out[0], i/out[1]%out[0], i%out[1]
		n, c := plane/channels, plane%channels
		for w := range out[2] {
			part := (d%block[0]*block[1]+h%block[1])*block[2] + w%block[2]
			source := ((n*channels+c)*area+part)*in[0] + d/block[0]
			y[i*out[2]+w] = x[(source*in[1]+h/block[1])*in[2]+w/block[2]]
		}
	}
}

// Concat joins inputs of N x channels[i] x plane along the channels: samples from..to.
func Concat[T tensor.Float](plane int, channels []int, y []T, in [][]T, from, to int) {
	all := 0
	for _, c := range channels {
		all += c
	}
	for n := from; n < to; n++ {
		at := n * all * plane
		for i, x := range in {
			size := channels[i] * plane
			at += copy(y[at:at+size], x[n*size:][:size])
		}
	}
}
