// Package shape computes how large things become: the output size of every primitive and layer, the padding that a
// rule chooses, and the receptive field. Pure integer arithmetic; every intermediate fits because inputs are bounded
// by MaxExtent and every output is checked against it.
package shape
