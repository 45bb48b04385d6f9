package results

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"convx/internal/drawing"
	"convx/internal/infer"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/operands"
	"convx/internal/output"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// Network is what a network made, and how it is kept.
type Network struct {
	Results []infer.Named
	Show    picture.MapOptions // in pictures
	Look    drawing.Look       // of them
	Shared  bool               // pictures have one scale for all of their maps
	As      string             // what a folder holds: "png" or "npy"
	Inputs  []string           // files that are read: no file of a folder replaces one
}

// Write writes the results to every target: into files first, which may fail, and are in no place yet. The notes say what became
// of folders.
func (n Network) Write(ctx context.Context, ts Targets, stage func(string)) (notes []string, err error) {
	for _, folders := range []bool{false, true} {
		for _, t := range ts {
			if (t.Kind == Folder) != folders {
				continue
			}
			stage(lang.Sprintf("writing %s", t.Path))
			more, err := n.write(ctx, t)
			if err != nil {
				return notes, err
			}
			notes = append(notes, more...)
		}
	}
	return notes, nil
}

func (n Network) write(ctx context.Context, t *Target) (notes []string, err error) {
	switch t.Kind {
	case NPZ:
		arrays := map[string]*tensor.Array{}
		for _, a := range n.Results {
			arrays[report.Printable(a.Name)] = a.Array // members of an archive are listed in terminals
		}
		return nil, npy.WriteArrays(t.File, arrays)
	case Folder:
		return n.folder(ctx, t.Path)
	}
	if len(n.Results) != 1 {
		return nil, lang.Errorf("writing %q: it holds one result, and there are %d: choose one with --at, or write an .npz or into a FOLDER/", t.Path, len(n.Results))
	}
	if t.Kind == NPY {
		return nil, npy.WriteArray(t.File, n.Results[0].Array)
	}
	return nil, n.sheet(t.File, t.Path, n.Results[0])
}

// sheet writes the maps of a result as a picture.
func (n Network) sheet(w io.Writer, path string, a infer.Named) error {
	t, ok := operands.Maps(a.Array)
	if !ok {
		return lang.Errorf("writing %q: %s is %v, which is no picture: write .npy", path, a.Name, a.Array)
	}
	deep := 1
	if len(a.Shape) == 5 {
		deep = a.Shape[2]
	}
	show := n.Show
	show.Channels = nil
	for _, k := range n.Show.Channels {
		if c := t.Shape[1] / deep; k < 0 || k >= c {
			return layer.Errorf("--channel: there is no channel %d: %s has %d, counted from 0", k, a.Name, c)
		}
		for plane := range deep {
			show.Channels = append(show.Channels, k*deep+plane)
		}
	}
	p, err := picture.Sheet{Title: a.Name, Maps: t, Deep: deep, Options: show, Shared: n.Shared}.Picture()
	if err != nil {
		return err
	}
	buffered := bufio.NewWriter(w)
	if err := n.Look.WritePicture(buffered, p, picture.WriteOptions{Level: 6}); err != nil {
		return err
	}
	return buffered.Flush()
}

// folder writes a file for each result that can be one.
func (n Network) folder(ctx context.Context, folder string) (notes []string, err error) {
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return nil, lang.Errorf("making the folder %q: %w", folder, err)
	}
	taken := map[string]bool{}
	written, skipped := 0, 0
	for i, a := range n.Results {
		if _, ok := operands.Maps(a.Array); !ok && n.As == "png" {
			skipped++
			continue
		}
		path := filepath.Join(folder, fmt.Sprintf("%03d-%s.%s", i, fileName(a.Name), n.As))
		if taken[path] {
			continue
		}
		taken[path] = true
		if err := n.file(ctx, path, a); err != nil {
			return nil, err
		}
		written++
	}
	notes = append(notes, lang.Sprintf("wrote %s into %q", lang.Plural(written, "file"), folder))
	if skipped > 0 {
		notes = append(notes, lang.Sprintf("%s not pictures: --as npy writes them", lang.Plural(skipped, "result")))
	}
	return notes, nil
}

func (n Network) file(ctx context.Context, path string, a infer.Named) error {
	var data bytes.Buffer
	var err error
	if n.As == "npy" {
		err = npy.WriteArray(&data, a.Array)
	} else {
		err = n.sheet(&data, path, a)
	}
	if err != nil {
		return err
	}
	file, err := output.Create(ctx, path, output.Options{Inputs: n.Inputs})
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
