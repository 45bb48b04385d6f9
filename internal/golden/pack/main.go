// Pack makes an archive of package golden from a folder of cases:
//
//	go run ./internal/golden/pack FOLDER internal/golden/testdata/VARIANT.zip
//
// Each case is a folder with case.json (name, variant, flags, operands: names and their files, source), the operands'
// .npy files, input.npy and output.npy. The same folder gives the same archive, byte for byte.
package main

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"convx/internal/golden"
)

func main() {
	if len(os.Args) != 3 {
		fmt.Fprintln(os.Stderr, "usage: pack FOLDER ARCHIVE")
		os.Exit(2)
	}
	if err := run(os.Args[1], os.Args[2]); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

func run(folder, archive string) error {
	paths, err := filepath.Glob(filepath.Join(folder, "*", "case.json"))
	if err != nil {
		return err
	}
	if len(paths) == 0 {
		return fmt.Errorf("packing %q: it has no case.json one folder down", folder)
	}
	var out bytes.Buffer
	z := zip.NewWriter(&out)
	z.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestCompression) })
	list := []golden.Description{}
	for _, path := range paths {
		d, err := packCase(z, path)
		if err != nil {
			return fmt.Errorf("packing %q: %w", path, err)
		}
		list = append(list, d)
	}
	text, err := json.MarshalIndent(list, "", " ")
	if err != nil {
		return err
	}
	if err := add(z, "cases.json", text); err != nil {
		return err
	}
	if err := z.Close(); err != nil {
		return err
	}
	return os.WriteFile(archive, out.Bytes(), 0o644)
}

// packCase adds the arrays of one case.
func packCase(z *zip.Writer, path string) (golden.Description, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return golden.Description{}, err
	}
	var c struct {
		Name, Variant, Source string
		Flags, Operands       map[string]string
	}
	if err := json.Unmarshal(text, &c); err != nil {
		return golden.Description{}, err
	}
	files := map[string]string{"input": "input.npy", "output": "output.npy"}
	maps.Copy(files, c.Operands)
	for _, name := range slices.Sorted(maps.Keys(files)) {
		data, err := os.ReadFile(filepath.Join(filepath.Dir(path), files[name]))
		if err != nil {
			return golden.Description{}, err
		}
		if err := add(z, c.Name+"/"+name+".npy", data); err != nil {
			return golden.Description{}, err
		}
	}
	return golden.Description{
		Name: c.Name, Variant: c.Variant, Flags: c.Flags, Source: c.Source,
		Operands: slices.Sorted(maps.Keys(c.Operands)),
	}, nil
}

func add(z *zip.Writer, name string, data []byte) error {
	w, err := z.Create(name)
	if err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}
