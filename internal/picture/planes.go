package picture

import (
	"encoding/binary"
	"math"

	"convx/internal/tensor"
)

// The weights of red, green and blue in the luma of ITU-R Rec. 601, in thousandths: in integers white is exactly 1.
const (
	lumaR = 299
	lumaG = 587
	lumaB = 114
)

// Unpacker turns interleaved samples into planes of numbers in [0, 1].
type Unpacker[T tensor.Float] struct {
	stored, channels int
	table            []T // the number of every 8-bit sample; nil for 16 bits
}

// NewUnpacker converts rows as h describes them into the channels that c asks for.
func NewUnpacker[T tensor.Float](h Header, c Color) *Unpacker[T] {
	u := &Unpacker[T]{stored: h.Channels, channels: c.Channels(h.Channels)}
	if h.Depth == 8 {
		u.table = make([]T, 256)
		for v := range u.table {
			u.table[v] = T(v) / 255
		}
	}
	return u
}

// Unpack converts n pixels of samples: channel c of pixel i goes to dst[c*stride+i].
func (u *Unpacker[T]) Unpack(dst []T, stride int, samples []byte, n int) {
	switch {
	case u.stored == 3 && u.channels == 3 && u.table != nil:
		u.colours(dst[:n], dst[stride:][:n], dst[2*stride:][:n], samples)
	case u.stored == u.channels:
		for c := range u.channels {
			u.plane(dst[c*stride:][:n], samples, c)
		}
	case u.channels == 3: // grey repeated
		u.plane(dst[:n], samples, 0)
		copy(dst[stride:][:n], dst)
		copy(dst[2*stride:][:n], dst)
	default:
		u.luma(dst[:n], samples)
	}
}

// colours converts all three channels at once.
func (u *Unpacker[T]) colours(r, g, b []T, samples []byte) {
	table := (*[256]T)(u.table)
	g, b, samples = g[:len(r)], b[:len(r)], samples[:3*len(r)]
	for i := range r {
		p := samples[3*i : 3*i+3 : 3*i+3]
		r[i], g[i], b[i] = table[p[0]], table[p[1]], table[p[2]]
	}
}

// plane converts channel c of the samples.
func (u *Unpacker[T]) plane(dst []T, samples []byte, c int) {
	if u.table == nil {
		for i := range dst {
			dst[i] = T(binary.BigEndian.Uint16(samples[2*(i*u.stored+c):])) / 65535
		}
		return
	}
	table := (*[256]T)(u.table)
	for i := range dst {
		dst[i] = table[samples[i*u.stored+c]]
	}
}

func (u *Unpacker[T]) luma(dst []T, samples []byte) {
	if u.table == nil {
		for i := range dst {
			p := samples[6*i : 6*i+6]
			y := lumaR*int(binary.BigEndian.Uint16(p)) + lumaG*int(binary.BigEndian.Uint16(p[2:])) + lumaB*int(binary.BigEndian.Uint16(p[4:]))
			dst[i] = T(float64(y) / 65535000)
		}
		return
	}
	for i := range dst {
		p := samples[3*i : 3*i+3]
		dst[i] = T(float64(lumaR*int(p[0])+lumaG*int(p[1])+lumaB*int(p[2])) / 255000)
	}
}

// quantize is the sample of a value in [0, 1], of any depth.
func quantize(v float64, depth int) uint16 {
	return uint16(math.Round(min(max(v, 0), 1) * float64(int(1)<<depth-1)))
}
