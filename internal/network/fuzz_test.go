package network

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"convx/configs"
	"convx/internal/flops"
	"convx/internal/fuzzing"
	"convx/internal/layer"
)

// evaluated is what every network file has to stand: counted, under every tool's convention, and made a program.
func evaluated(t *testing.T, text string) {
	g, err := parseUpTo(1000, "fuzz.yaml", []byte(text))
	if err != nil {
		return
	}
	r, err := Evaluate(g, Options{})
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("%v is not an *Error", err)
		}
		return
	}
	for _, c := range flops.Conventions() {
		_, _, _ = r.Under(c) // a count that does not fit is an error too
	}
	p, err := Compile(r, nil, 0)
	if err != nil {
		return
	}
	for i := range p.Code {
		for _, v := range append(p.Code[i].In, p.Code[i].Out...) {
			if v != None && (v < 0 || v >= len(p.Values)) {
				t.Errorf("%s uses value %d of %d", p.Code[i].Name, v, len(p.Values))
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, name := range configs.NetworkNames() {
		data, err := Source(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(string(data))
	}
	for _, text := range []string{
		"", "- relu", "input: 3x8x8\nlayers: [relu, {op: relu, repeat: 1000000000}]", "a: &x [*x]", "input: 1x1x1\nlayers: &l [*l]",
		"input: 3x8x8\nlayers: [{variant: standard, kernel: $(1+)}]", "input: 3x8x8\nblocks: {b: {layers: [b]}}\nlayers: [b]",
		"{{{{{{{{", "input: 3x8x8\n<<: {layers: [relu]}", "input: 3x8x8\nlayers: [{op: crop, from: [input, input]}, {op: flatten}, {op: crop, from: [flatten, input]}]",
		"input: 8x8x8\nlayers: [{op: split, name: s, parts: 2}, {op: matmul, from: [s.0, s.1]}, {op: lstm, hidden: 3}]\nweights: {t: {s.$i: $(i+1)}}",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) { fuzzing.Frugal(t, func() { evaluated(t, text) }) })
}

// FuzzFiles makes network files of the right form: blocks, repeats, references forwards and back, every op and variant, values of
// every kind.
func FuzzFiles(f *testing.F) {
	for _, seed := range []string{"", "abcdefghijklmnopqrstuvwxyz0123456789", strings.Repeat("\x01\x07\x13\x02", 40), strings.Repeat("zyxw", 90)} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		text := fileOf(&fuzzing.Draws{Data: data})
		fuzzing.Frugal(t, func() { evaluated(t, text) })
	})
}

// maker writes a network file by what is drawn; it mostly says what makes sense.
type maker struct {
	*fuzzing.Draws
	b     strings.Builder
	names []string // of the list of layers at hand
}

func fileOf(d *fuzzing.Draws) string {
	m := maker{Draws: d}
	dims := 1 + d.Below(3)
	fmt.Fprintf(&m.b, "dims: %d\ninput: %d%s\n", dims, 1+d.Below(40), strings.Repeat(fmt.Sprintf("x%d", 1+d.Below(60)), dims))
	fmt.Fprintf(&m.b, "parameters: {p: %d, q: 3}\n", 1+d.Below(9))
	blocks := d.Below(4)
	if blocks > 0 {
		m.b.WriteString("blocks:\n")
	}
	for i := range blocks {
		fmt.Fprintf(&m.b, "  b%d:\n    parameters: {p: %d, r: 2}\n", i, 1+d.Below(9))
		m.names = []string{"input"}
		if d.Below(3) == 2 {
			m.b.WriteString("    inputs: [input, other]\n")
			m.names = append(m.names, "other")
		}
		m.b.WriteString("    layers:\n")
		for k := range 1 + d.Below(4) {
			m.layer("      ", k, i)
		}
		if d.Below(3) == 2 {
			fmt.Fprintf(&m.b, "    outputs: [%s, %s]\n", m.name(), m.name())
		}
	}
	m.names = []string{"input"}
	m.b.WriteString("layers:\n")
	for k := 0; k < 1 || d.More() && k < 30; k++ {
		m.layer("  ", k, blocks)
	}
	if d.Below(3) == 2 {
		fmt.Fprintf(&m.b, "outputs: [%s]\n", m.name())
	}
	return m.b.String()
}

// layer writes one entry, which may use the blocks before.
func (m *maker) layer(indent string, k, blocks int) {
	var parts []string
	name := fmt.Sprintf("l%d", k)
	key := func(name, typ string, required bool) {
		if required || m.Below(5) == 4 {
			parts = append(parts, name+": "+m.value(typ))
		}
	}
	switch m.Below(6) {
	case 0:
		if blocks > 0 || m.Below(8) == 7 {
			parts = append(parts, fmt.Sprintf("block: b%d", m.Below(max(1, blocks))))
			key("p", "N", false)
			break
		}
		fallthrough
	case 1, 2:
		v := fuzzing.Of(m.Draws, layer.Variants()...)
		parts = append(parts, "variant: "+v.Name)
		for _, k := range layer.Keys() {
			if k.Name != "dims" && k.Name != "input" && v.Has(k.Name) {
				key(k.YAML(), k.Type, false)
			}
		}
	default:
		op := fuzzing.Of(m.Draws, opKinds()...)
		parts = append(parts, "op: "+op.name)
		for _, k := range op.keys {
			key(k.name, k.typ, k.required)
		}
		if slices.Contains([]string{"add", "multiply", "concat", "scale", "matmul", "crop"}, op.name) {
			parts = append(parts, fmt.Sprintf("from: [%s, %s]", m.name(), m.name()))
		}
	}
	if !strings.Contains(strings.Join(parts, ""), "from:") && m.Below(4) == 3 {
		parts = append(parts, fmt.Sprintf("from: %s", m.name()))
	}
	if m.Below(6) == 5 {
		key("repeat", "N", true)
	}
	if m.Below(8) == 7 {
		key("when", "BOOL", true)
	}
	if m.Below(10) == 9 {
		parts = append(parts, "weights: "+m.name())
	}
	if m.Below(40) == 39 {
		name = m.name()
	}
	fmt.Fprintf(&m.b, "%s- {%s, name: %s}\n", indent, strings.Join(parts, ", "), name)
	m.names = append(m.names, name)
}

func (m *maker) name() string {
	if m.Below(20) == 19 {
		return fuzzing.Of(m.Draws, "relu", "other", "l0.0", "l1.1", "$p", "later")
	}
	return fuzzing.Of(m.Draws, m.names...)
}

// value is one of a type, or, now and then, of any.
func (m *maker) value(typ string) string {
	if m.Below(25) == 24 {
		return fuzzing.Of(m.Draws, "-1", "1000000", "2147483647", "4294967296", "1e3", "''", "$(2^30)", "$(1/0)", "$nobody", "hard-swish", "1x2x3x4")
	}
	switch typ {
	case "BOOL":
		return fuzzing.Of(m.Draws, "true", "false", "$(p > 2)")
	case "P":
		return fuzzing.Of(m.Draws, "1", "same", "0", "2", "1:2", "causal", "valid", "same-lower")
	case "MODE", "NAME":
		return fuzzing.Of(m.Draws, "zeros", "reflect", "circular", "replicate", "nearest", "bilinear", "last", "sequence", "swish", "hard-swish", "relu")
	case "NxN":
		return fuzzing.Of(m.Draws, "0x2x1", "0x1x3x2", "0x3x1x2", "1x1", "2x2")
	}
	return fuzzing.Of(m.Draws, "1", "2", "3", "4", "8", "$p", "16", "5", "6", "12", "1", "2", "$(i+1)", "0", "$(p*q)")
}
