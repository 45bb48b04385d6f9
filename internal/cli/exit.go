package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"

	"convx/internal/layer"
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

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

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
	if _, ok := errors.AsType[usageError](err); ok {
		return exitUsage
	}
	if _, ok := errors.AsType[*layer.Error](err); ok || errors.Is(err, layer.ErrOverflow) {
		return exitUsage
	}
	return exitFailed
}

// cause drops the operation and the path that a file error repeats.
func cause(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return e.Err
	}
	return err
}
