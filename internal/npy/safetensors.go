package npy

import (
	"cmp"
	"encoding/binary"
	"encoding/json"
	"io"
	"maps"
	"math"
	"slices"

	"github.com/nlpodyssey/safetensors"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/lazy"
	"convx/internal/tensor"
)

// maxJSON bounds a .safetensors header: 100,000 tensors take about 10 MB.
const maxJSON = 16 << 20

var safetensorsTypes = lazy.Value[map[safetensors.DType]DType]{Make: func() map[safetensors.DType]DType {
	return map[safetensors.DType]DType{
		safetensors.BOOL: Bool,
		safetensors.I8:   Int8, safetensors.I16: Int16, safetensors.I32: Int32, safetensors.I64: Int64,
		safetensors.U8: Uint8, safetensors.U16: Uint16, safetensors.U32: Uint32, safetensors.U64: Uint64,
		safetensors.F16: Float16, safetensors.BF16: BFloat16, safetensors.F32: Float32, safetensors.F64: Float64,
	}
}}

// placed is an array of a .safetensors file: so many bytes from begin on, counted from the end of the header.
type placed struct {
	name         string
	info         Info
	begin, bytes int64
}

// scanSafetensors lists the arrays of a .safetensors file of size bytes.
func scanSafetensors(r io.ReaderAt, size int64) ([]array, error) {
	head := io.NewSectionReader(r, 0, size)
	list, err := readSafetensors(head)
	if err != nil {
		return nil, err
	}
	start, _ := head.Seek(0, io.SeekCurrent)
	arrays, end := []array{}, start
	for _, p := range list {
		if end = start + p.begin + p.bytes; end > size {
			return nil, lang.Errorf("array %q: its place, bytes %d to %d, does not fit its shape or the file (cut off?)", clip(p.name), p.begin, p.begin+p.bytes)
		}
		arrays = append(arrays, array{name: p.name, open: func() (body, func() error, error) {
			section := io.NewSectionReader(r, start+p.begin, p.bytes)
			return body{r: section, info: p.info, size: p.bytes, trusted: true}, func() error { return nil }, nil
		}})
	}
	if end != size {
		return nil, lang.Errorf("%d bytes follow the arrays that the header describes", size-end)
	}
	return arrays, nil
}

// readSafetensors reads the header of a .safetensors file (https://huggingface.co/docs/safetensors): its length, then JSON.
// The elements of all arrays follow, little-endian, without gaps. The library parses the header.
func readSafetensors(r io.Reader) ([]placed, error) {
	var field [8]byte
	if _, err := io.ReadFull(r, field[:]); err != nil {
		return nil, shortHeader(err)
	}
	length := binary.LittleEndian.Uint64(field[:])
	if length > maxJSON {
		return nil, lang.Errorf("a header of %d bytes is too long (at most %d)", length, maxJSON)
	}
	text, err := io.ReadAll(io.LimitReader(r, int64(length))) // no memory ahead of the data
	if err != nil {
		return nil, err
	}
	if uint64(len(text)) < length {
		return nil, errShortHeader
	}
	var header safetensors.Metadata
	if err := json.Unmarshal(text, &header); err != nil {
		if name, dtype, ok := unknownType(text); ok {
			return nil, lang.Errorf("array %q: dtype %q cannot be read: save it as F32 or F16", clip(name), clip(dtype))
		}
		return nil, lang.Errorf("damaged header: %w", input.JSONFault(err))
	}
	return placeTensors(header.Tensors())
}

// unknownType finds an array whose element type is sound and newer than what can be read, like F8_E4M3, in a header that the
// library refuses as a whole.
func unknownType(header []byte) (name, dtype string, ok bool) {
	var arrays map[string]struct{ DType string }
	if json.Unmarshal(header, &arrays) != nil {
		return "", "", false
	}
	known := map[string]bool{"": true} // __metadata__ has none
	for t := range safetensorsTypes.Get() {
		known[t.String()] = true
	}
	for _, name := range slices.Sorted(maps.Keys(arrays)) {
		if text := arrays[name].DType; !known[text] {
			return name, text, true
		}
	}
	return "", "", false
}

// placeTensors checks that the arrays follow each other, as the format demands: no gap can hide anything, no two arrays
// share bytes.
func placeTensors(tensors map[string]*safetensors.TensorInfo) ([]placed, error) {
	names := slices.Collect(maps.Keys(tensors))
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(slices.Compare(tensors[a].DataOffsets[:], tensors[b].DataOffsets[:]), cmp.Compare(a, b))
	})
	list, end := []placed{}, uint64(0)
	for _, name := range names {
		t := tensors[name]
		info, n, err := tensorInfo(t)
		if err != nil {
			return nil, lang.Errorf("array %q: %w", clip(name), err)
		}
		begin, next := t.DataOffsets[0], t.DataOffsets[1]
		if begin != end || next-begin != uint64(n) || next > math.MaxInt64/2 {
			return nil, lang.Errorf("array %q: its place, bytes %d to %d, does not fit its shape or the array before", clip(name), begin, next)
		}
		end = next
		list = append(list, placed{name, info, int64(begin), n})
	}
	if len(list) == 0 {
		return nil, lang.New("the file holds no arrays")
	}
	return list, nil
}

// tensorInfo translates the header of one array and returns its bytes.
func tensorInfo(t *safetensors.TensorInfo) (Info, int64, error) {
	dtype, ok := safetensorsTypes.Get()[t.DType]
	if !ok {
		return Info{}, 0, lang.Errorf("dtype %d is not known", t.DType)
	}
	if len(t.Shape) > maxAxes {
		return Info{}, 0, lang.Errorf("an array of %d axes is too deep (at most %d)", len(t.Shape), maxAxes)
	}
	shape := make([]int, len(t.Shape))
	for i, d := range t.Shape {
		if d > math.MaxInt {
			return Info{}, 0, lang.Errorf("extent %d: %w", d, tensor.ErrTooLarge)
		}
		shape[i] = int(d)
	}
	n, err := tensor.Size(shape)
	if err != nil {
		return Info{}, 0, err
	}
	return Info{Shape: shape, DType: dtype}, int64(n) * int64(dtype.Size()), nil
}
