package cli

import (
	"context"
	"io"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/swap"
)

// swapFlags exchange convolutions of networks for other variants.
type swapFlags struct {
	texts []string
	rules []swap.Rule
}

func (f *swapFlags) register(cmd *cobra.Command, usage string) {
	cmd.Flags().StringArrayVar(&f.texts, "swap", nil, lang.Sprintf("with --net: %s: `PATTERN=VARIANT[,key=value...]`, like 'kernel>1=separable' or 'layer4.*=grouped,groups=32'; repeat for more", lang.Text(usage)))
}

func (f *swapFlags) given() bool { return len(f.texts) > 0 }

// settle reads the rules.
func (f *swapFlags) settle() error {
	f.rules = nil
	for _, text := range f.texts {
		r, err := swap.ParseRule(text)
		if err != nil {
			return usagef("--swap %w", err)
		}
		f.rules = append(f.rules, r)
	}
	return nil
}

// apply makes the network with the exchanges; where none was asked for, the network as it is.
func (f *swapFlags) apply(r *network.Result) (*network.Result, *swap.Swapped, error) {
	if !f.given() {
		return r, nil, nil
	}
	s, err := swap.Apply(r, f.rules)
	if err != nil {
		return r, nil, err
	}
	return s.After, s, nil
}

// writeNetwork writes a network as a network file, whole or not at all; never over what it was read from.
func writeNetwork(ctx context.Context, s Streams, path string, inputs []string, r *network.Result) error {
	return writeFile(ctx, s, path, inputs, func(w io.Writer) error { return network.Write(w, r) })
}
