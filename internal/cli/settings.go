package cli

import (
	"errors"
	"syscall"

	"github.com/spf13/cobra"

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
		if f == nil || v.Source == settings.Flag || ownFlag(f) {
			continue
		}
		if err := f.Value.Set(v.Text); err != nil {
			return usagef("%s: %s: %w", v.From, v.Key, err)
		}
	}
	return nil
}

// usesSettings is false for version and cobra's own commands: broken settings must not break the shell's completion, nor
// what one asks for to report them.
func usesSettings(cmd *cobra.Command) bool {
	for c := cmd; c != nil; c = c.Parent() {
		switch c.Name() {
		case "help", "version", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd:
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
