package cli

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"convx/internal/answer/measured"
	"convx/internal/npy"
	"convx/internal/operands"
	"convx/internal/output"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// netOutput is what -o asks for.
type netOutput int

const (
	npzResult netOutput = iota
	npyResult
	sheetResult  // one PNG
	folderResult // a PNG or an array for each layer
)

// netTarget is one of the places that results go to.
type netTarget struct {
	path string // of a file or a folder, or "-"
	kind netOutput
	file *output.File // nil of a folder
}

// netTargets reads the kinds off the names, and refuses what cannot be written.
func netTargets(paths []string) (all []*netTarget, err error) {
	for _, path := range paths {
		t := &netTarget{path: path}
		switch ext := strings.ToLower(filepath.Ext(path)); {
		case path == "": // -o "$out" of a script that wants none
			continue
		case strings.HasSuffix(path, "/"), isFolder(path):
			t.kind = folderResult
		case path == "-", ext == ".npy":
			t.kind = npyResult
		case ext == ".npz":
			t.kind = npzResult
		case ext == ".png":
			t.kind = sheetResult
		default:
			return nil, usagef("-o %q: a network's results are written as .npz, one of them as .npy or .png, or each into a FOLDER/", path)
		}
		all = append(all, t)
	}
	return all, checkOutputs(paths)
}

// open finds out that every file can be written.
func (r *netRun) open(ctx context.Context) (err error) {
	var paths []string
	var single []*netTarget
	for _, t := range r.targets {
		if t.kind != folderResult {
			paths, single = append(paths, t.path), append(single, t)
		}
	}
	r.files, err = r.create(ctx, paths, r.inputPaths())
	for i, f := range r.files {
		single[i].file = f
	}
	return err
}

// commit puts the files in their places, and says so.
func (r *netRun) commit() error {
	if err := r.files.Commit(); err != nil {
		return err
	}
	for _, t := range r.targets {
		if t.file != nil && t.path != "-" {
			r.sayf("wrote %q", t.path)
		}
	}
	return nil
}

// written are the places that results went to.
func (r *netRun) written() (paths []string) {
	for _, t := range r.targets {
		paths = append(paths, t.path)
	}
	return paths
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// kept are the results, each name once. What a branch did not make is left out.
func (r *netRun) kept() (results []measured.Named) {
	taken := map[string]bool{}
	for _, p := range r.net.At {
		if a := r.net.Result(p); a != nil && !taken[p.Name] {
			taken[p.Name] = true
			results = append(results, measured.Named{Name: p.Name, Array: a})
		}
	}
	return results
}

// write writes what was kept: into files first, which may fail, and are in no place yet.
func (r *netRun) write(ctx context.Context, stage func(string)) error {
	results := r.kept()
	for _, last := range []bool{false, true} {
		for _, t := range r.targets {
			if (t.kind == folderResult) != last {
				continue
			}
			stage("writing " + t.path)
			if err := r.writeTarget(ctx, t, results); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r *netRun) writeTarget(ctx context.Context, t *netTarget, results []measured.Named) error {
	switch t.kind {
	case npzResult:
		arrays := map[string]*tensor.Array{}
		for _, a := range results {
			arrays[report.Printable(a.Name)] = a.Array // members of an archive are listed in terminals
		}
		return npy.WriteArrays(t.file, arrays)
	case folderResult:
		return r.writeFolder(ctx, t.path, results)
	}
	if len(results) != 1 {
		return fmt.Errorf("writing %q: it holds one result, and there are %d: choose one with --at, or write an .npz or into a FOLDER/", t.path, len(results))
	}
	if t.kind == npyResult {
		return npy.WriteArray(t.file, results[0].Array)
	}
	return r.writeSheet(t.file, t.path, results[0].Name, results[0].Array)
}

// writeSheet writes the maps of a result as a picture.
func (r *netRun) writeSheet(w io.Writer, path, name string, a *tensor.Array) error {
	t, ok := operands.Maps(a)
	if !ok {
		return fmt.Errorf("writing %q: %s is %v, which is no picture: write .npy", path, name, a)
	}
	o, err := r.picture.mapOptions(8)
	if err != nil {
		return err
	}
	for _, k := range o.Channels {
		if c := t.Shape[1]; k < 0 || k >= c {
			return usagef("--channel: there is no channel %d: %s has %d, counted from 0", k, name, c)
		}
	}
	buffered := bufio.NewWriter(w)
	s := picture.Sheet{Title: name, Maps: t, Options: o, Shared: slices.Contains(r.picture.given, "map") && o.Mapping != picture.EachMapping}
	if err := s.Encode(buffered); err != nil {
		return err
	}
	return buffered.Flush()
}

// writeFolder writes a file for each result that can be one.
func (r *netRun) writeFolder(ctx context.Context, folder string, results []measured.Named) error {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return fmt.Errorf("making the folder %q: %w", folder, err)
	}
	taken := map[string]bool{}
	written, skipped := 0, 0
	for i, a := range results {
		if _, ok := operands.Maps(a.Array); !ok && r.whole.as == "png" {
			skipped++
			continue
		}
		path := filepath.Join(folder, fmt.Sprintf("%03d-%s.%s", i, fileName(a.Name), r.whole.as))
		if taken[path] {
			continue
		}
		taken[path] = true
		if err := r.writeFile(ctx, path, a.Name, a.Array); err != nil {
			return err
		}
		written++
	}
	r.feeds.Origins = append(r.feeds.Origins, fmt.Sprintf("wrote %s into %q", report.Plural(written, "file"), folder))
	if skipped > 0 {
		r.feeds.Origins = append(r.feeds.Origins, fmt.Sprintf("%s not pictures: --as npy writes them", report.Plural(skipped, "result")))
	}
	return nil
}

func (r *netRun) writeFile(ctx context.Context, path, name string, a *tensor.Array) error {
	var data bytes.Buffer
	var err error
	if r.whole.as == "npy" {
		err = npy.WriteArray(&data, a)
	} else {
		err = r.writeSheet(&data, path, name, a)
	}
	if err != nil {
		return err
	}
	file, err := output.Create(ctx, path, output.Options{Inputs: r.inputPaths()})
	if err != nil {
		return err
	}
	defer file.Abort()
	if _, err := file.Write(data.Bytes()); err != nil {
		return err
	}
	return file.Commit()
}

// fileName makes a name of a tensor one of a file.
func fileName(name string) string {
	const longest = 120
	safe := strings.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-' {
			return c
		}
		return '_'
	}, name)
	return strings.Trim(safe[:min(len(safe), longest)], "_.")
}
