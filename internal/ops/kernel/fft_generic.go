package kernel

import "math"

// Transforms work on complex elements of two blocks, the real parts of Block
// channels and their imaginary parts. Where a kernel takes no distance between
// the two, one follows the other: element e is at [2*e*Block].

// FFTKind is what a pass does beside its butterflies.
type FFTKind uint8

const (
	FFTPlain  FFTKind = iota // nothing
	FFTAfter                 // multiplies what they give by twiddle factors: decimation in frequency
	FFTBefore                // multiplies what they take: decimation in time
)

// FFTRadices are the radices that FFTPass knows. Radix 8 would need
// more registers than AVX2 has, and gains nothing where there are 32.
var FFTRadices = [...]int{2, 3, 4, 5, 6}

// FFTOperand is where a pass finds or leaves its elements: element (b, e)
// has its real parts at Data[b*Block + e*Step] and its imaginary parts Imag
// further on. Where Swap is set the parts change roles, which turns a transform
// into its inverse.
type FFTOperand struct {
	Data              []float32
	Step, Block, Imag int
	Swap              bool
}

// reach is how many elements of Data a pass meets.
func (o *FFTOperand) reach(blocks, n, w int) int {
	return (blocks-1)*o.Block + (n-1)*o.Step + o.Imag + w
}

// parts returns where real parts begin, and the imaginary ones from there.
func (o *FFTOperand) parts() (real, imag int) {
	if o.Swap {
		return o.Imag, -o.Imag
	}
	return 0, o.Imag
}

// FFTPass is a pass of a transform of radix*m elements over some blocks: for each j < m
//
//	dst[b][p*m+j] = sum over q < radix of src[b][q*m+j] * e^(-2 pi i p q / radix)
//
// where what comes in (FFTBefore) or what goes out (FFTAfter) is
// multiplied by twiddles: number 1 to radix-1 for each j in turn, real and
// imaginary part. dst and src may be the same (Cooley & Tukey, An algorithm for
// the machine calculation of complex FFT series, 1965).
func (l ISA) FFTPass(radix int, kind FFTKind, dst, src *FFTOperand, twiddles []float32, m, blocks int) {
	w := l.Block()
	if radix < 2 || radix > 6 || m <= 0 || blocks <= 0 || dst.Imag < 0 || src.Imag < 0 || dst.Step < 0 || src.Step < 0 || dst.Block < 0 || src.Block < 0 {
		panic("kernel: fft pass: operand out of range")
	}
	if len(dst.Data) < dst.reach(blocks, radix*m, w) || len(src.Data) < src.reach(blocks, radix*m, w) {
		panic("kernel: fft pass: short operand")
	}
	if kind != FFTPlain && len(twiddles) < 2*m*(radix-1) {
		panic("kernel: fft pass: short twiddles")
	}
	l.fftPass(radix, kind, dst, src, twiddles, m, blocks)
}

// FFTOrder says where the elements of a spectrum are.
type FFTOrder struct {
	at      []int32 // of frequencies f and -f, for each f
	largest int
}

// NewFFTOrder returns the order of n frequencies of a real row, from 0 on:
// where names the element of each of size frequencies, of which -f is size - f.
func NewFFTOrder(where []int32, n int) FFTOrder {
	var o FFTOrder
	for f := range n {
		for _, at := range [...]int32{where[f], where[(len(where)-f)%len(where)]} {
			if at < 0 {
				panic("kernel: fft order: element out of range")
			}
			o.at, o.largest = append(o.at, at), max(o.largest, int(at))
		}
	}
	return o
}

// FFTSplit takes the spectrum of a row plus i times another, both real, and
// writes twice the frequencies of each that order names: frequency f of the row
// is element f of dst, that of the other begins second further on.
func (l ISA) FFTSplit(dst []float32, second int, src []float32, order FFTOrder) {
	l.checkFFTPair(dst, second, src, &order)
	l.fftSplit(dst, second, src, order.at)
}

// FFTJoin is the way back, but for the factor: the spectrum of src's row
// plus i times the other's.
func (l ISA) FFTJoin(dst, src []float32, second int, order FFTOrder) {
	l.checkFFTPair(src, second, dst, &order)
	l.fftJoin(dst, src, second, order.at)
}

func (l ISA) checkFFTPair(rows []float32, second int, spectrum []float32, order *FFTOrder) {
	w := l.Block()
	if len(order.at) == 0 || second < 0 || len(rows) < second+len(order.at)*w || len(spectrum) < (order.largest+1)*2*w {
		panic("kernel: fft pair: short operand")
	}
}

// FFTMultiply writes or adds the products of n elements: dst[e] = a[e] * b[e].
func (l ISA) FFTMultiply(dst, a, b []float32, n int, accumulate bool) {
	size := 2 * n * l.Block()
	if n <= 0 || len(dst) < size || len(a) < size || len(b) < size {
		panic("kernel: fft multiply: operand out of range")
	}
	l.fftMultiply(dst, a, b, n, accumulate)
}

func fftPassGeneric(w, radix int, kind FFTKind, dst, src *FFTOperand, twiddles []float32, m, blocks int) {
	var x [6]complex64
	var roots [6]complex64
	for i := range radix {
		sin, cos := math.Sincos(-2 * math.Pi * float64(i) / float64(radix))
		roots[i] = complex(float32(cos), float32(sin))
	}
	fromReal, fromImag := src.parts()
	toReal, toImag := dst.parts()
	for b := range blocks {
		for j := range m {
			for c := range w {
				for q := range radix {
					at := b*src.Block + (q*m+j)*src.Step + fromReal + c
					x[q] = complex(src.Data[at], src.Data[at+fromImag])
					if kind == FFTBefore && q > 0 {
						x[q] *= twiddle(twiddles, j*(radix-1)+q-1)
					}
				}
				for p := range radix {
					sum := x[0]
					for q := 1; q < radix; q++ {
						sum += x[q] * roots[p*q%radix]
					}
					if kind == FFTAfter && p > 0 {
						sum *= twiddle(twiddles, j*(radix-1)+p-1)
					}
					at := b*dst.Block + (p*m+j)*dst.Step + toReal + c
					dst.Data[at], dst.Data[at+toImag] = real(sum), imag(sum)
				}
			}
		}
	}
}

func twiddle(s []float32, i int) complex64 { return complex(s[2*i], s[2*i+1]) }

func fftSplitGeneric(w int, dst []float32, second int, src []float32, order []int32) {
	for f := range len(order) / 2 {
		p, q := int(order[2*f])*2*w, int(order[2*f+1])*2*w
		for c := range w {
			re, im, cre, cim := src[p+c], src[p+w+c], src[q+c], src[q+w+c]
			at := 2*f*w + c
			dst[at], dst[at+w] = re+cre, im-cim
			dst[second+at], dst[second+at+w] = im+cim, cre-re
		}
	}
}

func fftJoinGeneric(w int, dst, src []float32, second int, order []int32) {
	for f := range len(order) / 2 {
		p, q := int(order[2*f])*2*w, int(order[2*f+1])*2*w
		for c := range w {
			at := 2*f*w + c
			are, aim, bre, bim := src[at], src[at+w], src[second+at], src[second+at+w]
			dst[q+c], dst[q+w+c] = are+bim, bre-aim
			dst[p+c], dst[p+w+c] = are-bim, aim+bre
		}
	}
}

func fftMultiplyGeneric(w int, dst, a, b []float32, n int, accumulate bool) {
	for at := 0; at < 2*n*w; at += 2 * w {
		for c := at; c < at+w; c++ {
			z := complex(a[c], a[c+w]) * complex(b[c], b[c+w])
			if accumulate {
				z += complex(dst[c], dst[c+w])
			}
			dst[c], dst[c+w] = real(z), imag(z)
		}
	}
}
