package page

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"

	"convx/internal/tensor"
)

// array is an array on its way: float32, little endian, in base64; or the key of one that the engine keeps.
type array struct {
	Shape []int  `json:"shape,omitempty"`
	Data  string `json:"data,omitempty"`
	Key   string `json:"key,omitempty"`
}

// tensor decodes an array, whose data must fill its shape.
func (a array) tensor(what string) (*tensor.Tensor[float32], error) {
	n, err := tensor.Size(a.Shape)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	raw, err := base64.StdEncoding.DecodeString(a.Data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", what, err)
	}
	if len(raw) != 4*n {
		return nil, fmt.Errorf("%s: %d bytes for a shape of %d float32", what, len(raw), n)
	}
	data := make([]float32, n)
	for i := range data {
		data[i] = math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:]))
	}
	return tensor.Of(data, a.Shape...), nil
}

func arrayOf(t *tensor.Tensor[float32]) array {
	raw := make([]byte, 4*len(t.Data))
	for i, v := range t.Data {
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(v))
	}
	return array{Shape: t.Shape, Data: base64.StdEncoding.EncodeToString(raw)}
}

// keep keeps an array, so that a picture travels once for many questions.
func (e *Engine) keep(_ context.Context, request []byte) (any, error) {
	q, err := read[struct{ Array array }](request)
	if err != nil {
		return nil, err
	}
	t, err := q.Array.tensor("array")
	if err != nil {
		return nil, err
	}
	key := keyOf(q.Array.Shape, q.Array.Data)
	e.arrays.put(key, t)
	return array{Key: key}, nil
}

// tensor decodes an array that travelled, or finds one that is kept: nobody writes to it.
func (e *Engine) tensor(a array, what string) (*tensor.Tensor[float32], error) {
	if a.Key == "" {
		return a.tensor(what)
	}
	if t, ok := e.arrays.get(a.Key); ok {
		return t, nil
	}
	return nil, errGone
}
