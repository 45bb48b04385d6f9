package cli

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/configs"
	"convx/internal/layer"
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
		Use:   "nets",
		Short: "List the built-in networks, or print one's file to start from",
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
				return usagef("no network given: networks are %s", strings.Join(network.Names(), ", "))
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
			if _, model := configs.Model(args[0]); model && s.OutTerminal {
				return usagef("%s is an ONNX model, in bytes: convx nets show %[1]s > %[1]s.onnx keeps it", args[0])
			}
			_, err = s.Out.Write(data)
			return err
		},
	}
	cmd.AddCommand(show)
	return cmd
}

type netJSON struct {
	Net    string   `json:"net"`
	Title  string   `json:"title"`
	Input  []int    `json:"input"`
	Output []int    `json:"output"`
	Params int      `json:"params"`
	MACs   int      `json:"macs"`
	Papers []string `json:"papers"`
}

func runNets(o netsOptions) error {
	j := []netJSON{}
	t := report.Table{Columns: []report.Column{
		{Name: "network", Key: "net"}, {Name: "input"}, {Name: "output"},
		{Name: "params", Right: true}, {Name: "MACs", Key: "macs", Right: true}, {Name: "is", Key: "title"},
	}}
	for _, name := range network.Names() {
		r, err := (&netFlags{}).load(name)
		if err != nil {
			return fmt.Errorf("reading network %s: %w", name, err)
		}
		n := netJSON{name, r.Graph.Title, r.Input, r.Output, r.Total.Params, r.Total.MACs, r.Graph.Papers}
		j = append(j, n)
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(name), report.Str(layer.FormatShape(n.Input)), report.Str(layer.FormatShape(n.Output)),
			report.Int(n.Params), report.Int(n.MACs), report.Str(n.Title),
		})
	}
	return o.print(o.format, report.Document{JSON: j, Blocks: []report.Block{t}})
}
