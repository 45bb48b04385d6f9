//go:build !purego

package kernel

var winogradInputFuncs = [...][3]winogradInputFunc{
	NEON: {winogradInput4NEON, winogradInput6NEON, winogradInput8NEON},
}

var winogradInLineFuncs = [...][3]winogradInLineFunc{
	NEON: {winogradInputLine4NEON, winogradInputLine6NEON, winogradInputLine8NEON},
}

var winogradOutputFuncs = [...][3][7]winogradOutputFunc{
	NEON: {
		{2: winogradOutput42NEON, 3: winogradOutput43NEON},
		{2: winogradOutput62NEON, 3: winogradOutput63NEON, 4: winogradOutput64NEON, 5: winogradOutput65NEON},
		{2: winogradOutput82NEON, 3: winogradOutput83NEON, 4: winogradOutput84NEON, 5: winogradOutput85NEON, 6: winogradOutput86NEON},
	},
}

var winogradOutLineFuncs = [...][3][7]winogradOutLineFunc{
	NEON: {
		{2: winogradOutputLine42NEON, 3: winogradOutputLine43NEON},
		{2: winogradOutputLine62NEON, 3: winogradOutputLine63NEON, 4: winogradOutputLine64NEON, 5: winogradOutputLine65NEON},
		{2: winogradOutputLine82NEON, 3: winogradOutputLine83NEON, 4: winogradOutputLine84NEON, 5: winogradOutputLine85NEON, 6: winogradOutputLine86NEON},
	},
}
