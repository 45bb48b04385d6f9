// Package configs holds the files that are built into convx: default settings, networks, suites, budgets and samples.
package configs

import (
	"embed"
	"slices"
	"strings"
)

// Settings is convx.yaml: every setting with its default and what it means.
//
//go:embed convx.yaml
var Settings string

// Samples are the sample pictures, under samples/.
//
//go:embed samples/*.png
var Samples embed.FS

// SamplePicture is the picture that run uses without an input.
const SamplePicture = "samples/cat.png"

//go:embed budgets/*.yaml devices/*.yaml networks/*.yaml networks/*.onnx suites/*.yaml
var files embed.FS

// Network is a built-in network file, by name: docs/network-files.md is their reference.
func Network(name string) ([]byte, bool) { return file("networks", name, ".yaml") }

// NetworkNames lists the built-in networks, sorted.
func NetworkNames() []string { return names("networks", ".yaml") }

// Model is a built-in network with weights, an ONNX model, by name: scripts/train makes them.
func Model(name string) ([]byte, bool) { return file("networks", name, ".onnx") }

// ModelNames lists the built-in networks with weights, sorted.
func ModelNames() []string { return names("networks", ".onnx") }

// Suite is a built-in suite of layers to time, by name.
func Suite(name string) ([]byte, bool) { return file("suites", name, ".yaml") }

// SuiteNames lists the built-in suites, sorted.
func SuiteNames() []string { return names("suites", ".yaml") }

// Budget is a built-in budget, by name.
func Budget(name string) ([]byte, bool) { return file("budgets", name, ".yaml") }

// BudgetNames lists the built-in budgets, sorted.
func BudgetNames() []string { return names("budgets", ".yaml") }

// Device is a built-in device, by name.
func Device(name string) ([]byte, bool) { return file("devices", name, ".yaml") }

// DeviceNames lists the built-in devices, sorted.
func DeviceNames() []string { return names("devices", ".yaml") }

func file(folder, name, ending string) ([]byte, bool) {
	data, err := files.ReadFile(folder + "/" + name + ending)
	return data, err == nil
}

// names are those of a folder's files with this ending, sorted.
func names(folder, ending string) []string {
	entries, err := files.ReadDir(folder)
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var out []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ending); ok {
			out = append(out, name)
		}
	}
	slices.Sort(out) // without their ending: a dash comes before a dot
	return out
}
