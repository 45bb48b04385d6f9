package cli

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"convx/internal/report"
	"convx/internal/settings"
)

// applySettings gives every flag that names a setting and was not given its value from variables, files or defaults.
// Commands read their flags and never know.
func applySettings(cmd *cobra.Command) error {
	s, err := loadSettings(cmd)
	if err != nil {
		return err
	}
	for _, v := range s.Values {
		f := cmd.Flags().Lookup(flagOf(v))
		if f == nil || v.Source == settings.Flag {
			continue
		}
		if err := f.Value.Set(v.Text); err != nil {
			return usagef("%s: %s: %w", v.From, v.Key, err)
		}
	}
	return nil
}

// usesSettings is false for cobra's own commands: broken settings must not break the shell's completion.
func usesSettings(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
			return false
		}
	}
	return true
}

func loadSettings(cmd *cobra.Command) (settings.Settings, error) {
	file, _ := cmd.Flags().GetString("config") // a persistent flag of the root: always there
	s, err := settings.Load(file, cmd.Flags())
	if _, unreadable := errors.AsType[syscall.Errno](err); err != nil && !unreadable {
		err = usageError{err}
	}
	return s, err
}

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
		return fmt.Errorf("%q is not one of %s", v, e.list())
	}
	*e.at = T(v)
	return nil
}

func (e enumFlag[T]) list() string {
	words := make([]string, len(e.values))
	for i, v := range e.values {
		words[i] = string(v)
	}
	return strings.Join(words, ", ")
}

// enumVar adds a flag that takes one of a list of values, and completes them. The first value is the default.
func enumVar[T ~string](cmd *cobra.Command, at *T, name, short, usage string, values ...T) {
	*at = values[0]
	e := enumFlag[T]{at, values}
	cmd.Flags().VarP(e, name, short, usage+": "+e.list())
	words := make([]cobra.Completion, len(values))
	for i, v := range values {
		words[i] = string(v)
	}
	complete := cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
	if err := cmd.RegisterFlagCompletionFunc(name, complete); err != nil {
		panic(err) // a flag registered twice: a mistake in the program
	}
}

// formatVar adds -f, with the formats that every command knows and those that only this one does.
func formatVar(cmd *cobra.Command, at *report.Format, extra ...report.Format) {
	enumVar(cmd, at, "format", "f", "output format", append(report.Formats(), extra...)...)
}
