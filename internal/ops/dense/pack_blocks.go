package dense

import "convx/internal/ops/kernel"

// stagedTaps is how many taps of each output channel are brought to blocks of channels at once: they stay in the first cache.
const stagedTaps = 288

// packBlock hands over the weights of a block of output channels, step apart, [input channel][tap][lane], n input channels from c on at
// a time; outputs that there are not are zero.
func packBlock(isa kernel.ISA, weights []float32, step, outputs, channels, taps int, each func(block []float32, c, n int)) {
	together := min(max(1, stagedTaps/taps), channels)
	block := make([]float32, together*taps*isa.Block())
	for c := 0; c < channels; c += together {
		n := min(together, channels-c)
		isa.PackNCHWc(block, weights[c*taps:], step, min(outputs, isa.Block()), n*taps)
		each(block, c, n)
	}
}

// packPanel lays the weights of a panel out as [tap][input channel][panel's channels], each tap depth channels after the one before.
func packPanel(isa kernel.ISA, to, weights []float32, vectors, outputs, channels, taps, depth int) {
	lanes, step := isa.Block(), channels*taps
	width := vectors * lanes
	for v := range vectors {
		packBlock(isa, weights[v*lanes*step:], step, outputs-v*lanes, channels, taps, func(block []float32, c, n int) {
			for tap := range taps {
				isa.StridedCopy(to[(tap*depth+c)*width+v*lanes:], width, block[tap*lanes:], taps*lanes, 1, lanes, n, 0)
			}
		})
	}
}
