package onnx

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"convx/internal/network"
	"convx/internal/tensor"
)

// stored is the weight of a one-node model, read.
func stored(t *testing.T, w tensorMsg) (*tensor.Array, error) {
	t.Helper()
	m := decode(t, modelOf(graphOf(nil, []string{"y"}, nodeMsg("Identity", "w", "y"), w)))
	return programOf(t, m).Values[0].Weight.Read()
}

func programOf(t *testing.T, m *Model) *network.Program {
	t.Helper()
	g, err := m.Network(Options{Program: true})
	if err != nil {
		t.Fatal(err)
	}
	return g.Program
}

// A weight reads the same from every field that the format has for its type.
func TestWeightsOfEveryField(t *testing.T) {
	head := func(elem Elem, n int) msg { return msg{}.int(1, int64(n)).int(2, int64(elem)).str(8, "w") }
	varints := func(v ...int64) (packed []byte) {
		for _, i := range v {
			packed = protowire.AppendVarint(packed, uint64(i))
		}
		return packed
	}
	apart := func(m msg, num protowire.Number, v ...int64) msg {
		for _, i := range v {
			m = m.int(num, i)
		}
		return m
	}
	f32 := binary.LittleEndian.AppendUint32(nil, math.Float32bits(1.5))
	f64 := binary.LittleEndian.AppendUint64(nil, math.Float64bits(-2))
	for name, c := range map[string]struct {
		w    msg
		want *tensor.Array
	}{
		"float raw":        {head(1, 1).bytes(9, f32), tensor.ArrayOf([]float32{1.5}, 1)},
		"float packed":     {head(1, 1).bytes(4, f32), tensor.ArrayOf([]float32{1.5}, 1)},
		"double raw":       {head(11, 1).bytes(9, f64), tensor.ArrayOf([]float64{-2}, 1)},
		"double packed":    {head(11, 1).bytes(10, f64), tensor.ArrayOf([]float64{-2}, 1)},
		"int8 packed":      {head(3, 2).bytes(5, varints(-1, 5)), tensor.ArrayOf([]int8{-1, 5}, 2)},
		"int8 apart":       {apart(head(3, 2), 5, -1, 5), tensor.ArrayOf([]int8{-1, 5}, 2)},
		"int64 packed":     {head(7, 2).bytes(7, varints(-9, 1<<40)), tensor.ArrayOf([]int64{-9, 1 << 40}, 2)},
		"uint64 packed":    {head(13, 1).bytes(11, varints(-1)), tensor.ArrayOf([]uint64{1<<64 - 1}, 1)},
		"bool raw":         {head(9, 2).bytes(9, []byte{7, 0}), tensor.ArrayOf([]bool{true, false}, 2)},
		"float16 raw":      {head(10, 1).bytes(9, []byte{0, 0x3c}), tensor.ArrayOf([]tensor.F16{0x3c00}, 1)},
		"float16 ints":     {head(10, 1).bytes(5, varints(0x3c00)), tensor.ArrayOf([]tensor.F16{0x3c00}, 1)},
		"bfloat16 raw":     {head(16, 1).bytes(9, []byte{0x80, 0x3f}), tensor.ArrayOf([]tensor.BF16{0x3f80}, 1)},
		"int4 raw, odd":    {head(22, 3).bytes(9, []byte{0x7f, 0x08}), tensor.ArrayOf([]tensor.I4{-1, 7, -8}, 3)},
		"uint4 ints, odd":  {head(21, 3).bytes(5, varints(0x7f, 0x08)), tensor.ArrayOf([]tensor.U4{15, 7, 8}, 3)},
		"strings":          {head(8, 2).str(6, "a").str(6, "bc"), tensor.ArrayOf([]string{"a", "bc"}, 2)},
		"nothing, no data": {head(1, 0), tensor.ArrayOf([]float32{}, 0)},
	} {
		got, err := stored(t, tensorMsg(c.w))
		if err != nil || got.Elem != c.want.Elem || !slices.Equal(got.Shape, c.want.Shape) || !bytes.Equal(got.Raw(), c.want.Raw()) {
			t.Errorf("%s: %v %v, want %v", name, got, err, c.want)
		}
		if err == nil && got.Elem == tensor.String && !slices.Equal(tensor.Data[string](got), tensor.Data[string](c.want)) {
			t.Errorf("%s: %v", name, tensor.Data[string](got))
		}
	}
}

// Data that do not fit the shape are an error that names the weight.
func TestDamagedWeights(t *testing.T) {
	head := func(n int) msg { return msg{}.int(1, int64(n)).int(2, 1).str(8, "w") }
	for name, w := range map[string]msg{
		"raw too short":     head(2).bytes(9, make([]byte, 7)),
		"raw too long":      head(1).bytes(9, make([]byte, 8)),
		"typed too short":   head(2).bytes(4, make([]byte, 4)),
		"typed too long":    head(1).bytes(4, make([]byte, 8)),
		"no data":           head(1 << 20),
		"no data, int4":     msg{}.int(1, 1<<20).int(2, 22).str(8, "w"),
		"external, nowhere": head(1).int(14, 1).bytes(13, msg{}.str(1, "location").str(2, "w.bin")),
	} {
		if a, err := stored(t, tensorMsg(w)); err == nil || !strings.Contains(err.Error(), `the weight "w"`) {
			t.Errorf("%s: %v, %v", name, a, err)
		} else if strings.HasPrefix(name, "no data") && !strings.Contains(err.Error(), "too few") {
			t.Errorf("%s: memory was taken before %v", name, err)
		}
	}
}

// External data are read from the model's folder and from nowhere else.
func TestExternalDataStaysInside(t *testing.T) {
	outer := t.TempDir()
	folder := filepath.Join(outer, "model")
	if err := os.MkdirAll(filepath.Join(folder, "sub"), 0o755); err != nil {
		t.Fatal(err)
	}
	data := make([]byte, 12)
	binary.LittleEndian.PutUint32(data[8:], math.Float32bits(4))
	for _, path := range []string{filepath.Join(outer, "secret"), filepath.Join(folder, "sub", "w.bin")} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for link, to := range map[string]string{"out": filepath.Join(outer, "secret"), "up": "../secret", "in": "sub/w.bin"} {
		if err := os.Symlink(to, filepath.Join(folder, link)); err != nil {
			t.Skip(err)
		}
	}
	for _, c := range []struct {
		location, offset, length string
		fine                     bool
	}{
		{"sub/w.bin", "8", "4", true},
		{"./sub/w.bin", "8", "", true},
		{"in", "8", "4", true},
		{"sub/w.bin", "10", "4", false},
		{"sub/w.bin", "-4", "4", false},
		{"sub/w.bin", "9223372036854775807", "4", false},
		{"sub/w.bin", "8", "8", false},
		{"sub", "0", "4", false},
		{"../secret", "8", "4", false},
		{"sub/../../secret", "8", "4", false},
		{filepath.Join(outer, "secret"), "8", "4", false},
		{"out", "8", "4", false},
		{"up", "8", "4", false},
		{"", "8", "4", false},
		{"missing", "8", "4", false},
	} {
		w := msg{}.int(1, 1).int(2, 1).str(8, "w").int(14, 1)
		for _, kv := range [][2]string{{"location", c.location}, {"offset", c.offset}, {"length", c.length}} {
			if kv[1] != "" {
				w = w.bytes(13, msg{}.str(1, kv[0]).str(2, kv[1]))
			}
		}
		path := filepath.Join(folder, "m.onnx")
		if err := os.WriteFile(path, modelOf(graphOf(nil, []string{"y"}, nodeMsg("Identity", "w", "y"), tensorMsg(w))), 0o644); err != nil {
			t.Fatal(err)
		}
		m, err := Open(path)
		if err != nil {
			t.Fatal(err)
		}
		a, err := programOf(t, m).Values[0].Weight.Read()
		if (err == nil) != c.fine {
			t.Errorf("%+v: %v", c, err)
		}
		if err == nil && tensor.Data[float32](a)[0] != 4 {
			t.Errorf("%+v: read %v", c, tensor.Data[float32](a))
		}
		if err != nil && !strings.Contains(err.Error(), `"w"`) {
			t.Errorf("%+v: %v does not name the weight", c, err)
		}
	}
}

// Bodies read the values around them; functions are unfolded; names repeat nowhere.
func TestProgram(t *testing.T) {
	body := func(op string) graphMsg { return graphOf(nil, []string{"b"}, nodeMsg(op, "x", "b")) }
	m := decode(t, modelOf(graphOf([]msg{valueMsg("x", 2), valueMsg("c", 1)}, []string{"y"},
		nodeMsg("If", "c", "z", attr("then_branch", body("Relu")), attr("else_branch", body("Neg"))),
		nodeMsg("Add", "z w", "y"), floats("w", 1, 2))))
	p := programOf(t, m)
	if len(p.Code) != 2 || p.Code[0].Op != "If" || len(p.Inputs) != 2 || p.Outputs[0].Name != "y" {
		t.Fatalf("the program is %+v", p)
	}
	then := p.Code[0].Bodies["then_branch"]
	if then == nil || len(then.Code) != 1 || then.Code[0].In[0] != p.Inputs[0].Value || then.Outputs[0] != then.Code[0].Out[0] {
		t.Errorf("the branch is %+v", then)
	}
	w := p.Values[p.Code[1].In[1]]
	if w.Weight == nil || w.Name != "w" || p.Code[1].In[0] != p.Code[0].Out[0] || p.Code[1].Version != 13 {
		t.Errorf("the sum is %+v of %+v", p.Code[1], w)
	}
	names := map[string]bool{}
	for _, in := range p.Code {
		if names[in.Name] {
			t.Error(fmt.Sprint("two instructions are called ", in.Name))
		}
		names[in.Name] = true
	}
}
