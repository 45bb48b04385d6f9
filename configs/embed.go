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

//go:embed budgets/*.yaml networks/*.yaml suites/*.yaml
var files embed.FS

// Network is a built-in network file, by name: docs/network-files.md is their reference.
func Network(name string) ([]byte, bool) { return file("networks", name) }

// NetworkNames lists the built-in networks, sorted.
func NetworkNames() []string { return names("networks") }

// Suite is a built-in suite of layers to time, by name.
func Suite(name string) ([]byte, bool) { return file("suites", name) }

// SuiteNames lists the built-in suites, sorted.
func SuiteNames() []string { return names("suites") }

// Budget is a built-in budget, by name.
func Budget(name string) ([]byte, bool) { return file("budgets", name) }

// BudgetNames lists the built-in budgets, sorted.
func BudgetNames() []string { return names("budgets") }

func file(folder, name string) ([]byte, bool) {
	data, err := files.ReadFile(folder + "/" + name + ".yaml")
	return data, err == nil
}

// names are those of a folder's files, sorted.
func names(folder string) []string {
	entries, err := files.ReadDir(folder)
	if err != nil {
		panic(err) // the folder is part of the program
	}
	out := make([]string, len(entries))
	for i, e := range entries {
		out[i] = strings.TrimSuffix(e.Name(), ".yaml")
	}
	slices.Sort(out) // without their ending: a dash comes before a dot
	return out
}
