package npy

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"convx/internal/tensor"
)

// maxJSON bounds a .safetensors header: 100,000 tensors take about 10 MB.
const maxJSON = 16 << 20

var safetensorsTypes = map[safetensors.DType]DType{
	safetensors.BOOL: Bool,
	safetensors.I8:   Int8, safetensors.I16: Int16, safetensors.I32: Int32, safetensors.I64: Int64,
	safetensors.U8: Uint8, safetensors.U16: Uint16, safetensors.U32: Uint32, safetensors.U64: Uint64,
	safetensors.F16: Float16, safetensors.BF16: BFloat16, safetensors.F32: Float32, safetensors.F64: Float64,
}

// scanSafetensors lists the arrays of a .safetensors file (https://huggingface.co/docs/safetensors): the length of a JSON
// header, the header, then the elements of all arrays, little-endian, without gaps. The library parses the header; only
// the arrays that are loaded are read.
func scanSafetensors(r io.ReaderAt, size int64) ([]array, error) {
	var field [8]byte
	if _, err := r.ReadAt(field[:], 0); err != nil {
		return nil, errShortHeader
	}
	length := binary.LittleEndian.Uint64(field[:])
	if length > maxJSON {
		return nil, fmt.Errorf("a header of %d bytes is too long (at most %d)", length, maxJSON)
	}
	start := int64(len(field)) + int64(length)
	if start > size {
		return nil, errShortHeader
	}
	text := make([]byte, length)
	if _, err := r.ReadAt(text, int64(len(field))); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var header safetensors.Metadata
	if err := json.Unmarshal(text, &header); err != nil {
		if name, dtype, ok := unknownType(text); ok {
			return nil, fmt.Errorf("array %q: dtype %q cannot be read: save it as F32 or F16", clip(name), clip(dtype))
		}
		return nil, fmt.Errorf("damaged header: %w", err)
	}
	return placeTensors(r, header.Tensors(), start, size)
}

// unknownType finds an array whose element type is sound and newer than what can be read, like F8_E4M3, in a header that the
// library refuses as a whole.
func unknownType(header []byte) (name, dtype string, ok bool) {
	var arrays map[string]struct{ DType string }
	if json.Unmarshal(header, &arrays) != nil {
		return "", "", false
	}
	known := map[string]bool{"": true} // __metadata__ has none
	for t := range safetensorsTypes {
		known[t.String()] = true
	}
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		if text := arrays[name].DType; !known[text] {
			return name, text, true
		}
	}
	return "", "", false
}

// placeTensors checks that the arrays cover the data exactly, in turn, as the format demands: no gap can hide anything,
// no two arrays share bytes.
func placeTensors(r io.ReaderAt, tensors map[string]*safetensors.TensorInfo, start, size int64) ([]array, error) {
	type placed struct {
		name string
		*safetensors.TensorInfo
	}
	order := []placed{}
	for name, t := range tensors {
		order = append(order, placed{name, t})
	}
	slices.SortFunc(order, func(a, b placed) int {
		return cmp.Or(slices.Compare(a.DataOffsets[:], b.DataOffsets[:]), cmp.Compare(a.name, b.name))
	})
	arrays, end := []array{}, uint64(0)
	for _, t := range order {
		info, n, err := tensorInfo(t.TensorInfo)
		if err != nil {
			return nil, fmt.Errorf("array %q: %w", clip(t.name), err)
		}
		begin := t.DataOffsets[0]
		if begin != end || t.DataOffsets[1]-begin != uint64(n) || t.DataOffsets[1] > uint64(size-start) {
			return nil, fmt.Errorf("array %q: its place, bytes %d to %d, does not fit its shape or the file (cut off?)",
				clip(t.name), t.DataOffsets[0], t.DataOffsets[1])
		}
		end = t.DataOffsets[1]
		arrays = append(arrays, array{t.name, func() (body, func() error, error) {
			section := io.NewSectionReader(r, start+int64(begin), n)
			return body{r: section, info: info, size: n, trusted: true}, func() error { return nil }, nil
		}})
	}
	if len(arrays) == 0 {
		return nil, errors.New("the file holds no arrays")
	}
	if end != uint64(size-start) {
		return nil, fmt.Errorf("%d bytes follow the arrays that the header describes", uint64(size-start)-end)
	}
	return arrays, nil
}

// tensorInfo translates the header of one array and returns its bytes.
func tensorInfo(t *safetensors.TensorInfo) (Info, int64, error) {
	dtype, ok := safetensorsTypes[t.DType]
	if !ok {
		return Info{}, 0, fmt.Errorf("dtype %d is not known", t.DType)
	}
	if len(t.Shape) > maxAxes {
		return Info{}, 0, fmt.Errorf("an array of %d axes is too deep (at most %d)", len(t.Shape), maxAxes)
	}
	shape := make([]int, len(t.Shape))
	for i, d := range t.Shape {
		if d > math.MaxInt {
			return Info{}, 0, fmt.Errorf("extent %d: %w", d, tensor.ErrTooLarge)
		}
		shape[i] = int(d)
	}
	n, err := tensor.Size(shape)
	if err != nil {
		return Info{}, 0, err
	}
	return Info{Shape: shape, DType: dtype}, int64(n) * int64(dtype.Size()), nil
}
