package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/layer"
	"convx/internal/network"
)

// layerFlags collects the layer keys that were given as flags, in the order given.
type layerFlags struct{ given []layer.Setting }

// register adds one flag for each layer key but those named in except.
func (l *layerFlags) register(cmd *cobra.Command, except ...string) {
	for _, k := range layer.Keys() {
		if slices.Contains(except, k.Name) {
			continue
		}
		f := cmd.Flags().VarPF(&keyFlag{flags: l, key: k}, k.Name, k.Short, k.Help())
		if k.Type == "BOOL" {
			f.NoOptDefVal = "true"
		}
		if k.Words != nil {
			completeKey(cmd, k.Name, k.Words...)
		}
	}
}

// keyFlag is a pflag.Value that checks a key's text as it is parsed and remembers it.
type keyFlag struct {
	flags *layerFlags
	key   layer.Key
	text  string
}

func (f *keyFlag) String() string { return f.text }
func (f *keyFlag) Type() string   { return f.key.Type }
func (f *keyFlag) Set(v string) error {
	var scratch layer.Spec
	check := v
	if _, size, named := strings.Cut(v, "="); named && f.key.Name == "input" {
		check = size // of an input of a network, by its name
	}
	if err := scratch.Set(f.key.Name, check); err != nil {
		return plainError(strings.TrimPrefix(err.Error(), f.key.Name+": ")) // pflag names the flag
	}
	f.text = v
	f.flags.given = append(f.flags.given, layer.Setting{Key: f.key.Name, Value: v})
	return nil
}

type plainError string

func (e plainError) Error() string { return string(e) }

// sayOrder says how the size of a layer was taken that is perhaps a picture's, channels last.
func (s Streams) sayOrder(c *cobra.Command) {
	f := c.Flags().Lookup("input")
	if f == nil || c.Flags().Changed("net") || c.Flags().Changed("dims") {
		return
	}
	if n, _ := layer.ParseInts(f.Value.String(), 1); len(n) == 3 && layer.LooksLikeChannelsLast(n) {
		s.sayf("input %s is taken as %d channels of %dx%d: sizes are CxHxW, like %s", layer.FormatShape(n), n[0], n[1], n[2], layer.FormatShape([]int{n[2], n[0], n[1]}))
	}
}

// spec is a variant with the flags that were given.
func (l *layerFlags) spec(variant string) (layer.Spec, error) {
	s := layer.Spec{Variant: variant}
	if _, ok := layer.VariantNamed(variant); !ok && slices.Contains(network.Names(), variant) {
		return s, usagef("%s is a network, not a layer: convx flops --net %[1]s counts it, convx run --net %[1]s runs it", variant)
	}
	for _, kv := range l.given {
		if err := s.Set(kv.Key, kv.Value); err != nil {
			return s, usageError{err}
		}
	}
	return s, nil
}
