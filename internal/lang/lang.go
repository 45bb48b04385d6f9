// Package lang says messages in the reader's language.
//
// A message's key is its English text: the format string, as fmt takes it. In English that is all there is, and nothing is
// loaded. In Chinese the key is looked up in a catalogue (zh.txt) for the format to use in its place; a key that the catalogue
// lacks stays English, and a test over the source fails on it. Numbers are fmt's in every language: hints hold commands to copy.
//
// The language is the process's, as a locale is: the command line chooses it once, before it says anything.
package lang

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"
)

// Language is what messages are written in.
type Language string

// The languages, and what --lang says for that of the locale.
const (
	Auto    Language = "auto"
	English Language = "en"
	Chinese Language = "zh"
)

// Names lists what --lang takes.
func Names() []string { return []string{string(Auto), string(English), string(Chinese)} }

// chinese says that the catalogue is to be asked.
var chinese atomic.Bool

// catalogue is read once a process, if at all.
var catalogue = sync.OnceValue(func() *messages { return read(zh) })

// Use says every message from now on in this language.
func Use(l Language) { chinese.Store(l == Chinese) }

// Used is the language of the messages.
func Used() Language {
	if chinese.Load() {
		return Chinese
	}
	return English
}

// Of is the language that an environment asks for: POSIX's LC_ALL, LC_MESSAGES and LANG, the first that is set. A locale of
// another encoding than UTF-8 could not show Chinese.
func Of(getenv func(string) string) Language {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		locale := strings.ToLower(getenv(name))
		if locale == "" {
			continue
		}
		if _, charset, given := strings.Cut(locale, "."); given && !strings.HasPrefix(strings.ReplaceAll(charset, "-", ""), "utf8") {
			return English
		}
		if tongue, _, _ := strings.Cut(strings.ReplaceAll(locale, "-", "_"), "_"); strings.HasPrefix(tongue, string(Chinese)) {
			return Chinese
		}
		return English
	}
	return English
}

// Text is a message without operands.
func Text(key string) string {
	if !chinese.Load() {
		return key
	}
	return catalogue().of(key)
}

// Key names a message in a table or a constant, as lang.Key("…"): whoever shows it calls Text.
type Key = string

// Sprintf is fmt.Sprintf with a message as its format.
func Sprintf(format string, args ...any) string {
	if !chinese.Load() {
		return fmt.Sprintf(format, args...)
	}
	return fmt.Sprintf(catalogue().of(format), args...)
}

// Errorf is fmt.Errorf with a message as its format.
func Errorf(format string, args ...any) error {
	if !chinese.Load() {
		return fmt.Errorf(format, args...)
	}
	return fmt.Errorf(catalogue().of(format), args...)
}

// New is Errorf for an error that is made before the language is chosen: it chooses its words when it is read.
func New(format string, args ...any) error { return &late{format, args} }

type late struct {
	format string
	args   []any
}

func (e *late) Error() string { return Errorf(e.format, e.args...).Error() }

func (e *late) Unwrap() error { return errors.Unwrap(Errorf(e.format, e.args...)) }

// List is "a, b, c", with the sign that stands between names in the language.
func List(names []string) string {
	if chinese.Load() {
		return strings.Join(names, "、")
	}
	return strings.Join(names, ", ")
}

// Or is "a or b or c". In Chinese a blank stands before what begins in Latin.
func Or(list []string) string {
	if !chinese.Load() {
		return strings.Join(list, " or ")
	}
	var b strings.Builder
	for i, text := range list {
		if i > 0 {
			b.WriteString("，或")
			if first, _ := utf8.DecodeRuneInString(text); !ideographic(first) {
				b.WriteByte(' ')
			}
		}
		b.WriteString(text)
	}
	return b.String()
}

// Plural is "1 thread", "2 threads", for a noun that takes an s. Its key is "%d thread".
func Plural(n int, noun string) string {
	if chinese.Load() {
		return fmt.Sprintf(catalogue().of("%d "+noun), n)
	}
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
