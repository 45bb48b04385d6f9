package cli

import (
	"slices"

	"convx/internal/answer/measured"
	"convx/internal/compare"
	"convx/internal/layer"
	"convx/internal/operands"
)

// areArrays reports whether the arguments are two files, and so arrays whose difference is asked for.
func areArrays(args []string) bool {
	return len(args) == 2 && !slices.ContainsFunc(args, func(arg string) bool {
		_, variant := layer.VariantNamed(arg)
		return variant || arg != "-" && !looksLikeFile(arg)
	})
}

// runCompareArrays prints the difference of two arrays or pictures.
func runCompareArrays(o compareOptions) error {
	d, err := compare.Files(o.files[0], o.files[1], operands.Origin{Stdin: o.In, MaxPixels: o.maxPixels})
	if err != nil {
		return err
	}
	return o.print(o.format, measured.Arrays(o.files[0], o.files[1], d))
}
