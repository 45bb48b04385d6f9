// Package settings merges convx's settings: the embedded convx.yaml, then the user's file, then CONVX_* variables, then
// flags. Each value remembers where it came from.
package settings

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/pflag"
	"github.com/spf13/viper"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
)

// Value is the effective value of one setting.
type Value struct {
	Key    string `json:"key"`
	Text   string `json:"value"`
	Source Source `json:"source"`
	// From names the source: the file's path, the variable, the flag.
	From string `json:"from"`
}

// Source is a kind of place that a setting came from.
type Source string

// The sources, weakest first.
const (
	Default  Source = "default"
	File     Source = "file"
	Variable Source = "variable"
	Flag     Source = "flag"
)

// Settings are the effective values, in the order of Keys.
type Settings struct {
	// Path is the user's file, empty if there is none.
	Path   string
	Values []Value
}

// Load merges the four sources. file is the path of --config, or empty to look in the usual places; flags are the
// running command's, of which only those count that were given.
func Load(file string, flags *pflag.FlagSet) (Settings, error) {
	v := viper.New()
	for _, k := range keys {
		v.SetDefault(k.Name, k.Default)
	}
	s := Settings{}
	var err error
	if s.Path, err = find(file); err != nil {
		return s, err
	}
	if s.Path != "" {
		if err := readFile(v, s.Path); err != nil {
			return s, err
		}
	}
	if err = checkVariables(os.Environ()); err != nil {
		return s, err
	}
	var problems []error
	for _, k := range keys {
		// One by one: BindPFlags and AutomaticEnv would take in names that are no settings.
		if err := v.BindEnv(k.Name, k.Variable()); err != nil {
			return s, err
		}
		if f := flags.Lookup(k.Flag()); f != nil && f.Changed {
			if err := v.BindPFlag(k.Name, f); err != nil {
				return s, err
			}
		}
		value := Value{Key: k.Name, Text: text(v.Get(k.Name))}
		value.Source, value.From = source(v, k, s.Path, flags)
		if value.Source != Flag && value.Source != Default { // the command checks its flags itself, and a test the defaults
			if err := k.check(value.Text); err != nil {
				problems = append(problems, fmt.Errorf("%s: %s: %w", value.From, k.Name, err))
			}
		}
		s.Values = append(s.Values, value)
	}
	return s, errors.Join(problems...)
}

// text undoes what the YAML reader and viper made of a scalar.
func text(v any) string {
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

func source(v *viper.Viper, k Key, path string, flags *pflag.FlagSet) (Source, string) {
	if f := flags.Lookup(k.Flag()); f != nil && f.Changed {
		return Flag, "--" + k.Flag()
	}
	if os.Getenv(k.Variable()) != "" { // viper takes an empty variable for none
		return Variable, k.Variable()
	}
	if v.InConfig(k.Name) {
		return File, path
	}
	return Default, lang.Key("default")
}

// find names the settings file: the one asked for, else ./convx.yaml if there is one, else the one in the user's
// configuration folder if it can be read.
func find(asked string) (string, error) {
	if asked == "" {
		asked = os.Getenv(prefix + "CONFIG")
	}
	if asked != "" {
		if _, err := os.Stat(asked); err != nil {
			return "", lang.Errorf("reading settings %q: %w", asked, input.Cause(err))
		}
		return asked, nil
	}
	const here = "convx.yaml"
	switch _, err := os.Stat(here); {
	case err == nil:
		return here, nil
	case !errors.Is(err, os.ErrNotExist) && !errors.Is(err, errNotDir):
		return "", lang.Errorf("reading settings %q: %w", here, input.Cause(err))
	}
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", nil
	}
	file := filepath.Join(dir, "convx", "convx.yaml")
	if !readable(file) {
		return "", nil
	}
	return file, nil
}

// readable is false for a file that is not there and for one of another user, whose HOME a container or sudo may leave set:
// nobody asked for it by name.
func readable(path string) bool {
	info, err := os.Stat(path)
	if err != nil {
		return false
	}
	if !info.Mode().IsRegular() { // reading it says what it is; opening a pipe would wait
		return true
	}
	f, err := os.Open(path)
	if err != nil {
		return !errors.Is(err, os.ErrPermission)
	}
	return f.Close() == nil
}

// checkVariables refuses CONVX_* variables that name no setting.
func checkVariables(environ []string) error {
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		key, ours := strings.CutPrefix(name, prefix)
		if !ours || value == "" || key == "CONFIG" {
			continue
		}
		if _, known := Named(strings.ToLower(key)); known {
			continue
		}
		if near := layer.Nearest(strings.ToLower(key), names()); near != "" {
			return lang.Errorf("unknown setting %s: did you mean %s%s?", name, prefix, strings.ToUpper(near))
		}
		return lang.Errorf("unknown setting %s: unset it, or use one of %s%s", name, prefix, strings.ToUpper(strings.Join(names(), ", "+prefix)))
	}
	return nil
}
