package cli

import (
	"fmt"
	"slices"

	"convx/internal/answer/measured"
	"convx/internal/compare"
	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/tensor"
)

// areArrays reports whether the arguments are two files, and so arrays whose difference is asked for.
func areArrays(args []string) bool {
	return len(args) == 2 && !slices.ContainsFunc(args, func(arg string) bool {
		_, variant := layer.VariantNamed(arg)
		return variant || arg != "-" && !looksLikeFile(arg)
	})
}

// runCompareArrays prints the difference of two arrays or pictures.
func runCompareArrays(o compareOptions, paths []string) error {
	var read [2]*tensor.Tensor[float64]
	for i, path := range paths {
		src, err := operands.OpenSource(operands.Origin{Path: path, Stdin: o.In, MaxPixels: o.maxPixels, As: tensor.Float64, Whole: true})
		if err != nil {
			return err
		}
		read[i], _, err = operands.Read[float64](src)
		if shape := src.Shape; err == nil && len(read[i].Shape) > len(shape) { // a picture has no batch axis
			read[i] = read[i].Reshape(shape...)
		}
		src.Close()
		if err != nil {
			return err
		}
	}
	if a, b := read[0].Shape, read[1].Shape; !slices.Equal(a, b) {
		return fmt.Errorf("%q is %s and %q %s: only arrays of one shape can be compared", paths[0], layer.FormatShape(a), paths[1], layer.FormatShape(b))
	}
	return o.print(o.format, measured.Arrays(paths[0], paths[1], compare.Arrays(read[0], read[1])))
}
