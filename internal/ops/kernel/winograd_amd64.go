//go:build !purego

package kernel

// The tables of transforms are indexed by instruction set and by tile, 4, 6 or 8 points,
// those of outputs also by m.
type (
	winogradInputFunc   func(dst *float32, df int, src *float32, rs, cs, ts, n int)
	winogradOutputFunc  func(dst *float32, rs, cs, ts int, src *float32, sf int, post *float32, n int)
	winogradInLineFunc  func(dst *float32, df int, src *float32, cs, ts, n int)
	winogradOutLineFunc func(dst *float32, cs, ts int, src *float32, sf int, post *float32, n int)
)

var winogradInputFuncs = [...][3]winogradInputFunc{
	AVX2:   {winogradInput4AVX2, winogradInput6AVX2, winogradInput8AVX2},
	AVX512: {winogradInput4AVX512, winogradInput6AVX512, winogradInput8AVX512},
}

var winogradInLineFuncs = [...][3]winogradInLineFunc{
	AVX2:   {winogradInputLine4AVX2, winogradInputLine6AVX2, winogradInputLine8AVX2},
	AVX512: {winogradInputLine4AVX512, winogradInputLine6AVX512, winogradInputLine8AVX512},
}

var winogradOutputFuncs = [...][3][7]winogradOutputFunc{
	AVX2: {
		{2: winogradOutput42AVX2, 3: winogradOutput43AVX2},
		{2: winogradOutput62AVX2, 3: winogradOutput63AVX2, 4: winogradOutput64AVX2, 5: winogradOutput65AVX2},
		{2: winogradOutput82AVX2, 3: winogradOutput83AVX2, 4: winogradOutput84AVX2, 5: winogradOutput85AVX2, 6: winogradOutput86AVX2},
	},
	AVX512: {
		{2: winogradOutput42AVX512, 3: winogradOutput43AVX512},
		{2: winogradOutput62AVX512, 3: winogradOutput63AVX512, 4: winogradOutput64AVX512, 5: winogradOutput65AVX512},
		{2: winogradOutput82AVX512, 3: winogradOutput83AVX512, 4: winogradOutput84AVX512, 5: winogradOutput85AVX512, 6: winogradOutput86AVX512},
	},
}

var winogradOutLineFuncs = [...][3][7]winogradOutLineFunc{
	AVX2: {
		{2: winogradOutputLine42AVX2, 3: winogradOutputLine43AVX2},
		{2: winogradOutputLine62AVX2, 3: winogradOutputLine63AVX2, 4: winogradOutputLine64AVX2, 5: winogradOutputLine65AVX2},
		{2: winogradOutputLine82AVX2, 3: winogradOutputLine83AVX2, 4: winogradOutputLine84AVX2, 5: winogradOutputLine85AVX2, 6: winogradOutputLine86AVX2},
	},
	AVX512: {
		{2: winogradOutputLine42AVX512, 3: winogradOutputLine43AVX512},
		{2: winogradOutputLine62AVX512, 3: winogradOutputLine63AVX512, 4: winogradOutputLine64AVX512, 5: winogradOutputLine65AVX512},
		{2: winogradOutputLine82AVX512, 3: winogradOutputLine83AVX512, 4: winogradOutputLine84AVX512, 5: winogradOutputLine85AVX512, 6: winogradOutputLine86AVX512},
	},
}

func (l ISA) winogradInput(points int, dst []float32, df int, src []float32, rs, cs, ts, n int) {
	if l == Generic {
		winogradInputGeneric(l.Block(), points, dst, df, src, rs, cs, ts, n)
		return
	}
	winogradInputFuncs[l][points/2-2](&dst[0], df, &src[0], rs, cs, ts, n)
}

func (l ISA) winogradOutput(points, m int, dst []float32, rs, cs, ts int, src []float32, sf int, post []float32, n int) {
	if l == Generic {
		winogradOutputGeneric(l.Block(), points, m, dst, rs, cs, ts, src, sf, post, n)
		return
	}
	winogradOutputFuncs[l][points/2-2][m](&dst[0], rs, cs, ts, &src[0], sf, &post[0], n)
}

func (l ISA) winogradInputLine(points int, dst []float32, df int, src []float32, cs, ts, n int) {
	if l == Generic {
		winogradInputLineGeneric(l.Block(), points, dst, df, src, cs, ts, n)
		return
	}
	winogradInLineFuncs[l][points/2-2](&dst[0], df, &src[0], cs, ts, n)
}

func (l ISA) winogradOutputLine(points, m int, dst []float32, cs, ts int, src []float32, sf int, post []float32, n int) {
	if l == Generic {
		winogradOutputLineGeneric(l.Block(), points, m, dst, cs, ts, src, sf, post, n)
		return
	}
	winogradOutLineFuncs[l][points/2-2][m](&dst[0], cs, ts, &src[0], sf, &post[0], n)
}
