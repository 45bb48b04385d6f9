package cli

import (
	"errors"
	"strconv"
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

// intFunc is the function that errors of intValue name.
const intFunc = "Atoi"

// intValue is a flag of an int. The package's own reads 64 bits and cuts them down to what an int has: where that is 32,
// 4294967297 would be 1.
type intValue struct{ pflag.Value }

func (v intValue) Set(s string) error {
	if _, err := strconv.ParseInt(s, 0, strconv.IntSize); errors.Is(err, strconv.ErrRange) {
		return &strconv.NumError{Func: intFunc, Num: s, Err: strconv.ErrRange}
	}
	return v.Value.Set(s)
}

// checkInts has every int among a command's flags refuse what it does not hold.
func checkInts(flags *pflag.FlagSet) {
	flags.VisitAll(func(f *pflag.Flag) {
		if f.Value.Type() == "int" {
			f.Value = intValue{f.Value}
		}
	})
}
