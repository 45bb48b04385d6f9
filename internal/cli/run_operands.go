package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/ops"
	"convx/internal/tensor"
)

// operand is one array of weights (or offsets, masks, rois) that was given in a file.
type operand struct {
	name, key string // of the operand, and of the array in its file
	file      *npy.File
	path      string
	shape     []int
	// asked says that the user named it: it must be used. Others came with a file of many.
	asked bool
}

// operandFiles are the operands of -w, and the open files behind them.
type operandFiles struct {
	given map[string]operand
	files []*npy.File
	paths []string
}

// openOperands reads the names and shapes of what -w names: NAME=FILE, a .npy without a name for weight, an .npz or
// .safetensors with the names in it.
func openOperands(args []string, maxBytes int64) (operandFiles, error) {
	o := operandFiles{given: map[string]operand{}}
	for _, arg := range args {
		if err := o.open(arg, maxBytes); err != nil {
			o.Close()
			return operandFiles{}, err
		}
	}
	return o, nil
}

func (o *operandFiles) open(arg string, maxBytes int64) error {
	name, path, named := strings.Cut(arg, "=")
	if !named || strings.ContainsAny(name, `/\`) {
		name, path, named = "", arg, false
	}
	if path == "" || named && name == "" {
		return usagef("-w %q: give -w NAME=FILE, or -w FILE", arg)
	}
	f, err := npy.Open(path, maxBytes)
	if err != nil {
		return err
	}
	o.files, o.paths = append(o.files, f), append(o.paths, path)
	if !named && f.Format() != npy.NPY {
		for _, key := range f.Names() {
			if err := o.add(operand{name: key, key: key, file: f, path: path}); err != nil {
				return err
			}
		}
		return nil
	}
	if !named {
		name = "weight"
	}
	key := name
	if names := f.Names(); len(names) == 1 {
		key = names[0]
	}
	return o.add(operand{name: name, key: key, file: f, path: path, asked: true})
}

func (o *operandFiles) add(op operand) error {
	if other, twice := o.given[op.name]; twice {
		return usagef("operand %s is given twice, by %q and by %q", op.name, other.path, op.path)
	}
	info, err := op.file.Stat(op.key)
	if err != nil {
		return err
	}
	op.shape = info.Shape
	o.given[op.name] = op
	return nil
}

// Close closes the files.
func (o operandFiles) Close() {
	for _, f := range o.files {
		f.Close()
	}
}

// shapes are the shapes of what was given, by name.
func (o operandFiles) shapes() map[string][]int {
	out := map[string][]int{}
	for name, op := range o.given {
		out[name] = op.shape
	}
	return out
}

// checkOperands demands that what was asked for is needed, and that shapes agree. It returns the names of arrays that came
// along in a file and are not needed. what is the layer in words, for the errors.
func checkOperands(o operandFiles, list []layer.Operand, what string) (unused []string, err error) {
	wanted := map[string]layer.Operand{}
	var names []string
	for _, n := range list {
		wanted[n.Name] = n
		names = append(names, n.Name)
	}
	used := 0
	for _, name := range slices.Sorted(maps.Keys(o.given)) {
		op := o.given[name]
		n, ok := wanted[name]
		switch {
		case !ok && op.asked:
			return nil, usagef("-w %s=%s: this layer has no operand %s; %s", name, op.path, name, hasNames(names))
		case !ok:
			unused = append(unused, name)
			continue
		case !conforms(op.shape, n.Shape):
			return nil, layer.Errorf("%s in %q is %s; %s needs %s", name, op.path, layer.FormatShape(op.shape), what, layer.FormatShape(n.Shape))
		}
		used++
	}
	if len(o.given) > 0 && used == 0 {
		return nil, usagef("-w: none of %s is an operand of this layer; %s", strings.Join(unused, ", "), hasNames(names))
	}
	return unused, nil
}

func hasNames(names []string) string {
	if len(names) == 0 {
		return "it has none"
	}
	return "it has " + strings.Join(names, ", ")
}

// conforms allows for axes of 1 at the end, as where a fully connected layer was saved as a 1x1 convolution, and for a
// batch axis of 1 that was left out.
func conforms(have, want []int) bool {
	return slices.Equal(trimOnes(have), trimOnes(want)) || slices.Equal(append([]int{1}, have...), want)
}

func trimOnes(shape []int) []int {
	for len(shape) > 1 && shape[len(shape)-1] == 1 {
		shape = shape[:len(shape)-1]
	}
	return shape
}

// operandValues are tensors by name, and where each came from.
type operandValues[T tensor.Float] struct {
	tensors map[string]*tensor.Tensor[T]
	origins []string
	inexact int
}

// loadOperands reads what was given, takes what filters made, and draws the rest from the seed.
func loadOperands[T tensor.Float](l layer.Layer, o operandFiles, made map[string]madeOperand, seed uint64) (operandValues[T], error) {
	v := operandValues[T]{tensors: map[string]*tensor.Tensor[T]{}}
	list, err := ops.Operands(l)
	if err != nil {
		return v, err
	}
	for _, n := range list {
		size := n.Name + " " + layer.FormatShape(n.Shape)
		if op, ok := o.given[n.Name]; ok {
			t, info, err := npy.Load[T](op.file, op.key)
			if err != nil {
				return v, err
			}
			v.inexact += info.Inexact
			v.tensors[n.Name] = t.Reshape(n.Shape...)
			if n.Name == "rois" {
				if err := checkROIs(t, op.path); err != nil {
					return v, err
				}
			}
			v.origins = append(v.origins, fmt.Sprintf("%s from %q", size, op.path))
		} else if m, ok := made[n.Name]; ok {
			t := tensor.New[T](n.Shape...)
			m.fill(func(i int, w float64) { t.Data[i] = T(w) }, n.Shape)
			v.tensors[n.Name] = t
			v.origins = append(v.origins, size+": "+m.label)
		}
	}
	drawn, err := ops.FillOperands(l, v.tensors, seed)
	if err != nil {
		return v, err
	}
	var parts []string
	for _, n := range list {
		switch {
		case slices.Contains(drawn, n.Name):
			parts = append(parts, n.Name+" "+layer.FormatShape(n.Shape))
		case n.Name == "rois" && !has(o.given, n.Name):
			v.origins = append(v.origins, fmt.Sprintf("rois: %s in image 0", formatROIs(l.ROIs)))
		}
	}
	if rois, ok := v.tensors["rois"]; ok {
		if note := outsideNote(rois, l); note != "" {
			v.origins = append(v.origins, note)
		}
	}
	if parts != nil {
		v.origins = append(v.origins, fmt.Sprintf("drawn from seed %d: %s", seed, strings.Join(parts, ", ")))
	}
	return v, nil
}

func has(given map[string]operand, name string) bool {
	_, ok := given[name]
	return ok
}

func formatROIs(rois []layer.ROI) string {
	k, _ := layer.KeyNamed("roi")
	return k.Value(layer.Spec{ROIs: rois})
}
