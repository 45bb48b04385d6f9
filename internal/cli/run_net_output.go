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

// write writes what was kept.
func (r *netRun) write(ctx context.Context, file io.Writer) error {
	results := r.kept()
	switch r.kind {
	case npzResult:
		arrays := map[string]*tensor.Array{}
		for _, a := range results {
			arrays[a.Name] = a.Array
		}
		return npy.WriteArrays(file, arrays)
	case folderResult:
		return r.writeFolder(ctx, results)
	case noResult:
		return nil
	}
	if len(results) != 1 {
		return fmt.Errorf("writing %q: it holds one result, and there are %d: choose one with --at, or write an .npz or into a FOLDER/", r.output, len(results))
	}
	if r.kind == npyResult {
		return npy.WriteArray(file, results[0].Array)
	}
	return r.writeSheet(file, results[0].Name, results[0].Array)
}

// writeSheet writes the maps of a result as a picture.
func (r *netRun) writeSheet(w io.Writer, name string, a *tensor.Array) error {
	t, ok := operands.Maps(a)
	if !ok {
		return fmt.Errorf("writing %q: %s is %v, which is no picture: write .npy", r.output, name, a)
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
	s := picture.Sheet{Title: name, Maps: t, Options: o, Shared: slices.Contains(r.picture.given, "map")}
	if err := s.Encode(buffered); err != nil {
		return err
	}
	return buffered.Flush()
}

// writeFolder writes a file for each result that can be one.
func (r *netRun) writeFolder(ctx context.Context, results []measured.Named) error {
	if err := os.MkdirAll(r.output, 0o777); err != nil {
		return fmt.Errorf("making the folder %q: %w", r.output, err)
	}
	taken := map[string]bool{}
	written, skipped := 0, 0
	for i, a := range results {
		if _, ok := operands.Maps(a.Array); !ok && r.whole.as == "png" {
			skipped++
			continue
		}
		path := filepath.Join(r.output, fmt.Sprintf("%03d-%s.%s", i, fileName(a.Name), r.whole.as))
		if taken[path] {
			continue
		}
		taken[path] = true
		if err := r.writeFile(ctx, path, a.Name, a.Array); err != nil {
			return err
		}
		written++
	}
	r.feeds.Origins = append(r.feeds.Origins, fmt.Sprintf("wrote %s into %q", report.Plural(written, "file"), r.output))
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
