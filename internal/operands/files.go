package operands

import (
	"maps"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/offset"
	"convx/internal/tensor"
)

// given is one array of weights (or offsets, masks, rois) that was given in a file.
type given struct {
	name, key string // of the operand, and of the array in its file
	file      *npy.File
	path      string
	shape     []int
	// asked says that the user named it: it must be used. Others came with a file of many.
	asked bool
}

// Files are operands by name, and the open files behind them. The zero value gives none.
type Files struct {
	Paths []string // of the files
	// Offsets, if not nil, makes the offsets of a deformable convolution.
	Offsets *offset.Preset

	byName map[string]given
	files  []*npy.File
}

// OpenFiles reads the names and shapes of what -w names: NAME=FILE, a .npy without a name for weight, an .npz or
// .safetensors with the names in it. What comes through a pipe is kept as the element type that Load will ask for, or, where
// that is Invalid, its own. Errors of usage are *layer.Error.
func OpenFiles(args []string, as tensor.Elem) (Files, error) {
	f := Files{byName: map[string]given{}}
	for _, arg := range args {
		if err := f.open(arg, as); err != nil {
			f.Close()
			return Files{}, err
		}
	}
	return f, nil
}

func (f *Files) open(arg string, as tensor.Elem) error {
	name, path, named := strings.Cut(arg, "=")
	if !named || strings.ContainsAny(name, `/\`) {
		name, path, named = "", arg, false
	}
	if path == "" || named && name == "" {
		return layer.Errorf("-w %q: give -w NAME=FILE, or -w FILE", arg)
	}
	file, err := npy.Open(path, npy.Options{MaxBytes: mostBytes(), As: as, Only: name})
	if err != nil {
		return err
	}
	f.files, f.Paths = append(f.files, file), append(f.Paths, path)
	if !named && file.Format() != npy.NPY {
		for _, key := range file.Names() {
			if err := f.add(given{name: key, key: key, file: file, path: path}); err != nil {
				return err
			}
		}
		return nil
	}
	if !named {
		name = "weight"
	}
	key := name
	if names := file.Names(); len(names) == 1 {
		key = names[0]
	}
	return f.add(given{name: name, key: key, file: file, path: path, asked: true})
}

func (f *Files) add(op given) error {
	if other, twice := f.byName[op.name]; twice {
		return layer.Errorf("operand %s is given twice, by %q and by %q", op.name, other.path, op.path)
	}
	info, err := op.file.Stat(op.key)
	if err != nil {
		return err
	}
	op.shape = info.Shape
	f.byName[op.name] = op
	return nil
}

// Close closes the files.
func (f Files) Close() {
	for _, file := range f.files {
		file.Close()
	}
}

// Shapes are the shapes of what was given, by name.
func (f Files) Shapes() map[string][]int {
	out := map[string][]int{}
	for name, op := range f.byName {
		out[name] = op.shape
	}
	return out
}

// check demands that what was asked for is needed, and that shapes agree. It returns the names of arrays that came
// along in a file and are not needed. what is the layer in words, for the errors.
func (f Files) check(list []layer.Operand, what string) (unused []string, err error) {
	wanted := map[string]layer.Operand{}
	var names []string
	for _, n := range list {
		wanted[n.Name] = n
		names = append(names, n.Name)
	}
	used := 0
	for _, name := range slices.Sorted(maps.Keys(f.byName)) {
		op := f.byName[name]
		n, ok := wanted[name]
		switch {
		case !ok && op.asked:
			return nil, layer.Errorf("-w %s=%s: this layer has no operand %s; %s", name, op.path, name, hasNames(names))
		case !ok:
			unused = append(unused, name)
			continue
		case !conforms(op.shape, n.Shape):
			return nil, layer.Errorf("%s in %q is %s; %s needs %s", name, op.path, layer.DescribeShape(op.shape), what, layer.FormatShape(n.Shape))
		}
		used++
	}
	if len(f.byName) > 0 && used == 0 {
		return nil, layer.Errorf("-w: none of %s is an operand of this layer; %s", lang.List(unused), hasNames(names))
	}
	return unused, nil
}

func hasNames(names []string) string {
	if len(names) == 0 {
		return lang.Text("it has none")
	}
	return lang.Sprintf("it has %s", lang.List(names))
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
