package budget

import (
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v4"

	"convx/configs"
	"convx/internal/generated"
)

const schemaFile = "../../configs/schema/budget.json"

type object = map[string]any

// schema describes budget files in JSON Schema, draft 2020-12, from the tables that the reader follows.
func schema() object {
	limits := func() object {
		keys := object{}
		for _, q := range quantities {
			for _, bound := range []struct{ prefix, is string }{{"max_", "the most "}, {"min_", "the least "}} {
				kind := "amount"
				if q.Quantity == Time {
					kind = "duration"
				}
				keys[bound.prefix+string(q.Quantity)] = object{"description": bound.is + q.is, "$ref": "#/$defs/" + kind}
			}
		}
		return keys
	}
	group := func(own object) object {
		keys := limits()
		keys[warnKey] = object{"description": "limits that are said and fail nothing", "type": "object", "additionalProperties": false, "properties": limits()}
		for k, v := range own {
			keys[k] = v
		}
		return object{"type": "object", "additionalProperties": false, "properties": keys}
	}
	top := object{}
	for _, p := range parts() {
		var s object
		switch {
		case p.list:
			own := object{}
			for _, x := range selectors {
				own[x.key] = object{"description": x.is, "type": "string"}
			}
			s = object{"type": "array", "items": group(own)}
		case p.names:
			s = object{"type": "object", "additionalProperties": group(nil)}
		case p.key == "title":
			s = object{"type": "string"}
		default:
			s = group(nil)
		}
		s["description"] = p.is
		top[p.key] = s
	}
	return object{
		"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "convx budget",
		"type": "object", "additionalProperties": false, "properties": top,
		"$defs": object{
			"amount":   object{"description": "a count like 310M, 3.6M, 8Mi or 12000; under layers and kinds a share of the network like 10%, too", "anyOf": []any{object{"type": "integer", "minimum": 0}, object{"type": "string", "pattern": `^[0-9._]+ ?([kKmMgGtT][iI]?)?[bB]?$|^[0-9.]+%$`}}},
			"duration": object{"description": "a time like 33ms, 1.5s or 250us; under layers and kinds a share of the network's like 10%, too", "type": "string", "pattern": `^[0-9.]+ ?(s|ms|us|µs|ns)$|^[0-9.]+%$`},
		},
	}
}

// The shipped schema says what the tables say; -update writes it.
func TestSchemaIsCurrent(t *testing.T) { generated.JSON(t, schemaFile, schema()) }

func validate(t *testing.T, data []byte) error {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(schemaFile)
	if err != nil {
		t.Fatal(err)
	}
	var doc any
	if err := yaml.Load(data, &doc); err != nil {
		t.Fatal(err)
	}
	return s.Validate(doc)
}

// The schema and the reader agree on what a budget is.
func TestSchemaAndReaderAgree(t *testing.T) {
	good := []string{
		"network: {max_macs: 310M}", "network: {max_macs: 12000, min_params: 3.6M, warn: {max_peak_memory: 16Mi}}",
		"title: phones\nlayers:\n  - {match: 'head.*', kind: linear, max_macs: 10%}\n  - {max_receptive_field: 300}",
		"kinds: {pointwise: {max_params: 80%, warn: {max_flops: 1G}}}",
		"network: {max_time: 33ms, max_macs_per_second: 9G, max_macs_per_picture: 1_000k}\nlayers: [{max_time: 10%}]",
	}
	bad := []string{
		"network: {max_mac: 310M}", "network: {max_macs: many}", "network: {max_time: 33}", "network: [max_macs]", "layers: {max_macs: 1}",
		"kinds: {pointwise: 3}", "stuff: 1", "network: {warn: {warn: {max_macs: 1}}}", "layers: [{max_macs: -1}]", "title: [a]",
	}
	for _, name := range configs.BudgetNames() {
		data, _ := configs.Budget(name)
		good = append(good, string(data))
	}
	for _, text := range good {
		if _, err := Parse("b.yaml", []byte(text)); err != nil {
			t.Errorf("the reader refuses %q: %v", text, err)
		}
		if err := validate(t, []byte(text)); err != nil {
			t.Errorf("the schema refuses %q: %v", text, err)
		}
	}
	for _, text := range bad {
		if _, err := Parse("b.yaml", []byte(text)); err == nil {
			t.Errorf("the reader accepts %q", text)
		}
		if validate(t, []byte(text)) == nil {
			t.Errorf("the schema accepts %q", text)
		}
	}
}
