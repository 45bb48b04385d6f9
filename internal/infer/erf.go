package infer

import "convx/internal/ops/kernel"

// erfLogit are the coefficients of the even polynomial q for which erf(x) is about 2/(1+e^(-x q(x^2))) - 1 where |x| <= 4, beyond
// which erf is 1 within 2e-8. They were fitted to the least maximum error: 1e-7, computed in float32.
var erfLogit = [...]float32{2.2567594051361084, 0.20553095638751984, -0.00036875996738672256, -0.0012514465488493443, 0.00017942841805052012, -1.1971997082582675e-05, 3.17961479368023e-07}

// erf writes the error function of x. spare has room for three times as many; y may be x.
func erf(isa kernel.ISA, y, x, spare []float32) {
	n := len(y)
	clamped, squared, q := spare[:n], spare[n:][:n], spare[2*n:][:n]
	isa.Affine(clamped, x, 1, 0, -4, 4)
	isa.Product(squared, clamped, clamped)
	last := len(erfLogit) - 1
	isa.Affine(q, squared, erfLogit[last], erfLogit[last-1], noLow, noHigh)
	for i := last - 2; i >= 0; i-- {
		isa.Product(q, q, squared)
		isa.Affine(q, q, 1, erfLogit[i], noLow, noHigh)
	}
	isa.Product(q, q, clamped)
	isa.Logistic(q, q)
	isa.Affine(y, q, 2, -1, noLow, noHigh)
}
