package cli

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"convx/internal/layer"
)

// layerFlags collects the layer keys that were given as flags, in the order given.
type layerFlags struct{ given []keyValue }

type keyValue struct{ key, value string }

// register adds one flag for each layer key but those named in except.
func (l *layerFlags) register(fs *pflag.FlagSet, except ...string) {
	for _, k := range layer.Keys() {
		if contains(except, k.Name) {
			continue
		}
		f := fs.VarPF(&keyFlag{flags: l, key: k}, k.Name, k.Short, k.Usage)
		if k.Type == "BOOL" {
			f.NoOptDefVal = "true"
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
	if err := scratch.Set(f.key.Name, v); err != nil {
		return trimKey(err, f.key.Name)
	}
	f.text = v
	f.flags.given = append(f.flags.given, keyValue{f.key.Name, v})
	return nil
}

// trimKey drops the key's name from an error, which pflag repeats with the flag's.
func trimKey(err error, key string) error {
	return plainError(strings.TrimPrefix(err.Error(), key+": "))
}

type plainError string

func (e plainError) Error() string { return string(e) }

// spec is a variant with the flags that were given.
func (l *layerFlags) spec(variant string) (layer.Spec, error) {
	s := layer.Spec{Variant: variant}
	for _, kv := range l.given {
		if err := s.Set(kv.key, kv.value); err != nil {
			return s, usageError{err}
		}
	}
	return s, nil
}

// variantArg completes and demands a variant as the first argument.
func completeVariants(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveDefault
	}
	var out []string
	for _, v := range layer.Variants() {
		out = append(out, v.Name+"\t"+v.Summary)
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}
