package onnx

import (
	"strings"

	"convx/internal/lazy"
)

// tables are the operators of ONNX's own domain, by what they do.
var tables = lazy.Value[[]map[string]rule]{Make: func() []map[string]rule {
	return []map[string]rule{
		windowRules.Get(), matrixRules.Get(), normRules.Get(), activationRules.Get(), unaryRules.Get(), shapeRules.Get(), selectRules.Get(), resampleRules.Get(), quantizedRules.Get(), recurrentRules.Get(), rarerRules.Get(),
	}
}}

// multiplies reports whether an operator is one that has MACs.
func multiplies(op string) bool {
	_, recurrent := recurrentRules.Get()[op]
	_, matrix := matrixRules.Get()[op]
	return recurrent || matrix || strings.Contains(op, "Conv") || strings.Contains(op, "Gemm") || strings.Contains(op, "MatMul")
}

// ruleFor finds an operator's rule.
func ruleFor(n *Node) (rule, bool) {
	switch n.Domain {
	case "":
		for _, t := range tables.Get() {
			if r, ok := t[n.Op]; ok {
				return r, true
			}
		}
		if _, ok := binaries.Get()[n.Op]; ok {
			return rule{apply: elementwise, least: 1}, true
		}
		r, ok := map[string]rule{"Where": {apply: where, least: 3}}[n.Op]
		return r, ok
	case "com.microsoft":
		if r, ok := microsoftRules.Get()[n.Op]; ok {
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
var harmless = lazy.Value[map[string]bool]{Make: func() map[string]bool {
	return map[string]bool{
		"NonMaxSuppression": true, "Unique": true, "Compress": true, "Multinomial": true, "Bernoulli": true, "Det": true,
		"RandomNormal": true, "RandomNormalLike": true, "RandomUniform": true, "RandomUniformLike": true,
		"SequenceAt": true, "SequenceConstruct": true, "SequenceEmpty": true, "SequenceErase": true, "SequenceInsert": true,
		"SequenceLength": true, "ConcatFromSequence": true, "SplitToSequence": true, "Optional": true, "OptionalGetElement": true,
		"OptionalHasElement": true, "StringNormalizer": true, "StringConcat": true, "StringSplit": true, "RegexFullMatch": true,
		"TfIdfVectorizer": true, "BlackmanWindow": true, "HannWindow": true, "HammingWindow": true, "ImageDecoder": true,
	}
}}
