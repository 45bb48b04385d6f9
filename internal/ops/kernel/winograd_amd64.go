//go:build !purego

package kernel

func (l Level) winogradInput(points int, dst []float32, df int, src []float32, rs, cs, ts, n int) {
	switch {
	case l == AVX512 && points == 6:
		winogradInput6AVX512(&dst[0], df, &src[0], rs, cs, ts, n)
	case l == AVX512:
		winogradInput4AVX512(&dst[0], df, &src[0], rs, cs, ts, n)
	case l == AVX2 && points == 6:
		winogradInput6AVX2(&dst[0], df, &src[0], rs, cs, ts, n)
	case l == AVX2:
		winogradInput4AVX2(&dst[0], df, &src[0], rs, cs, ts, n)
	default:
		winogradInputGeneric(l.Block(), points, dst, df, src, rs, cs, ts, n)
	}
}

type winogradOutputFunc func(dst *float32, rs, cs, ts int, src *float32, sf int, post *float32, n int)

// winogradOutputFuncs is indexed by level, by 6 points and by m.
var winogradOutputFuncs = [...][2][6]winogradOutputFunc{
	AVX2: {
		{2: winogradOutput42AVX2, 3: winogradOutput43AVX2},
		{2: winogradOutput62AVX2, 3: winogradOutput63AVX2, 4: winogradOutput64AVX2, 5: winogradOutput65AVX2},
	},
	AVX512: {
		{2: winogradOutput42AVX512, 3: winogradOutput43AVX512},
		{2: winogradOutput62AVX512, 3: winogradOutput63AVX512, 4: winogradOutput64AVX512, 5: winogradOutput65AVX512},
	},
}

func (l Level) winogradOutput(points, m int, dst []float32, rs, cs, ts int, src []float32, sf int, post []float32, n int) {
	if l == Generic {
		winogradOutputGeneric(l.Block(), points, m, dst, rs, cs, ts, src, sf, post, n)
		return
	}
	winogradOutputFuncs[l][points/6][m](&dst[0], rs, cs, ts, &src[0], sf, &post[0], n)
}

func (l Level) winogradInputLine(points int, dst []float32, df int, src []float32, cs, ts, n int) {
	switch {
	case l == AVX512 && points == 6:
		winogradInputLine6AVX512(&dst[0], df, &src[0], cs, ts, n)
	case l == AVX512:
		winogradInputLine4AVX512(&dst[0], df, &src[0], cs, ts, n)
	case l == AVX2 && points == 6:
		winogradInputLine6AVX2(&dst[0], df, &src[0], cs, ts, n)
	case l == AVX2:
		winogradInputLine4AVX2(&dst[0], df, &src[0], cs, ts, n)
	default:
		winogradInputLineGeneric(l.Block(), points, dst, df, src, cs, ts, n)
	}
}

type winogradLineFunc func(dst *float32, cs, ts int, src *float32, sf int, post *float32, n int)

// winogradLineFuncs is indexed as winogradOutputFuncs is.
var winogradLineFuncs = [...][2][6]winogradLineFunc{
	AVX2: {
		{2: winogradOutputLine42AVX2, 3: winogradOutputLine43AVX2},
		{2: winogradOutputLine62AVX2, 3: winogradOutputLine63AVX2, 4: winogradOutputLine64AVX2, 5: winogradOutputLine65AVX2},
	},
	AVX512: {
		{2: winogradOutputLine42AVX512, 3: winogradOutputLine43AVX512},
		{2: winogradOutputLine62AVX512, 3: winogradOutputLine63AVX512, 4: winogradOutputLine64AVX512, 5: winogradOutputLine65AVX512},
	},
}

func (l Level) winogradOutputLine(points, m int, dst []float32, cs, ts int, src []float32, sf int, post []float32, n int) {
	if l == Generic {
		winogradOutputLineGeneric(l.Block(), points, m, dst, cs, ts, src, sf, post, n)
		return
	}
	winogradLineFuncs[l][points/6][m](&dst[0], cs, ts, &src[0], sf, &post[0], n)
}
