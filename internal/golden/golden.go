// Package golden holds layers that other implementations computed, to test against: for every variant a number of random
// layers with their operands, input and output. Operands and input are float32 numbers; the outputs were computed in
// float64 and rounded to float32 once, so a right float64 implementation is within 2^-24 (6e-8) of every output, relative
// to it, plus its own rounding where terms cancel.
//
// Only tests import it. Each archive in testdata holds cases.json, a list of descriptions, and for each case the arrays
// NAME/OPERAND.npy, NAME/input.npy and NAME/output.npy; the command in pack makes it. cases.zip is the first of them, and
// a variant that is added has its own.
package golden

import (
	"archive/zip"
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"
	"strings"
	"testing"

	"convx/internal/npy"
	"convx/internal/tensor"
)

//go:embed testdata/*.zip
var archives embed.FS

// Case is one layer with its operands and its result.
type Case struct {
	Name     string                             // unique: "transposed-2d-007"
	Variant  string                             // as the command line names it
	Flags    map[string]string                  // the layer's flags, without dashes: "kernel": "3x5"
	Operands map[string]*tensor.Tensor[float64] // by the names of -w: "weight", "depthwise.bias"
	Input    *tensor.Tensor[float64]            // N x C x spatial
	Want     *tensor.Tensor[float64]            // the output
	Source   string                             // what computed it
}

// Description is a case in cases.json: everything but the numbers.
type Description struct {
	Name     string            `json:"name"`
	Variant  string            `json:"variant"`
	Flags    map[string]string `json:"flags"`
	Operands []string          `json:"operands"`
	Source   string            `json:"source"`
}

// Cases loads every case, in the order of their names. The caller may change what it gets.
func Cases(t testing.TB) []Case {
	t.Helper()
	cases, err := load()
	if err != nil {
		t.Fatalf("loading the golden cases: %v", err)
	}
	return cases
}

func load() ([]Case, error) {
	files, err := fs.Glob(archives, "testdata/*.zip")
	if err != nil {
		return nil, err
	}
	var all []Case
	for _, file := range files {
		archive, err := archives.ReadFile(file)
		if err != nil {
			return nil, err
		}
		cases, err := read(archive)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", file, err)
		}
		all = append(all, cases...)
	}
	slices.SortFunc(all, func(a, b Case) int { return strings.Compare(a.Name, b.Name) })
	return all, nil
}

func read(archive []byte) ([]Case, error) {
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		return nil, err
	}
	text, err := fs.ReadFile(z, "cases.json")
	if err != nil {
		return nil, err
	}
	var list []Description
	if err := json.Unmarshal(text, &list); err != nil {
		return nil, err
	}
	arrays, err := readArrays(z)
	if err != nil {
		return nil, err
	}
	cases := make([]Case, len(list))
	for i, d := range list {
		if cases[i], err = assemble(d, arrays); err != nil {
			return nil, err
		}
	}
	if len(arrays) > 0 {
		return nil, fmt.Errorf("arrays of no case: %q", slices.Sorted(maps.Keys(arrays)))
	}
	return cases, nil
}

func readArrays(z *zip.Reader) (map[string]*tensor.Tensor[float64], error) {
	arrays := map[string]*tensor.Tensor[float64]{}
	for _, entry := range z.File {
		if entry.Name == "cases.json" {
			continue
		}
		r, err := entry.Open()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", entry.Name, err)
		}
		f, err := npy.From(r, entry.Name, npy.Options{})
		if err != nil {
			return nil, err
		}
		arrays[entry.Name], _, err = npy.Load[float64](f, "")
		f.Close()
		r.Close()
		if err != nil {
			return nil, err
		}
	}
	return arrays, nil
}

// assemble takes the case's arrays out of the map.
func assemble(d Description, arrays map[string]*tensor.Tensor[float64]) (Case, error) {
	take := func(name string) (*tensor.Tensor[float64], error) {
		key := d.Name + "/" + name + ".npy"
		x, ok := arrays[key]
		if !ok {
			return nil, fmt.Errorf("%s is missing", key)
		}
		delete(arrays, key)
		return x, nil
	}
	c := Case{Name: d.Name, Variant: d.Variant, Flags: d.Flags, Source: d.Source, Operands: map[string]*tensor.Tensor[float64]{}}
	var err error
	if c.Input, err = take("input"); err != nil {
		return Case{}, err
	}
	if c.Want, err = take("output"); err != nil {
		return Case{}, err
	}
	for _, name := range d.Operands {
		if c.Operands[name], err = take(name); err != nil {
			return Case{}, err
		}
	}
	return c, nil
}
