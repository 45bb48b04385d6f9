package cli

import (
	"slices"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/report"
)

// enumFlag is a flag with a fixed list of values.
type enumFlag[T ~string] struct {
	at     *T
	values []T
}

func (e enumFlag[T]) String() string {
	if e.at == nil {
		return ""
	}
	return string(*e.at)
}

func (e enumFlag[T]) Type() string { return "NAME" }

func (e enumFlag[T]) Set(v string) error {
	if !slices.Contains(e.values, T(v)) {
		return lang.Errorf("%q is not one of %s", v, e.list())
	}
	*e.at = T(v)
	return nil
}

func (e enumFlag[T]) list() string {
	words := make([]string, len(e.values))
	for i, v := range e.values {
		words[i] = string(v)
	}
	return lang.List(words)
}

// enumVar adds a flag that takes one of a list of values, and completes them. The first value is the default.
func enumVar[T ~string](cmd *cobra.Command, at *T, name, short, usage string, values ...T) {
	*at = values[0]
	e := enumFlag[T]{at, values}
	cmd.Flags().VarP(e, name, short, lang.Text(usage)+lang.Text(": ")+e.list())
	words := make([]cobra.Completion, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	completeKey(cmd, name, words...)
}

// completes offers names for a flag, beside files.
func completes(cmd *cobra.Command, flag string, names ...cobra.Completion) {
	if err := cmd.RegisterFlagCompletionFunc(flag, cobra.FixedCompletions(names, cobra.ShellCompDirectiveDefault)); err != nil {
		panic(err) // no such flag: a mistake in the program
	}
}

// formatVar adds -f, with the formats that every command knows and those that only this one does.
func formatVar(cmd *cobra.Command, at *report.Format, extra ...report.Format) {
	enumVar(cmd, at, "format", "f", "output format", append(report.Formats(), extra...)...)
	layoutVars(cmd)
}
