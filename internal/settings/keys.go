package settings

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// Key is one setting: a key of convx.yaml, a CONVX_* variable, and a flag of the commands that read it.
type Key struct {
	Name    string // as in convx.yaml: max_pixels
	Default string // as in the embedded convx.yaml, which is then not read at every start
	check   func(string) error
}

// Flag is the name of the key's flag: max-pixels.
func (k Key) Flag() string { return strings.ReplaceAll(k.Name, "_", "-") }

// Variable is the name of the key's environment variable: CONVX_MAX_PIXELS.
func (k Key) Variable() string { return prefix + strings.ToUpper(k.Name) }

// Check reports whether a value can be the key's.
func (k Key) Check(value string) error { return k.check(value) }

const prefix = "CONVX_"

// Keys lists every setting, in the order of convx.yaml.
func Keys() []Key { return keys }

var keys = []Key{
	{"format", "table", oneOf(formats)},
	{"threads", "0", wholeNumber},
	{"algorithm", "auto", word},
	{"dtype", "float32", oneOf(tensor.FloatNames)},
	{"seed", "0", wholeNumber},
	{"color", "", color},
	{"max_pixels", "268435456", positive},
	{"map", "auto", picture.CheckMapping},
	{"colormap", "auto", oneOf(picture.ColormapNames)},
	{"min_time", "250ms", duration},
	{"convention", "mac", oneOf(flops.ConventionNames)},
	{"lang", string(lang.Auto), oneOf(lang.Names)},
}

func formats() []string {
	var names []string
	for _, f := range report.Formats() {
		names = append(names, string(f))
	}
	return names
}

func color(v string) error {
	_, err := picture.ParseColor(v)
	return err
}

// Named finds a key by its file or flag name.
func Named(name string) (Key, bool) {
	name = strings.ReplaceAll(name, "-", "_")
	i := slices.IndexFunc(keys, func(k Key) bool { return k.Name == name })
	if i < 0 {
		return Key{}, false
	}
	return keys[i], true
}

func names() []string {
	out := make([]string, len(keys))
	for i, k := range keys {
		out[i] = k.Name
	}
	return out
}

// oneOf takes the words that another room's table has.
func oneOf(words func() []string) func(string) error {
	return func(v string) error {
		if slices.Contains(words(), v) {
			return nil
		}
		return lang.Errorf("%q is not one of %s", v, lang.List(words()))
	}
}

func positive(v string) error {
	if n, err := strconv.ParseInt(v, 10, 64); err != nil || n < 1 {
		return lang.Errorf("%q is not a whole number of 1 or more", v)
	}
	return nil
}

func wholeNumber(v string) error {
	if _, err := strconv.ParseUint(v, 10, 63); err != nil {
		return lang.Errorf("%q is not a whole number", v)
	}
	return nil
}

func word(v string) error {
	if v == "" || strings.ContainsAny(v, " \t\n") {
		return lang.Errorf("%q is not a name", v)
	}
	return nil
}

func duration(v string) error {
	if d, err := time.ParseDuration(v); err != nil || d <= 0 {
		return lang.Errorf("%q is not a time like 250ms or 2s", v)
	}
	return nil
}
