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

// Channels is the number of planes that Unpack writes: 1 or 3.
func (u *Unpacker[T]) Channels() int { return u.channels }

// Unpack converts n pixels of samples: channel c of pixel i goes to dst[c*stride+i].
func (u *Unpacker[T]) Unpack(dst []T, stride int, samples []byte, n int) {
	switch {
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

// plane converts channel c of the samples.
func (u *Unpacker[T]) plane(dst []T, samples []byte, c int) {
	if u.table == nil {
		for i := range dst {
			dst[i] = T(binary.BigEndian.Uint16(samples[2*(i*u.stored+c):])) / 65535
		}
		return
	}
	table := (*[256]T)(u.table)
	samples, step := samples[c:], u.stored
	for i := range dst {
		dst[i] = table[samples[i*step]]
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

// Pack is the way back: values are scaled from [0, 1], rounded to nearest and clipped, NaN is 0. It writes n pixels of h's
// channels, channel c of pixel i from src[c*stride+i], and returns how many values were outside [0, 1] or NaN.
func Pack[T tensor.Float](dst []byte, src []T, stride, n int, h Header) (clipped int) {
	for c := range h.Channels {
		plane := src[c*stride:][:n]
		if h.Depth == 16 {
			clipped += pack16(dst, plane, c, h.Channels)
		} else {
			clipped += pack8(dst, plane, c, h.Channels)
		}
	}
	return clipped
}

func pack8[T tensor.Float](dst []byte, plane []T, c, step int) (clipped int) {
	dst = dst[c:]
	for i, v := range plane {
		if v >= 0 && v <= 1 { // false for NaN
			dst[i*step] = byte(int32(T(v*255) + 0.5))
			continue
		}
		clipped++
		dst[i*step] = byte(saturate(float64(v), 255))
	}
	return clipped
}

func pack16[T tensor.Float](dst []byte, plane []T, c, step int) (clipped int) {
	for i, v := range plane {
		s := uint16(int32(float64(v)*65535 + 0.5))
		if !(v >= 0 && v <= 1) {
			clipped++
			s = saturate(float64(v), 65535)
		}
		binary.BigEndian.PutUint16(dst[2*(i*step+c):], s)
	}
	return clipped
}

// saturate is the sample of a value outside [0, 1].
func saturate(v, full float64) uint16 {
	if v > 1 {
		return uint16(full)
	}
	return 0 // below 0, or NaN
}

// quantize is the sample of a value in [0, 1], of any depth.
func quantize(v float64, depth int) uint16 {
	return uint16(math.Round(min(max(v, 0), 1) * float64(int(1)<<depth-1)))
}
