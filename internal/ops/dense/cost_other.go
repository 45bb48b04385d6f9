//go:build !386

package dense

// productShare is what is left of pure Go's rates of products beside its others.
const productShare = 1
