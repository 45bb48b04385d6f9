package cli

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"convx/internal/flops"
	"convx/internal/lang"
)

// typeFlags say in which element types bytes are counted.
type typeFlags struct {
	all, weights, activations flops.Elem
	inPlace                   bool
}

// ownMeaning marks a flag that shares its name with a setting and is none.
const ownMeaning = "own meaning"

func ownFlag(f *pflag.Flag) bool { _, own := f.Annotations[ownMeaning]; return own }

func (t *typeFlags) register(cmd *cobra.Command) {
	for _, f := range []struct {
		at          *flops.Elem
		name, usage string
	}{
		{&t.all, "dtype", lang.Key("element type of every byte that is counted (default: what a model stores, else float32)")},
		{&t.weights, "weights-dtype", lang.Key("element type of weights (default: --dtype)")},
		{&t.activations, "activations-dtype", lang.Key("element type of activations (default: --dtype)")},
	} {
		enumVar(cmd, f.at, f.name, "", f.usage, flops.Elems()...)
		*f.at = "" // not said
		if err := cmd.Flags().SetAnnotation(f.name, ownMeaning, nil); err != nil {
			panic(err) // no such flag: a mistake in the program
		}
		cmd.Flags().Lookup(f.name).DefValue = ""
	}
	cmd.Flags().BoolVar(&t.inPlace, "in-place", false, "with --net: in peak memory, activations, batch norms and sums write over an input that nobody reads later")
}

// types are the flags' types; empty is what a model stores, or float32.
func (t typeFlags) types() flops.Types {
	asked := flops.Types{Weights: t.weights, Activations: t.activations}
	if asked.Weights == "" {
		asked.Weights = t.all
	}
	if asked.Activations == "" {
		asked.Activations = t.all
	}
	return asked
}
