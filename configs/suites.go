package configs

import (
	"embed"
	"slices"
	"strings"
)

//go:embed suites/*.yaml
var suites embed.FS

// Suite is a built-in suite of layers to time, by name.
func Suite(name string) ([]byte, bool) {
	data, err := suites.ReadFile("suites/" + name + ".yaml")
	return data, err == nil
}

// SuiteNames lists the built-in suites.
func SuiteNames() []string {
	files, err := suites.ReadDir("suites")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	var names []string
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f.Name(), ".yaml"))
	}
	slices.Sort(names)
	return names
}
