package onnx

import (
	"bytes"
	"encoding/binary"
	"math"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"convx/internal/network"
)

// A small writer of the wire format, so that a test can say the model that it means.

// msg is a message under construction.
type msg []byte

func (m msg) bytes(num protowire.Number, v []byte) msg {
	return protowire.AppendBytes(protowire.AppendTag(m, num, protowire.BytesType), v)
}

func (m msg) str(num protowire.Number, v string) msg { return m.bytes(num, []byte(v)) }

func (m msg) int(num protowire.Number, v int64) msg {
	return protowire.AppendVarint(protowire.AppendTag(m, num, protowire.VarintType), uint64(v))
}

// attr is an attribute: an int, a float, a string, ints, floats, a tensor or a graph.
func attr(name string, v any) msg {
	m := msg{}.str(1, name)
	switch v := v.(type) {
	case int:
		return attr(name, int64(v))
	case int64:
		return m.int(3, v).int(20, 2)
	case float64:
		m = protowire.AppendTag(m, 2, protowire.Fixed32Type)
		return msg(protowire.AppendFixed32(m, math.Float32bits(float32(v)))).int(20, 1)
	case string:
		return m.str(4, v).int(20, 3)
	case []int:
		for _, i := range v {
			m = m.int(8, int64(i))
		}
		return m.int(20, 7)
	case []float64:
		for _, f := range v {
			m = protowire.AppendFixed32(protowire.AppendTag(m, 7, protowire.Fixed32Type), math.Float32bits(float32(f)))
		}
		return m.int(20, 6)
	case tensorMsg:
		return m.bytes(5, v).int(20, 4)
	case graphMsg:
		return m.bytes(6, v).int(20, 5)
	}
	panic("no such attribute")
}

type (
	tensorMsg msg
	graphMsg  msg
)

// ints is an int64 tensor with raw data; scalar if dims is empty and one number is given without dims.
func ints(name string, v ...int64) tensorMsg {
	raw := []byte{}
	for _, i := range v {
		raw = binary.LittleEndian.AppendUint64(raw, uint64(i))
	}
	return tensorMsg(msg{}.int(1, int64(len(v))).int(2, int64(elemInt64)).str(8, name).bytes(9, raw))
}

// scalar is an int64 tensor of no axes, as typed data.
func scalar(name string, v int64) tensorMsg {
	return tensorMsg(msg{}.int(2, int64(elemInt64)).bytes(7, protowire.AppendVarint(nil, uint64(v))).str(8, name))
}

// floats is a float tensor with typed data.
func floats(name string, v ...float64) tensorMsg {
	packed := []byte{}
	for _, f := range v {
		packed = protowire.AppendFixed32(packed, math.Float32bits(float32(f)))
	}
	return tensorMsg(msg{}.int(1, int64(len(v))).int(2, int64(elemFloat)).bytes(4, packed).str(8, name))
}

// weights is a tensor of these dimensions whose data are elsewhere.
func weights(name string, dims ...int) tensorMsg { return typed(name, elemFloat, dims...) }

func typed(name string, elem Elem, dims ...int) tensorMsg {
	m := msg{}
	for _, d := range dims {
		m = m.int(1, int64(d))
	}
	return tensorMsg(m.int(2, int64(elem)).str(8, name).int(14, 1))
}

// nodeMsg: "Op" or "domain:Op", inputs and outputs separated by spaces ("-" is left out), attributes.
func nodeMsg(op, inputs, outputs string, attrs ...msg) msg {
	m := msg{}
	for _, in := range fields(inputs) {
		m = m.str(1, in)
	}
	for _, out := range fields(outputs) {
		m = m.str(2, out)
	}
	if domain, name, ok := cut(op); ok {
		m, op = m.str(7, domain), name
	}
	m = m.str(4, op)
	for _, a := range attrs {
		m = m.bytes(5, a)
	}
	return m
}

func fields(s string) []string {
	var out []string
	for _, f := range bytes.Fields([]byte(s)) {
		if string(f) == "-" {
			f = nil
		}
		out = append(out, string(f))
	}
	return out
}

func cut(op string) (domain, name string, ok bool) {
	d, n, ok := bytes.Cut([]byte(op), []byte(":"))
	return string(d), string(n), ok
}

// valueMsg is a float input or output; an extent is a number or a symbol.
func valueMsg(name string, dims ...any) msg {
	shape := msg{}
	for _, d := range dims {
		switch d := d.(type) {
		case int:
			shape = shape.bytes(1, msg{}.int(1, int64(d)))
		case int64:
			shape = shape.bytes(1, msg{}.int(1, d))
		case string:
			shape = shape.bytes(1, msg{}.str(2, d))
		}
	}
	return msg{}.str(1, name).bytes(2, msg{}.bytes(1, msg{}.int(1, int64(elemFloat)).bytes(2, shape)))
}

// graphOf puts parts together: a msg is a node, a tensorMsg an initialiser.
func graphOf(inputs []msg, outputs []string, parts ...any) graphMsg {
	g := msg{}
	for _, in := range inputs {
		g = g.bytes(11, in)
	}
	for _, p := range parts {
		switch p := p.(type) {
		case msg:
			g = g.bytes(1, p)
		case tensorMsg:
			g = g.bytes(5, p)
		}
	}
	for _, o := range outputs {
		g = g.bytes(12, msg{}.str(1, o))
	}
	return graphMsg(g)
}

func modelOf(g graphMsg) msg {
	return msg{}.int(1, 8).bytes(8, msg{}.str(1, "").int(2, 13)).bytes(7, g)
}

func decode(t *testing.T, m []byte) *Model {
	t.Helper()
	model, err := Decode(bytes.NewReader(m), int64(len(m)))
	if err != nil {
		t.Fatal(err)
	}
	return model
}

// decodeModelOf reads a model as a network, for tests that draw it.
func decodeModelOf(m []byte) (*network.Graph, error) {
	model, err := Decode(bytes.NewReader(m), int64(len(m)))
	if err != nil {
		return nil, err
	}
	return model.Network(Options{})
}
