package elementwise

import (
	"convx/internal/layer"
	"convx/internal/ops/kernel"
	"convx/internal/ops/problem"
)

// DepthToSpace interleaves rows: an output row is one row of each of the planes that share it.
func DepthToSpace(p *problem.Problem, _ problem.Operands[float32]) (problem.Runner[float32], error) {
	block := problem.Three(p.Stage.Op.(layer.DepthToSpace).Block)
	in, out := problem.Three(p.Inputs[0][2:]), problem.Three(p.Output[2:])
	plane, width, isa := in[0]*in[1]*in[2], in[2], kernel.Best()
	return problem.NewParts(p, p.Rows(), 1, func(y []float32, x [][]float32, from, to int) {
		rows := make([][]float32, block[2])
		for i := from; i < to; i++ {
			c, d, h := i/out[1]/out[0], i/out[1]%out[0], i%out[1]
			part := ((c*block[0]+d%block[0])*block[1] + h%block[1]) * block[2]
			for j := range rows {
				rows[j] = x[0][(part+j)*plane+(d/block[0]*in[1]+h/block[1])*width:][:width]
			}
			isa.Interleave(y[i*out[2]:][:out[2]], rows, width)
		}
	}), nil
}
