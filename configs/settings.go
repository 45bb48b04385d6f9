// Package configs holds the files that are built into convx: default settings, networks, suites and samples.
package configs

import _ "embed"

// Settings is convx.yaml: every setting with its default and what it means.
//
//go:embed convx.yaml
var Settings string
