package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/configs"
	"convx/internal/answer"
	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/report"
)

type netsOptions struct {
	Streams
	format report.Format
}

func newNets(s Streams, run func(netsOptions) error) *cobra.Command {
	o := netsOptions{Streams: s}
	cmd := &cobra.Command{
		Use: "nets",
		Example: strings.Trim(`
  convx nets
  convx nets show resnet-50 > mine.yaml
  convx flops --net resnet-50 --depth 1`, "\n"),
		Args: func(c *cobra.Command, args []string) error {
			if len(args) > 0 && slices.Contains(network.Names(), args[0]) {
				return usagef("convx nets lists them all: convx nets show %s prints its file, convx flops --net %[1]s counts it", args[0])
			}
			return argsUpTo(0)(c, args)
		},
		RunE: func(*cobra.Command, []string) error { return run(o) },
	}
	formatVar(cmd, &o.format)
	show := &cobra.Command{
		Use:     "show NAME",
		Short:   "Print a network's file, to start your own from",
		Example: "  convx nets show vgg-16",
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usagef("no network given: networks are %s", lang.List(network.Names()))
			}
			return argsUpTo(1)(c, args)
		},
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(args) > 0 {
				return nil, cobra.ShellCompDirectiveNoFileComp
			}
			return network.Names(), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(_ *cobra.Command, args []string) error {
			data, err := network.Source(args[0])
			if err != nil {
				return err
			}
			if _, model := configs.Model(args[0]); !model {
				data = []byte(lang.Comments(string(data)))
			} else if s.OutTerminal {
				return usagef("%s is an ONNX model, in bytes: convx nets show %[1]s > %[1]s.onnx keeps it", args[0])
			}
			_, err = s.Out.Write(data)
			return err
		},
	}
	cmd.AddCommand(show)
	return cmd
}

func runNets(o netsOptions) error {
	var results []*network.Result
	for _, name := range network.Names() {
		r, err := (&netFlags{}).load(name)
		if err != nil {
			return lang.Errorf("reading network %s: %w", name, err)
		}
		results = append(results, r)
	}
	return o.print(o.format, answer.Networks(network.Names(), results))
}
