// Package results writes what a layer or a network made into files: as arrays, archives of them, pictures, or a folder of either.
package results

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/output"
)

// Kind is what a file holds, which the ending of its name asks for.
type Kind int

const (
	NPY Kind = iota
	NPZ
	PNG
	Folder // a file for each result
)

// Target is one of the places that results go to.
type Target struct {
	Path  string // of a file or a folder; "-" is standard output
	Kind  Kind
	File  *output.File // once it is created; nil of a folder
	Shown string       // what a picture shows, once it is written
}

// Targets are all places that results go to.
type Targets []*Target

// ForLayer reads the kinds off the names of the files for a layer's output. Errors are *layer.Error.
func ForLayer(paths []string) (Targets, error) {
	all, bad := read(paths, false)
	if bad != "" {
		return nil, layer.Errorf("-o %q: results are written as .npy, .npz or .png, or to standard output with -o -", bad)
	}
	return all, nil
}

// ForNetwork does for the results of a network, where a name that ends in a slash, and a folder that there is, are folders.
func ForNetwork(paths []string) (Targets, error) {
	all, bad := read(paths, true)
	if bad != "" {
		return nil, layer.Errorf("-o %q: a network's results are written as .npz, one of them as .npy or .png, or each into a FOLDER/", bad)
	}
	return all, nil
}

// read makes targets of paths; bad is the one whose ending says nothing.
func read(paths []string, folders bool) (all Targets, bad string) {
	kinds := map[string]Kind{".npy": NPY, ".npz": NPZ, ".png": PNG}
	for _, path := range paths {
		if path == "" { // -o "$out" of a script that wants none
			continue
		}
		kind, known := kinds[strings.ToLower(filepath.Ext(path))]
		switch {
		case folders && (strings.HasSuffix(path, "/") || isFolder(path)):
			kind = Folder
		case path == "-":
			kind = NPY
		case !known:
			return nil, path
		}
		all = append(all, &Target{Path: path, Kind: kind})
	}
	return all, ""
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// Create starts every file, and so finds out that it can be written. None is in its place before Commit.
func (ts Targets) Create(ctx context.Context, o output.Options) (output.Files, error) {
	var paths []string
	var single []*Target
	for _, t := range ts {
		if t.Kind != Folder {
			paths, single = append(paths, t.Path), append(single, t)
		}
	}
	files, err := output.CreateAll(ctx, paths, o)
	for i, f := range files {
		single[i].File = f
	}
	return files, err
}

// Paths are the places' names.
func (ts Targets) Paths() (paths []string) {
	for _, t := range ts {
		paths = append(paths, t.Path)
	}
	return paths
}

// Picture is the first that is a picture; nil where none is.
func (ts Targets) Picture() *Target {
	if i := slices.IndexFunc(ts, func(t *Target) bool { return t.Kind == PNG }); i >= 0 {
		return ts[i]
	}
	return nil
}

// Pictured reports whether some of the places may hold pictures.
func (ts Targets) Pictured() bool {
	return slices.ContainsFunc(ts, func(t *Target) bool { return t.Kind == PNG || t.Kind == Folder })
}
