package kernel

// Sample writes n weighted sums of four pixels of a channel-blocked plane:
//
//	dst[j*Block+c] = sum over q < 4 of w[4*j+q] * src[at[4*j+q]+c]
//
// for j < n and c < Block: bilinear sampling. The offsets at count elements and
// are not checked: each must leave a block inside src.
func (l ISA) Sample(dst, src []float32, at []int32, w []float32, n int) {
	if n <= 0 || len(dst) < n*l.Block() || len(at) < 4*n || len(w) < 4*n {
		panic("kernel: sample: operand out of range")
	}
	l.sample(dst, src, at, w, n)
}

func sampleGeneric(block int, dst, src []float32, at []int32, w []float32, n int) {
	for j := range n {
		out := dst[j*block:][:block]
		for c := range out {
			var v [4]float32
			for q := range v {
				v[q] = w[4*j+q] * src[int(at[4*j+q])+c]
			}
			out[c] = v[0] + v[2] + (v[1] + v[3])
		}
	}
}
