package flops

import (
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// pool: an average of K elements is K-1 additions and a division, a maximum K-1 comparisons. Windows count whole, with
// the padding that they cover.
func pool(st layer.Stage, s shape.Stage) ([]cost, error) {
	p, x := st.Op.(layer.Pool), s.Inputs[0]
	switch {
	case p.Adaptive != nil:
		return adaptive(p, s)
	case p.Global:
		return pooled(p.Func, output(s.Output), extents(inSymbols, x[2:]))
	}
	return pooled(p.Func, output(s.Output), extents(kernelSymbols, p.Kernel))
}

// pooled counts windows that are all of one size.
func pooled(f layer.PoolFunc, out, window Term) ([]cost, error) {
	if f == layer.AveragePool {
		return []cost{{extra: Sum{out.times(window...)}}}, nil
	}
	k, err := Sum{window}.Value()
	if err != nil {
		return nil, err
	}
	return []cost{{extra: Sum{out.times(Factor{"(" + Sum{window}.Symbols() + " - 1)", k - 1})}}}, nil
}

// adaptive counts windows that overlap where the output size does not divide the input's.
func adaptive(p layer.Pool, s shape.Stage) ([]cost, error) {
	x := s.Inputs[0]
	read := Term{by("N", x[0]), by("C", x[1])}
	for i, in := range x[2:] {
		read = append(read, by("("+outputsText(len(p.Adaptive), i)+")", adaptiveReads(in, p.Adaptive[i])))
	}
	if p.Func == layer.AveragePool {
		return []cost{{extra: Sum{read}}}, nil
	}
	all, err := Sum{read}.Value()
	if err != nil {
		return nil, err
	}
	outputs, err := layer.Elements(s.Output...)
	if err != nil {
		return nil, err
	}
	// One comparison fewer than elements in each window.
	return []cost{{extra: Sum{Term{{lang.Text("(elements of all windows - outputs)"), all - outputs}}}}}, nil
}

// adaptiveReads is how many elements of an axis the n windows read in all, where window o of n reaches from
// floor(o*in/n) to ceil((o+1)*in/n): neighbours share an element wherever their border is not whole.
func adaptiveReads(in, n int) int { return in + n - gcd(in, n) }

func outputsText(dims, i int) string {
	in, out := inSymbols[dims][i], outSymbols[dims][i]
	return in + " + " + out + " - gcd(" + in + ", " + out + ")"
}

func gcd(a, b int) int {
	for b != 0 {
		a, b = b, a%b
	}
	return a
}
