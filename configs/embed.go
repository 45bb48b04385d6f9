// Package configs holds the files that are built into convx.
package configs

import "embed"

// Samples are the sample pictures, under samples/.
//
//go:embed samples/*.png
var Samples embed.FS

// SamplePicture is the picture that run uses without an input.
const SamplePicture = "samples/cat.png"

// Networks are the network files, under networks/: docs/network-files.md is their reference.
//
//go:embed networks/*.yaml
var Networks embed.FS
