package cli

import (
	"context"
	"path/filepath"
	"slices"
	"strings"

	"convx/internal/output"
	"convx/internal/tensor"
)

// outputKind is what a file named by -o asks for.
type outputKind int

const (
	npyOutput outputKind = iota
	npzOutput
	pngOutput
)

// target is a file that the result of run is written to.
type target struct {
	path  string
	kind  outputKind
	file  *output.File
	shown string // what a picture shows
}

// targets reads the kinds off the files' names, and refuses flags that have no use with them.
func (o runOptions) targets() ([]*target, error) {
	if err := checkOutputs(o.outputs); err != nil {
		return nil, err
	}
	var all []*target
	for _, path := range o.outputs {
		t := &target{path: path}
		switch ext := strings.ToLower(filepath.Ext(path)); {
		case path == "": // -o "$out" of a script that wants none
			continue
		case path == "-" || ext == ".npy":
			t.kind = npyOutput
		case ext == ".npz":
			t.kind = npzOutput
		case ext == ".png":
			t.kind = pngOutput
		default:
			return nil, usagef("-o %q: results are written as .npy, .npz or .png, or to standard output with -o -", path)
		}
		if path == "-" && o.stats {
			return nil, usagef("--stats and -o - would both write to standard output: name a file with -o")
		}
		all = append(all, t)
	}
	if len(o.picture.given) > 0 && !slices.ContainsFunc(all, isPicture) {
		return nil, usagef("--%s is for pictures: write one with -o FILE.png", o.picture.given[0])
	}
	return all, nil
}

func isPicture(t *target) bool { return t.kind == pngOutput }

// open finds out that every target can be written to.
func (j *job) open(ctx context.Context) (err error) {
	var paths []string
	for _, t := range j.targets {
		paths = append(paths, t.path)
	}
	j.files, err = j.create(ctx, paths, j.inputPaths())
	for i, f := range j.files {
		j.targets[i].file = f
	}
	return err
}

// writeAll writes the result to every target.
func writeAll[T tensor.Float](j *job, out *tensor.Tensor[T], stage func(string)) (err error) {
	for _, t := range j.targets {
		stage("writing " + t.path)
		if t.shown, err = writeResult(t.file, j, t.kind, out); err != nil {
			return err
		}
	}
	return nil
}
