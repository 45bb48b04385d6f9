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

	"convx/internal/npy"
	"convx/internal/operands"
	"convx/internal/output"
	"convx/internal/tensor"
)

// netOutput is what -o asks for.
type netOutput int

const (
	noResult netOutput = iota
	npzResult
	npyResult
	sheetResult  // one PNG
	folderResult // a PNG or an array for each layer
)

// outputKind reads the kind off the name, and refuses what cannot be written.
func (r *netRun) outputKind() (netOutput, error) {
	switch ext := strings.ToLower(filepath.Ext(r.output)); {
	case r.output == "":
		return noResult, nil
	case strings.HasSuffix(r.output, "/"), isFolder(r.output):
		return folderResult, nil
	case r.output == "-", ext == ".npy":
		return npyResult, nil
	case ext == ".npz":
		return npzResult, nil
	case ext == ".png":
		return sheetResult, nil
	}
	return 0, usagef("-o %q: a network's results are written as .npz, one of them as .npy or .png, or each into a FOLDER/", r.output)
}

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// kept are the results by name. What a branch did not make is left out.
func (r *netRun) kept() (names []string, arrays map[string]*tensor.Array) {
	arrays = map[string]*tensor.Array{}
	for _, p := range r.net.At {
		if a := r.net.Result(p); a != nil && arrays[p.Name] == nil {
			names, arrays[p.Name] = append(names, p.Name), a
		}
	}
	return names, arrays
}

// write writes what was kept.
func (r *netRun) write(ctx context.Context, file io.Writer) error {
	names, arrays := r.kept()
	switch r.kind {
	case npzResult:
		return npy.WriteArrays(file, arrays)
	case folderResult:
		return r.writeFolder(ctx, names, arrays)
	case noResult:
		return nil
	}
	if len(names) != 1 {
		return fmt.Errorf("writing %q: it holds one result, and there are %d: choose one with --at, or write an .npz or into a FOLDER/", r.output, len(names))
	}
	if r.kind == npyResult {
		return npy.WriteArray(file, arrays[names[0]])
	}
	return r.writeSheet(file, names[0], arrays[names[0]])
}

// writeSheet writes the maps of a result as a picture.
func (r *netRun) writeSheet(w io.Writer, name string, a *tensor.Array) error {
	t, ok := mapsOf(a)
	if !ok {
		return fmt.Errorf("writing %q: %s is %v, which is no picture: write .npy", r.output, name, a)
	}
	o, err := r.picture.mapOptions(8)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	s := sheet{title: name, maps: t, options: o, shared: slices.Contains(r.picture.given, "map")}
	if err := s.write(buffered); err != nil {
		return err
	}
	return buffered.Flush()
}

// writeFolder writes a file for each result that can be one.
func (r *netRun) writeFolder(ctx context.Context, names []string, arrays map[string]*tensor.Array) error {
	if err := os.MkdirAll(r.output, 0o777); err != nil {
		return fmt.Errorf("making the folder %q: %w", r.output, err)
	}
	taken := map[string]bool{}
	written, skipped := 0, 0
	for i, name := range names {
		a := arrays[name]
		if _, ok := mapsOf(a); !ok && r.whole.as == "png" {
			skipped++
			continue
		}
		path := filepath.Join(r.output, fmt.Sprintf("%03d-%s.%s", i, fileName(name), r.whole.as))
		if taken[path] {
			continue
		}
		taken[path] = true
		if err := r.writeFile(ctx, path, name, a); err != nil {
			return err
		}
		written++
	}
	r.origins = append(r.origins, fmt.Sprintf("wrote %s into %q", plural(written, "file"), r.output))
	if skipped > 0 {
		r.origins = append(r.origins, fmt.Sprintf("%s not pictures: --as npy writes them", plural(skipped, "result")))
	}
	return nil
}

func (r *netRun) writeFile(ctx context.Context, path, name string, a *tensor.Array) error {
	var data bytes.Buffer
	var err error
	if r.whole.as == "npy" {
		err = npy.WriteArray(&data, a)
	} else {
		err = r.writeSheet(&data, name, a)
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

// mapsOf sees a result as maps, 1 x C x H x W in float32; false for what has no axes, more than one picture, or no numbers.
func mapsOf(a *tensor.Array) (*tensor.Tensor[float32], bool) {
	data, ok := operands.Floats(a)
	if !ok || len(data) == 0 {
		return nil, false
	}
	switch s := a.Shape; len(s) {
	case 4:
		return tensor.Of(data, s...), true
	case 3:
		return tensor.Of(data, s[0], 1, s[1], s[2]), true
	case 2:
		return tensor.Of(data, 1, 1, s[0], s[1]), true
	case 1:
		return tensor.Of(data, 1, 1, 1, s[0]), true
	}
	return nil, false
}
