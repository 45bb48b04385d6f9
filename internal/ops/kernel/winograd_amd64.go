//go:build !purego

package kernel

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
