package results

import (
	"bufio"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/npy"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// Layer is the output of a layer, and how it is kept.
type Layer[T tensor.Float] struct {
	Output  *tensor.Tensor[T]
	Show    picture.MapOptions // in pictures
	Look    drawing.Look       // of them
	Batched bool               // arrays keep their batch axis
	Threads int                // that pictures are encoded on
}

// Write writes the output to every target. stage is told which.
func (l Layer[T]) Write(ts Targets, stage func(string)) (err error) {
	for _, t := range ts {
		stage(lang.Sprintf("writing %s", t.Path))
		switch t.Kind {
		case NPY:
			err = npy.Write(t.File, l.array())
		case NPZ:
			err = npy.WriteArchive(t.File, map[string]*tensor.Tensor[T]{"output": l.array()}, false)
		default:
			t.Shown, err = l.picture(t)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (l Layer[T]) array() *tensor.Tensor[T] {
	if l.Batched {
		return l.Output
	}
	return l.Output.Reshape(l.Output.Shape[1:]...)
}

// picture writes the maps as PNG, and says what they show.
func (l Layer[T]) picture(t *Target) (string, error) {
	p, mapped, err := picture.Map(l.Output, l.Show)
	if err != nil {
		return "", err
	}
	w := bufio.NewWriter(t.File)
	if err := l.Look.WritePicture(w, p, picture.WriteOptions{Threads: l.Threads}); err != nil {
		return "", err
	}
	return mapped.String(), w.Flush()
}
