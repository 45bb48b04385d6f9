package npy

import (
	"bufio"
	"errors"
	"io"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/tensor"
)

// held is an array that came through a pipe: decoded, or, the one of a .npy, about to be.
type held struct {
	info   Info
	err    error         // why it could not be read, while the archive around it could
	values *tensor.Array // nil before it is decoded, and when it was not kept
	rest   *body         // of a .npy, until it is decoded
	most   int64
}

// From reads a container as it arrives, from a pipe. The label stands for its name in messages, such as "standard input".
// A .npy is read up to its elements, which are decoded when they are loaded; the arrays of an archive are decoded as o
// says while they pass by. Whatever follows the container is refused at its first byte.
func From(r io.Reader, label string, o Options) (*File, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	br := bufio.NewReaderSize(r, 1<<16)
	start, err := br.Peek(16)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, failed(label, input.Cause(err))
	}
	f := &File{label: label, maxBytes: o.MaxBytes, format: Sniff(start)}
	k := &keeper{Options: o}
	switch f.format {
	case NPY:
		err = k.npy(br)
	case NPZ:
		err = k.archive(br)
	case Safetensors:
		err = k.safetensors(br)
	default:
		err = notArrays(start)
	}
	if err != nil {
		return nil, failed(label, input.Cause(err))
	}
	f.arrays = k.arrays
	return f, nil
}

// keeper decodes the arrays of a pipe and keeps those that are wanted.
type keeper struct {
	Options
	arrays []array
	used   int64 // bytes of memory
}

func (k *keeper) npy(r io.Reader) error {
	info, _, err := readHeader(r)
	if err != nil {
		return err
	}
	k.arrays = []array{{held: &held{info: info, rest: &body{r: r, info: info, size: -1}, most: k.MaxBytes}}}
	return nil
}

// keep decodes an array of an archive and keeps it if it is wanted. What is wrong with it waits for whoever asks for it.
func (k *keeper) keep(name string, b body) {
	h := &held{info: b.info, most: k.MaxBytes}
	k.arrays = append(k.arrays, array{name: name, held: h})
	if !k.makeRoom(name) {
		return
	}
	switch k.As {
	case tensor.Float32:
		h.values, h.info, h.err = keepAs[float32](b, k.left())
	case tensor.Float64:
		h.values, h.info, h.err = keepAs[float64](b, k.left())
	default:
		h.values, h.err = owners.Get()[b.info.DType].read(b, k.left())
	}
	if h.err == nil {
		k.used += int64(h.values.Bytes())
	}
}

// left is the memory that may still be used.
func (k *keeper) left() int64 { return max(1, k.MaxBytes-k.used) }

// broken remembers an array that cannot be read, for whoever asks for it.
func (k *keeper) broken(name string, err error) {
	k.arrays = append(k.arrays, array{name: name, held: &held{err: err}})
}

func keepAs[T tensor.Float](b body, most int64) (*tensor.Array, Info, error) {
	t, info, err := readBody[T](b, most)
	if err != nil {
		return nil, b.info, err
	}
	return tensor.FromTensor(t), info, nil
}

// makeRoom tells whether the array that comes is to be kept, and drops what its coming makes useless: where one array is
// wanted, the only one there is waits until another shows that it is not.
func (k *keeper) makeRoom(name string) bool {
	if k.Only == "" || len(k.arrays) == 1 {
		return true
	}
	for _, a := range k.arrays {
		if a.name != k.Only && a.held.values != nil {
			k.used -= int64(a.held.values.Bytes())
			a.held.values = nil
		}
	}
	return name == k.Only
}

// settle decodes the elements of a .npy in the element type that is asked for first.
func settle[T tensor.Float](h *held) {
	if h.rest == nil {
		return
	}
	h.values, h.info, h.err = keepAs[T](*h.rest, h.most)
	h.rest = nil
}

// take is the held array as T.
func take[T tensor.Float](h *held) (*tensor.Tensor[T], Info, error) {
	settle[T](h)
	if err := h.missing(); err != nil {
		return nil, Info{}, err
	}
	if t, ok := tensor.ToTensor[T](h.values); ok {
		return t, h.info, nil
	}
	if h.values.Elem.String() != h.info.DType.String() {
		return nil, Info{}, lang.Errorf("it was read as %s and cannot be read again", h.values.Elem)
	}
	info := h.info
	data := make([]T, h.values.Len())
	info.Inexact = convert(data, owners.Get()[info.DType].bytes(h.values), info.DType)
	return tensor.Of(data, info.Shape...), info, nil
}

// own is the held array in the element type that the file has.
func (h *held) own() (*tensor.Array, Info, error) {
	if h.rest != nil {
		h.values, h.err = owners.Get()[h.info.DType].read(*h.rest, h.most)
		h.rest = nil
	}
	if err := h.missing(); err != nil {
		return nil, Info{}, err
	}
	if h.values.Elem.String() != h.info.DType.String() {
		return nil, Info{}, lang.Errorf("it was read as %s and cannot be read again", h.values.Elem)
	}
	return h.values, h.info, nil
}

func (h *held) missing() error {
	switch {
	case h.err != nil:
		return h.err
	case h.values == nil:
		return lang.New("it was not kept of the pipe")
	}
	return nil
}

// safetensors decodes the arrays in the order in which they lie.
func (k *keeper) safetensors(r *bufio.Reader) error {
	placed, err := readSafetensors(r)
	if err != nil {
		return err
	}
	for _, p := range placed {
		section := &io.LimitedReader{R: r, N: p.bytes}
		k.keep(p.name, body{r: section, info: p.info, size: -1})
		if _, err := io.Copy(io.Discard, section); err != nil {
			return err
		}
		if section.N > 0 {
			return truncated(p.bytes-section.N, p.bytes, p.info)
		}
	}
	return checkEnd(r)
}
