package cli

import (
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/network/open"
)

// netFlags choose networks in place of a layer.
type netFlags struct {
	names []string
	open.Options
}

// register adds --net and --batch; many allows several networks.
func (n *netFlags) register(cmd *cobra.Command, many bool) {
	usage := lang.Key("a whole network: the `NAME` of a built-in one, a .yaml or .onnx file, or - for standard input")
	if many {
		usage = lang.Text(usage) + lang.Text("; repeat for more")
	}
	cmd.Flags().StringArrayVar(&n.names, "net", nil, usage)
	cmd.Flags().IntVar(&n.Batch, "batch", 0, "with --net: `N` pictures in a batch (default: the network's own, 1)")
	err := cmd.RegisterFlagCompletionFunc("net", func(_ *cobra.Command, _ []string, prefix string) ([]string, cobra.ShellCompDirective) {
		if strings.ContainsAny(prefix, "./") {
			files, _ := filepath.Glob(prefix + "*")
			return files, cobra.ShellCompDirectiveDefault
		}
		return network.Names(), cobra.ShellCompDirectiveDefault
	})
	if err != nil {
		panic(err) // a flag registered twice: a mistake in the program
	}
}

// settle checks the flags against each other. Of the layer flags, a network reads --input alone.
func (n *netFlags) settle(cmd *cobra.Command, flags *layerFlags, args []string) error {
	n.Stdin = cmd.InOrStdin()
	if len(n.names) == 0 {
		if cmd.Flags().Changed("batch") {
			return usagef("--batch is for networks: give --net, or put the batch into -i NxCxHxW")
		}
		return nil
	}
	if len(args) > 0 {
		return usagef("%q and --net %s: give a variant or a network, not both", args[0], n.names[0])
	}
	if n.Batch < 0 || cmd.Flags().Changed("batch") && n.Batch == 0 {
		return usagef("--batch %d: give a positive number", n.Batch)
	}
	for _, kv := range flags.given {
		if kv.Key != "input" {
			return usagef("--%s is for a layer: a network says it in its file; of the layer flags, --net reads -i", kv.Key)
		}
		if err := n.size(kv.Value); err != nil {
			return err
		}
	}
	return nil
}

// size takes a value of --input: SIZE, or NAME=SIZE.
func (n *netFlags) size(value string) error {
	name, size := "", value
	if at := strings.LastIndexByte(value, '='); at >= 0 {
		name, size = value[:at], value[at+1:]
	}
	shape, err := layer.ParseInts(size, 1)
	if err != nil {
		return usagef("--input %s: %w", value, err)
	}
	if name == "" {
		n.Input = shape
		return nil
	}
	if _, twice := n.Sizes[name]; twice {
		return usagef("--input %s: the size of %q is given twice", value, name)
	}
	if n.Sizes == nil {
		n.Sizes = map[string][]int{}
	}
	n.Sizes[name] = shape
	return nil
}

// only is the network of a command that takes one.
func (n *netFlags) only() (string, error) {
	if len(n.names) > 1 {
		return "", usagef("--net is given twice: %s and %s; compare takes several", n.names[0], n.names[1])
	}
	return n.names[0], nil
}

// source reads a network at the asked-for size.
func (n *netFlags) source(name string) (*network.Graph, network.Options, error) {
	return open.Network(name, n.Options)
}

// one reads and evaluates the network, where there may be one.
func (n *netFlags) one() (*network.Result, error) {
	name, err := n.only()
	if err != nil {
		return nil, err
	}
	return n.load(name)
}

// load reads and evaluates one network at the asked-for size.
func (n *netFlags) load(name string) (*network.Result, error) {
	g, o, err := n.source(name)
	if err != nil {
		return nil, err
	}
	return network.Evaluate(g, o)
}
