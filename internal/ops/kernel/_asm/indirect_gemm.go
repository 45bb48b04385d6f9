package main

// The rows of b where they lie: byte offsets instead of a stride.
const indirectGemmSignature = "func(c *float32, ldc int, a, b *float32, rows *int, k, m, n int, bias *float32, lo, hi float32, accumulate bool)"

// indirectGemm generates the tiles of gemm on rows that are found through a list (Dukhan, The Indirect Convolution
// Algorithm, 2019).
func indirectGemm() { gemmTiles("indirectGemm", true) }
