package problem

import (
	"context"

	"convx/internal/layer"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// TileRunner pads a tile of the input (with zeros, reflected, replicated or wrapped around), runs an algorithm without padding on it,
// copies the outputs to where they belong unless they are whole images, and so on with the next tile.
type TileRunner[T tensor.Float] struct {
	outer, tile *Problem
	turned      bool
	begin       func(first [3]int) [3]int // the inputs that a tile with that first output begins with
	next        Runner[T]
	loop        *workers.Loop
	firsts      [][3]int // the first output of each tile of an image
	whole       bool     // a tile is whole images
	input       []T      // a padded input
	result      []T      // its outputs
	in          [][]T
	x, y        []T
	now, done   int // tiles over the batch: the one to pad, and the one whose outputs are to be copied; -1 is none
	move        func(worker, from, to int)
}

// NewTileRunner runs next, which computes one tile, on all of them.
func NewTileRunner[T tensor.Float](t Tiles, next Runner[T]) *TileRunner[T] {
	var firsts [][3]int
	for _, r := range t.regions {
		firsts = place(firsts, t.Tile.Out, r)
	}
	r := NewTileRunnerAt(t.outer, t.Tile, firsts, t.outer.begin, next)
	r.turned, r.whole = t.Turned, t.Tile.Out == t.outer.Out && !t.Turned
	return r
}

// NewTileRunnerAt runs next on tiles of outer that have these first outputs; begin is the input that a tile begins with,
// padding included.
func NewTileRunnerAt[T tensor.Float](outer, tile *Problem, firsts [][3]int, begin func(first [3]int) [3]int, next Runner[T]) *TileRunner[T] {
	r := &TileRunner[T]{outer: outer, tile: tile, firsts: firsts, begin: begin, next: next, loop: outer.NewLoop(), in: make([][]T, 1)}
	r.move = r.moveRows
	return r
}

// Sizes are the elements that a tile's padded input and its outputs take; 0 outputs if they need no copy.
func (r *TileRunner[T]) Sizes() (input, result int) {
	if r.whole {
		return r.tile.InputSize(), 0
	}
	return r.tile.InputSize(), r.tile.OutputSize()
}

// UseBuffers gives it memory for a tile, of at least those sizes.
func (r *TileRunner[T]) UseBuffers(input, result []T) {
	inputs, outputs := r.Sizes()
	r.input, r.result = input[:inputs], result[:outputs]
	r.in[0] = r.input
}

// place adds the first outputs of tiles that fill a region: the last one of an axis begins early rather than ending late.
func place(firsts [][3]int, size [3]int, in region) [][3]int {
	n := in.extent()
	for d := 0; d < n[0]; d += size[0] {
		for h := 0; h < n[1]; h += size[1] {
			for w := 0; w < n[2]; w += size[2] {
				firsts = append(firsts, [3]int{
					in[0].from + min(d, n[0]-size[0]), in[1].from + min(h, n[1]-size[1]), in[2].from + min(w, n[2]-size[2]),
				})
			}
		}
	}
	return firsts
}

// Run implements Runner.
func (r *TileRunner[T]) Run(ctx context.Context, out []T, in [][]T) error {
	r.x, r.y = in[0], out
	n := r.outer.N / r.tile.N * len(r.firsts)
	for i := range n {
		if err := r.moves(ctx, i, i-1); err != nil {
			return err
		}
		result := r.result
		if r.whole {
			size := r.tile.OutputSize()
			result = out[i*size:][:size]
		}
		if err := r.next.Run(ctx, result, r.in); err != nil {
			return err
		}
	}
	return r.moves(ctx, -1, n-1)
}

// moves pads the input of one tile and copies the outputs of another, in one loop.
func (r *TileRunner[T]) moves(ctx context.Context, now, done int) error {
	if r.now, r.done = now, done; r.whole {
		r.done = -1
	}
	return r.loop.Each(ctx, r.inputRows()+r.outputRows(), workers.Grain(float64(r.tile.In[2])), r.move)
}

func (r *TileRunner[T]) inputRows() int {
	if r.now < 0 {
		return 0
	}
	return len(r.input) / r.tile.In[2]
}

func (r *TileRunner[T]) outputRows() int {
	if r.done < 0 {
		return 0
	}
	return len(r.result) / r.tile.Out[2]
}

// moveRows is the rows from..to of the tile that is padded, followed by those of the outputs.
func (r *TileRunner[T]) moveRows(_, from, to int) {
	n := r.inputRows()
	if from < n {
		r.pad(from, min(to, n))
	}
	if to > n {
		r.store(max(from, n)-n, to-n)
	}
}

// pad writes rows from..to of the tile's padded input.
func (r *TileRunner[T]) pad(from, to int) {
	p, size, first := r.outer, r.tile.In, r.begin(r.firsts[r.now%len(r.firsts)])
	h, i := from%size[1], from/size[1]
	d, plane := i%size[0], r.now/len(r.firsts)*r.tile.N*p.C+i/size[0]
	for i := from; i < to; i++ {
		dst := r.input[i*size[2]:][:size[2]]
		z, y := borderSource(first[0]+d, p.In[0], p.PadMode), borderSource(first[1]+h, p.In[1], p.PadMode)
		row := line{at: ((plane*p.In[0]+z)*p.In[1] + y) * p.In[2], n: p.In[2], step: 1}
		if r.turned {
			row.at, row.step = (plane*p.In[0]+z)*p.In[1]*p.In[2]+y, p.In[1]
		}
		if z < 0 || y < 0 {
			clear(dst)
		} else {
			padLine(dst, r.x, row, first[2], p.PadMode)
		}
		if h++; h == size[1] {
			h = 0
			if d++; d == size[0] {
				d, plane = 0, plane+1
			}
		}
	}
}

// line is n elements, step apart, of an array from an element on.
type line struct{ at, n, step int }

// padLine writes the positions first, first+1… of a line, some of them outside.
func padLine[T tensor.Float](dst, x []T, l line, first int, mode layer.PadMode) {
	left := min(max(0, -first), len(dst))
	right := max(left, min(len(dst), l.n-first)) // the first element behind the line
	if l.step == 1 {
		copy(dst[left:right], x[l.at+min(max(0, first), l.n):])
	} else {
		for j := left; j < right; j++ {
			dst[j] = x[l.at+(first+j)*l.step]
		}
	}
	if mode == layer.PadZeros {
		clear(dst[:left])
		clear(dst[right:])
		return
	}
	for j := range left {
		dst[j] = x[l.at+borderSource(first+j, l.n, mode)*l.step]
	}
	for j := right; j < len(dst); j++ {
		dst[j] = x[l.at+borderSource(first+j, l.n, mode)*l.step]
	}
}

// borderSource is the element that position i of n, possibly outside of them, holds in a padding mode; -1 is a zero.
func borderSource(i, n int, mode layer.PadMode) int {
	if 0 <= i && i < n {
		return i
	}
	switch mode {
	case layer.PadReflect: // a period of 2n-2: there and back without repeating the ends
		return min(max(i, -i), 2*(n-1)-i)
	case layer.PadCircular:
		return (i + n) % n
	case layer.PadZeros:
		return -1
	}
	return min(max(i, 0), n-1)
}

// store copies rows from..to of the tile's outputs to where they belong.
func (r *TileRunner[T]) store(from, to int) {
	p, size, first := r.outer, r.tile.Out, r.firsts[r.done%len(r.firsts)]
	wide := min(size[2], p.Out[2]-first[2]) // of a row, what is not behind the output's end
	for i := from; i < to; i++ {
		h, j := i%size[1], i/size[1]
		plane, d := r.done/len(r.firsts)*p.O+j/size[0], j%size[0]
		if first[0]+d >= p.Out[0] || first[1]+h >= p.Out[1] {
			continue
		}
		at, src := (plane*p.Out[0]+first[0]+d)*p.Out[1]*p.Out[2], r.result[i*size[2]:][:wide]
		if !r.turned {
			copy(r.y[at+(first[1]+h)*p.Out[2]+first[2]:], src)
			continue
		}
		for j, v := range src {
			r.y[at+(first[2]+j)*p.Out[1]+first[1]+h] = v
		}
	}
}
