package layer

import (
	"slices"
	"strings"

	"convx/internal/lang"
)

// Setting is a key and its value in text form.
type Setting struct{ Key, Value string }

// Entry is one layer of several that share keys: a variant, with keys of its own.
type Entry struct {
	Label, Variant string
	Own            []Setting
	// Filter is the image filter that takes the place of its weights, or empty.
	Filter string
}

// Blame puts the entry's label before an error that does not begin with it.
func (e Entry) Blame(err error) *Error {
	if text := err.Error(); strings.HasPrefix(text, e.Label+" ") {
		return Errorf("%s", text)
	}
	return Errorf("%s: %v", e.Label, err)
}

// ParseEntry reads VARIANT,key=value,... A part without = goes on with the value before it, as in roi=0,0,4,4. Errors are
// *Error.
func ParseEntry(text string) (Entry, error) {
	parts := strings.Split(text, ",")
	e := Entry{Label: text, Variant: parts[0]}
	if _, ok := VariantNamed(e.Variant); !ok {
		return e, unknownVariant(e.Variant)
	}
	for _, part := range parts[1:] {
		key, value, ok := strings.Cut(part, "=")
		if !ok && len(e.Own) > 0 && e.Own[len(e.Own)-1].Key == "roi" {
			e.Own[len(e.Own)-1].Value += "," + part
			continue
		}
		if !ok {
			return e, Errorf("%q: %q is not KEY=VALUE", text, part)
		}
		if key == "filter" {
			if e.Filter != "" {
				return e, Errorf("%q: filter is given twice", text)
			}
			e.Filter = value
			continue
		}
		k, known := KeyNamed(key)
		if !known {
			return e, Errorf("%q: %v", text, UnknownKey(key))
		}
		if slices.ContainsFunc(e.Own, func(s Setting) bool { return s.Key == k.Name }) {
			return e, Errorf("%q: %s is given twice", text, k.Name)
		}
		e.Own = append(e.Own, Setting{k.Name, value})
	}
	return e, nil
}

// Spec is the entry's variant with the shared keys that it reads and its own. ignored are the shared ones that it does not
// follow: those that it does not read, and those that mean the other variants.
func (e Entry) Spec(shared []Setting) (s Spec, ignored []string, err error) {
	s.Variant = e.Variant
	v, _ := VariantNamed(e.Variant)
	for _, set := range shared {
		if slices.ContainsFunc(e.Own, func(o Setting) bool { return o.Key == set.Key }) {
			continue
		}
		if !v.Shares(set.Key) {
			if !slices.Contains(ignored, set.Key) {
				ignored = append(ignored, set.Key)
			}
			continue
		}
		if err := s.Set(set.Key, set.Value); err != nil {
			return s, nil, err
		}
	}
	for _, set := range e.Own {
		if err := s.Set(set.Key, set.Value); err != nil {
			return s, nil, err
		}
	}
	return s, ignored, nil
}

// UnknownKey is the error for a name that is no key's.
func UnknownKey(name string) *Error {
	e := Errorf("unknown key %q", name)
	for _, k := range keys {
		if k.Short == name && name != "" {
			return e.Hint(lang.Sprintf("did you mean %s?", k.Name))
		}
	}
	if near := Nearest(strings.ReplaceAll(name, "_", "-"), keyNames()); near != "" {
		return e.Hint(lang.Sprintf("did you mean %s?", near))
	}
	return e.Hint(lang.Sprintf("keys are %s", lang.List(keyNames())))
}
