package network

import (
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"convx/configs"
	"convx/internal/generated"
	"convx/internal/layer"
)

const schemaFile = "../../configs/schema/network.json"

// The shipped schema says what the tables of variants and ops say; -update writes it.
func TestSchemaIsCurrent(t *testing.T) { generated.JSON(t, schemaFile, schema()) }

type object = map[string]any

func ref(name string) object { return object{"$ref": "#/$defs/" + name} }

// schema describes network files in JSON Schema, draft 2020-12.
func schema() object {
	defs := object{
		"value":      object{"description": "a number, a word, or text with parameters in it: $name, $(2*name)", "type": []string{"string", "number", "boolean"}},
		"switch":     object{"type": []string{"boolean", "string"}},
		"count":      object{"type": []string{"integer", "string"}},
		"names":      object{"description": "a layer's name, or a list of names", "type": []string{"string", "array"}, "items": object{"type": "string"}, "minItems": 1},
		"parameters": object{"description": "parameters with their defaults; one without a value is required", "type": "object", "additionalProperties": object{"type": []string{"string", "number", "boolean", "null"}}},
		"figure": object{
			"type": "object", "additionalProperties": false,
			"properties": object{
				"params": ref("count"), "macs": ref("count"), "flops": ref("count"), "receptive_field": ref("count"),
				"at":     object{"description": "the layer that the figure is for", "type": "string"},
				"about":  object{"description": "how far off a rounded figure may be", "type": "string", "pattern": "%$"},
				"source": object{"type": "string"}, "note": object{"type": "string"},
			},
		},
		"block": object{
			"type": "object", "additionalProperties": false, "required": []string{"layers"},
			"properties": object{
				"parameters": ref("parameters"), "layers": ref("layers"),
				"inputs":  object{"description": "what the block calls the layers that it reads; input, if not given", "allOf": []any{ref("names")}},
				"outputs": object{"description": "the layers whose outputs leave the block; the last, if not given", "allOf": []any{ref("names")}},
			},
		},
		"layers": object{"type": "array", "items": object{"anyOf": []any{
			object{"description": "an op, block or variant without keys", "type": "string"}, ref("variantLayer"), ref("opLayer"), ref("blockLayer"),
		}}},
		"variantLayer": variantSchema(),
		"opLayer":      opSchema(),
		"blockLayer": object{
			"type": "object", "required": []string{"block"}, "properties": common(object{"block": object{"type": "string"}}),
			"not": object{"anyOf": []any{object{"required": []string{"variant"}}, object{"required": []string{"op"}}}}, "additionalProperties": ref("value"),
		},
	}
	return object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "convx network", "$defs": defs,
		"type": "object", "additionalProperties": false, "required": []string{"input", "layers"},
		"properties": object{
			"name": object{"type": "string"}, "title": object{"type": "string"}, "papers": ref("names"),
			"published":  object{"description": "figures that others give", "type": "array", "items": ref("figure")},
			"dims":       object{"description": "spatial axes", "enum": []int{1, 2, 3}},
			"input":      object{"description": "CxHxW, or NxCxHxW", "type": "string", "pattern": "^[0-9]+(x[0-9]+)+$"},
			"parameters": ref("parameters"), "layers": ref("layers"), "outputs": ref("names"),
			"blocks": object{"type": "object", "additionalProperties": ref("block")},
			"weights": object{
				"description": "the names that frameworks give to the weights: by framework, the network's own to the left, theirs to the right", "type": "object",
				"additionalProperties": object{"type": "object", "additionalProperties": object{"type": "string"}},
			},
		},
	}
}

// common adds the keys that every layer may have.
func common(own object) object {
	for name, s := range map[string]object{
		"name": {"type": "string"}, "from": ref("names"), "repeat": ref("count"), "when": ref("switch"),
		"weights": {"description": "the layer whose weights this one uses", "type": "string"},
		"first":   {"description": "keys that differ in the first repetition", "type": "object", "additionalProperties": ref("value")},
	} {
		own[name] = s
	}
	return own
}

func typeSchema(typ, usage string) object {
	s := object{"description": usage, "type": []string{"integer", "number", "string"}}
	if typ == "BOOL" {
		s["type"] = []string{"boolean", "string"}
	}
	return s
}

// only says which keys a layer may have where its form is one name.
func only(form, name string, keys []string) object {
	return object{
		"if":   object{"properties": object{form: object{"const": name}}},
		"then": object{"propertyNames": object{"enum": slices.Concat([]string{form}, commonKeys, keys)}},
	}
}

// named is a name out of a list, or a parameter that holds one.
func namedOf(names []string) object {
	return object{"anyOf": []any{object{"enum": names}, object{"type": "string", "pattern": `^\$`}}}
}

func variantSchema() object {
	keys := object{}
	for _, k := range layer.Keys() {
		if k.Name != "dims" && k.Name != "input" {
			keys[k.YAML()] = typeSchema(k.Type, k.Help())
		}
	}
	var rules []any
	for _, v := range layer.Variants() {
		rules = append(rules, only("variant", v.Name, variantKeys(v)))
	}
	keys["variant"] = namedOf(layer.VariantNames())
	return object{"type": "object", "required": []string{"variant"}, "additionalProperties": false, "properties": common(keys), "allOf": rules}
}

func opSchema() object {
	keys := object{}
	var rules []any
	for _, op := range opKinds() {
		var required []string
		for _, k := range op.keys {
			keys[k.name] = typeSchema(k.typ, k.usage)
			if k.required {
				required = append(required, k.name)
			}
		}
		rule := only("op", op.name, op.keyNames())
		if required != nil {
			rule["then"].(object)["required"] = required
		}
		rules = append(rules, rule)
	}
	keys["op"] = namedOf(opNames())
	return object{"type": "object", "required": []string{"op"}, "additionalProperties": false, "properties": common(keys), "allOf": rules}
}

func validate(t *testing.T, data []byte) error {
	t.Helper()
	c := jsonschema.NewCompiler()
	s, err := c.Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := yaml.Load(data, &doc); err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

func TestSchemaAcceptsEveryNetwork(t *testing.T) {
	for _, name := range configs.NetworkNames() {
		data, err := Source(name)
		if err != nil {
			t.Fatal(err)
		}
		if err := validate(t, data); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// What the reader refuses for its form, the schema refuses too.
func TestSchemaRefuses(t *testing.T) {
	for _, text := range []string{
		"layers: [relu]",
		"input: 3\nlayers: [relu]",
		"input: 3x8x8\nlayers: [relu]\nstuff: 1",
		"input: 3x8x8\nlayers: [{variant: standrd}]",
		"input: 3x8x8\nlayers: [{variant: standard, kernle: 3}]",
		"input: 3x8x8\nlayers: [{variant: se, kernel: 3}]",
		"input: 3x8x8\nlayers: [{variant: standard, kernel: [3, 3]}]",
		"input: 3x8x8\nlayers: [{op: max-pool}]",
		"input: 3x8x8\nlayers: [{op: relu, kernel: 3}]",
		"input: 3x8x8\nlayers: [{op: relu, block: b}]",
		"input: 3x8x8\nblocks: {b: {parameters: {}}}\nlayers: [b]",
		"input: 3x8x8\npublished: [{weights: 3}]\nlayers: [relu]",
		"dims: 4\ninput: 3x8x8\nlayers: [relu]",
	} {
		if validate(t, []byte(text)) == nil {
			t.Errorf("the schema accepts %q", text)
		}
	}
}
