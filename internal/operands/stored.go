package operands

import (
	"sync"

	"convx/internal/npy"
	"convx/internal/tensor"
)

// Stored is the weights of a whole network in one .npz or .safetensors file: located, read when they are asked for. It
// implements network.Stored.
type Stored struct {
	file   *npy.File
	names  []string
	shapes map[string][]int
	reads  sync.Mutex // a file has one place
}

// OpenStored opens a file of weights. Errors name it, and the array that is none.
func OpenStored(path string) (*Stored, error) {
	f, err := npy.Open(path, npy.Options{MaxBytes: mostBytes()})
	if err != nil {
		return nil, err
	}
	s := &Stored{file: f, names: f.Names(), shapes: map[string][]int{}}
	for _, name := range s.names {
		info, err := f.Stat(name)
		if err != nil {
			f.Close()
			return nil, err
		}
		s.shapes[name] = info.Shape
	}
	return s, nil
}

// Names lists the arrays.
func (s *Stored) Names() []string { return s.names }

// Shape is that of an array.
func (s *Stored) Shape(name string) []int { return s.shapes[name] }

// Read reads an array in float32, whatever the file has it in.
func (s *Stored) Read(name string) (*tensor.Array, error) {
	s.reads.Lock()
	defer s.reads.Unlock()
	t, _, err := npy.Load[float32](s.file, name)
	if err != nil {
		return nil, err
	}
	return tensor.FromTensor(t), nil
}

// Close closes the file.
func (s *Stored) Close() error { return s.file.Close() }
