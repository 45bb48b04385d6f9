package onnx

import "strings"

// tables are the operators of ONNX's own domain, by what they do.
var tables = []map[string]rule{
	windowRules, matrixRules, normRules, activationRules, unaryRules, shapeRules, selectRules, resampleRules, quantizedRules, recurrentRules, rarerRules,
}

// multiplies reports whether an operator is one that has MACs.
func multiplies(op string) bool {
	_, recurrent := recurrentRules[op]
	_, matrix := matrixRules[op]
	return recurrent || matrix || strings.Contains(op, "Conv") || strings.Contains(op, "Gemm") || strings.Contains(op, "MatMul")
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
		if r, ok := microsoftRules[n.Op]; ok {
			return r, true
		}
	}
	if n.Domain != "" && len(n.Outputs) == 1 && quantizes(n.Op) {
		return rule{apply: quantize, least: 1}, true
	}
	return rule{}, false
}

// harmless are the operators without a rule that hold neither parameters nor MACs: their results have shapes that depend on
// data, or are not numbers.
var harmless = map[string]bool{
	"NonMaxSuppression": true, "Unique": true, "Compress": true, "Multinomial": true, "Bernoulli": true, "Det": true,
	"RandomNormal": true, "RandomNormalLike": true, "RandomUniform": true, "RandomUniformLike": true,
	"SequenceAt": true, "SequenceConstruct": true, "SequenceEmpty": true, "SequenceErase": true, "SequenceInsert": true,
	"SequenceLength": true, "ConcatFromSequence": true, "SplitToSequence": true, "Optional": true, "OptionalGetElement": true,
	"OptionalHasElement": true, "StringNormalizer": true, "StringConcat": true, "StringSplit": true, "RegexFullMatch": true,
	"TfIdfVectorizer": true, "BlackmanWindow": true, "HannWindow": true, "HammingWindow": true, "ImageDecoder": true,
}
