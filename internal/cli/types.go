package cli

import (
	"fmt"

	"github.com/spf13/cobra"

	"convx/internal/flops"
	"convx/internal/report"
)

// typeFlags say in which element types bytes are counted.
type typeFlags struct {
	all, weights, activations flops.Elem
	inPlace                   bool
}

// ownMeaning marks a flag that shares its name with a setting and is none.
const ownMeaning = "own meaning"

func (t *typeFlags) register(cmd *cobra.Command) {
	for _, f := range []struct {
		at          *flops.Elem
		name, usage string
	}{
		{&t.all, "dtype", "element type of every byte that is counted (default: what a model stores, else float32)"},
		{&t.weights, "weights-dtype", "element type of weights (default: --dtype)"},
		{&t.activations, "activations-dtype", "element type of activations (default: --dtype)"},
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

// memoryText says what the bytes are counted as. stored says that a model stores its tensors in types of its own.
func memoryText(t flops.Total, asked flops.Types, stored bool) string {
	as := func(e flops.Elem, float32s bool, verb string) string {
		switch {
		case e != "":
			return string(e)
		case float32s:
			return string(flops.Float32)
		}
		return "the model " + verb + " them"
	}
	weights := as(asked.Weights, t.WeightBytes == flops.Float32.Bits()/8*t.Params, "stores")
	activations := as(asked.Activations, !stored, "has")
	w, a := report.Bytes(t.WeightBytes), report.Bytes(t.ActivationBytes)
	if weights == activations {
		return fmt.Sprintf("memory as %s: weights %s, activations read and written %s", weights, w, a)
	}
	return fmt.Sprintf("memory: weights %s as %s, activations read and written %s as %s", w, weights, a, activations)
}
