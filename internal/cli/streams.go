package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/terminal"
)

// Streams are a command's input and output. Results go to Out; everything else goes to Err, one lower-case line each.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// OutTerminal and ErrTerminal say that a person is looking: only then is there progress, or a terminal interface.
	OutTerminal, ErrTerminal bool
	// Width and Height are how many columns and rows Out has, 0 where that is not known; Color says that verdicts may be coloured.
	Width, Height int
	Color         bool
	// Language is that of the environment.
	Language lang.Language
	// Pictures says that a person sees half blocks in colours on Out, TrueColor that these may have 24 bits.
	Pictures, TrueColor bool

	layout *report.Layout // of the running command's tables; nil: as wide as they get
}

// System is the process's own streams.
func System() Streams {
	seen := terminal.Is(os.Stdout)
	color := terminal.Colors(seen)
	return Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		OutTerminal: seen,
		ErrTerminal: terminal.Is(os.Stderr),
		Width:       terminal.Width(os.Stdout, seen),
		Height:      terminal.Height(os.Stdout, seen),
		Color:       color,
		Language:    lang.Of(os.Getenv),
		Pictures:    seen && color && terminal.SpeaksUTF8(os.Getenv),
		TrueColor:   terminal.TrueColor(os.Getenv),
	}
}

// colors is what pictures on Out are drawn in.
func (s Streams) colors() picture.Colors {
	switch {
	case !s.Color:
		return picture.NoColors
	case s.TrueColor:
		return picture.TrueColors
	}
	return picture.XtermColors
}

// sayf, warnf and fail are the only voices on standard error.
func (s Streams) sayf(format string, args ...any) {
	s.say(lang.Sprintf(format, args...))
}

func (s Streams) warnf(format string, args ...any) {
	s.say(lang.Text("warning: ") + lang.Sprintf(format, args...))
}

// fail says an error, one line for each of several.
func (s Streams) fail(err error) {
	for line := range strings.Lines(err.Error()) {
		s.say(strings.TrimRight(line, "\n"))
	}
}

// longest is how many characters of a line are said: more is a name from a file, and its cause is at the end.
const longest = 2000

// say is one line on standard error: names in it come from files, and neither end the line nor speak to the terminal.
func (s Streams) say(line string) {
	line = report.Printable(line)
	if r := []rune(line); len(r) > longest {
		line = string(r[:longest/2]) + " … " + string(r[len(r)-longest/2:])
	}
	line = "convx: " + line
	if s.ErrTerminal { // what work is at may stand there
		line = "\r\x1b[K" + line
	}
	fmt.Fprintln(s.Err, line)
}

// attend runs work that may be long, and shows what it is at where a person is looking.
func (s Streams) attend(ctx context.Context, work func(stage func(string)) error) error {
	var screen io.Writer
	if s.ErrTerminal {
		screen = s.Err
	}
	return terminal.Attend(ctx, screen, work)
}

// stdout is standard output with a memory: help and completion do not look whether their writes failed, and the error of
// a write names the file as the system does.
type stdout struct {
	io.Writer
	failed error
}

func (r *stdout) Write(p []byte) (int, error) {
	n, err := r.Writer.Write(p)
	if err != nil && r.failed == nil {
		r.failed = err
	}
	return n, err
}

// settle is the outcome of a command: its own error, said in our words if it is that of a write.
func (r *stdout) settle(err error) error {
	if r.failed == nil || err != nil && !errors.Is(err, cmp.Or(errors.Unwrap(r.failed), r.failed)) {
		return err
	}
	return lang.Errorf("writing standard output: %w", input.Cause(r.failed))
}
