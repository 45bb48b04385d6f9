package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"convx/internal/lang"
	"convx/internal/layer"
)

// flagError says in convx's words what is wrong with a flag, and which one may have been meant.
func flagError(c *cobra.Command, err error) error {
	see := lang.Sprintf("; see %s --help", c.CommandPath())
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		flag := e.GetFlag()
		if near := nearestFlag(c, flag.Shorthand+e.GetValue()); near != "" && flag.Shorthand != "" {
			return usagef("-%s%s is read as -%[1]s %s: did you mean --%s?", flag.Shorthand, e.GetValue(), near)
		}
		return usagef("--%s: %w%s", flag.Name, readable(e.Unwrap()), see)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usagef("--%s needs a value%s", e.GetFlag().Name, see)
	}
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		dashes, name := "--", e.GetSpecifiedName()
		if group := e.GetSpecifiedShortnames(); group != "" {
			dashes, name = "-", group
		}
		name, _, _ = strings.Cut(name, "=")
		if near := nearestFlag(c, name); near != "" {
			return usagef("unknown flag %s%s: did you mean --%s?", dashes, name, near)
		}
		return usagef("unknown flag %s%s%s", dashes, name, see)
	}
	return usagef("%w%s", err, see)
}

// nearestFlag is the flag of c that a mistyped name may stand for, or nothing.
func nearestFlag(c *cobra.Command, name string) string {
	if len(name) < 2 {
		return ""
	}
	var names []string
	c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	return layer.Nearest(name, names)
}
