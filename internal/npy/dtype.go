package npy

import (
	"encoding/binary"
	"strings"

	"convx/internal/lang"
	"convx/internal/lazy"
)

// DType is the element type of an array in a file.
type DType uint8

// The element types that convert to floating point. BFloat16 exists in .safetensors alone.
const (
	Bool DType = iota
	Int8
	Int16
	Int32
	Int64
	Uint8
	Uint16
	Uint32
	Uint64
	Float16
	BFloat16
	Float32
	Float64
)

var dtypes = [...]struct {
	name string // NumPy's
	size int    // bytes
}{
	Bool: {"bool", 1},
	Int8: {"int8", 1}, Int16: {"int16", 2}, Int32: {"int32", 4}, Int64: {"int64", 8},
	Uint8: {"uint8", 1}, Uint16: {"uint16", 2}, Uint32: {"uint32", 4}, Uint64: {"uint64", 8},
	Float16: {"float16", 2}, BFloat16: {"bfloat16", 2}, Float32: {"float32", 4}, Float64: {"float64", 8},
}

// String is NumPy's name of the type.
func (d DType) String() string { return dtypes[d].name }

// Size is the number of bytes of one element.
func (d DType) Size() int { return dtypes[d].size }

// descrs maps a header's type code, without its byte order, to the type. Names stand beside the codes because
// numpy.dtype takes both and some writers use them.
var descrs = lazy.Value[map[string]DType]{Make: func() map[string]DType {
	return map[string]DType{
		"b1": Bool, "?": Bool, "bool": Bool,
		"i1": Int8, "int8": Int8, "i2": Int16, "int16": Int16, "i4": Int32, "int32": Int32, "i8": Int64, "int64": Int64,
		"u1": Uint8, "uint8": Uint8, "u2": Uint16, "uint16": Uint16, "u4": Uint32, "uint32": Uint32, "u8": Uint64, "uint64": Uint64,
		"f2": Float16, "float16": Float16, "f4": Float32, "float32": Float32, "f8": Float64, "float64": Float64,
	}
}}

// foreign explains the types that are not numbers convx computes with, by the first letter of their code.
var foreign = lazy.Value[map[byte]struct{ what, instead string }]{Make: func() map[byte]struct{ what, instead string } {
	return map[byte]struct{ what, instead string }{
		'c': {lang.Key("complex numbers"), lang.Key("save x.real, x.imag or abs(x)")},
		'f': {lang.Key("extended floating point"), lang.Key("save x.astype('float64')")},
		'S': {lang.Key("strings"), lang.Key("save x.astype('float32')")},
		'a': {lang.Key("strings"), lang.Key("save x.astype('float32')")},
		'U': {lang.Key("strings"), lang.Key("save x.astype('float32')")},
		'O': {lang.Key("pickled Python objects"), lang.Key("save x.astype('float32')")},
		'V': {lang.Key("raw bytes, perhaps bfloat16"), lang.Key("save x.astype('float32')")},
		'M': {lang.Key("dates"), lang.Key("save x.astype('int64')")},
		'm': {lang.Key("time spans"), lang.Key("save x.astype('int64')")},
	}
}}

// littleEndian tells the byte order of this machine.
var littleEndian = binary.NativeEndian.Uint16([]byte{1, 0}) == 1

// parseDescr reads a type code such as "<f4": an optional byte order (< little, > big, = and | native) and a type.
func parseDescr(descr string) (d DType, bigEndian bool, err error) {
	bigEndian = !littleEndian
	code := descr
	if code != "" && strings.IndexByte("<>=|", code[0]) >= 0 {
		switch code[0] {
		case '<':
			bigEndian = false
		case '>':
			bigEndian = true
		}
		code = code[1:]
	}
	if d, ok := descrs.Get()[code]; ok {
		return d, bigEndian, nil
	}
	if code != "" {
		if f, ok := foreign.Get()[code[0]]; ok {
			return 0, false, lang.Errorf("dtype %q (%s) cannot be read: %s", descr, lang.Text(f.what), lang.Text(f.instead))
		}
	}
	return 0, false, lang.Errorf("dtype %q is not known: save x.astype('float32')", clip(descr))
}

// clip shortens what a message quotes from a file.
func clip(s string) string {
	const most = 60
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}
