package problem

// ChainTerms bounds the products that are added one to the other in float32. Longer sums are sums of such chains: the error
// of a chain grows with its length, that of the whole with the length of a chain and the number of chains.
const ChainTerms = 512
