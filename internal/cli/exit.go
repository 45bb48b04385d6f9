package cli

import (
	"context"
	"errors"
	"strconv"
	"strings"

	"convx/internal/budget"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// Exit statuses, as scripts rely on them.
const (
	exitDone        = 0
	exitFailed      = 1   // input or output failed, or the data is bad
	exitUsage       = 2   // a bad flag, or a layer that cannot be
	exitOver        = 3   // over budget, a regression, a failed identity
	exitInterrupted = 130 // Ctrl-C
)

// usageError is a mistake on the command line.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{lang.Errorf(format, args...)} }

func (u usageError) Unwrap() error { return u.error }

// overError is a limit that was passed: a budget, a baseline, an identity.
type overError struct{ error }

// exitStatus maps an error to the exit status, in one place.
func exitStatus(err error) int {
	if err == nil {
		return exitDone
	}
	if errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if _, ok := errors.AsType[overError](err); ok {
		return exitOver
	}
	if _, ok := errors.AsType[*budget.Error](err); ok {
		return exitOver
	}
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*network.Error](err); ok { // a network that cannot be, as an impossible layer
		return exitUsage
	}
	if _, ok := errors.AsType[*layer.Error](err); ok || errors.Is(err, layer.ErrOverflow) {
		return exitUsage
	}
	return exitFailed
}

// readable says what a flag's value should have been, where the error of the standard library names its own functions.
func readable(err error) error {
	text := err.Error()
	if e, ok := errors.AsType[*strconv.NumError](err); ok {
		want := lang.Text("a whole number")
		switch e.Func {
		case "ParseUint":
			want = lang.Text("a whole number, 0 or more")
		case "ParseFloat":
			want = lang.Text("a number")
		case "ParseBool":
			want = lang.Text("true or false")
		}
		if errors.Is(e.Err, strconv.ErrRange) {
			bits := 64
			if e.Func == intFunc {
				bits = strconv.IntSize
			}
			want = lang.Sprintf("%s that fits in %d bits", want, bits)
		}
		return errors.New(strings.Replace(text, e.Error(), lang.Sprintf("%q is not %s", e.Num, want), 1))
	}
	if before, _, ok := strings.Cut(text, "time: "); ok {
		return errors.New(before + lang.Text("a duration is like 250ms or 2s"))
	}
	return err
}
