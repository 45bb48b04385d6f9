package onnx

// tables are the operators of ONNX's own domain, by what they do.
var tables = []map[string]rule{
	windowRules, matrixRules, normRules, activationRules, unaryRules, shapeRules, selectRules, resampleRules, quantizedRules,
}

// ruleFor finds an operator's rule.
func ruleFor(n *Node) (rule, bool) {
	switch n.Domain {
	case "":
		for _, t := range tables {
			if r, ok := t[n.Op]; ok {
				return r, true
			}
		}
		if _, ok := binaries[n.Op]; ok {
			return rule{apply: elementwise, least: 1}, true
		}
		r, ok := map[string]rule{"Where": {apply: where, least: 3}}[n.Op]
		return r, ok
	case "com.microsoft":
		r, ok := microsoftRules[n.Op]
		return r, ok
	}
	return rule{}, false
}
