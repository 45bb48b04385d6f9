package budget

import (
	"bytes"
	"encoding/json"
	"errors"

	"convx/internal/lang"
	"convx/internal/network"
)

// FileError is a budget or a baseline that cannot be read: reports for CI servers point into it.
type FileError struct {
	File string
	Err  error
}

func (e *FileError) Error() string { return e.Err.Error() }

// Unwrap gives the cause.
func (e *FileError) Unwrap() error { return e.Err }

// Broken is a report on nothing but a file that cannot be read. display is the file as annotations name it.
func Broken(e *FileError, display string) Report {
	return Report{Parts: []Held{{Outcome: Outcome{Subject: Subject{Name: e.File, File: display}}, Err: e}}}
}

// what says what could not be done with a broken part.
func (p Held) what() string {
	if _, ok := errors.AsType[*FileError](p.Err); ok {
		return lang.Text("cannot be read")
	}
	return lang.Text("cannot be counted")
}

// placed is an error with its place in a file.
type placed struct {
	error
	at network.Position
}

func (p placed) Unwrap() error { return p.error }

// places are where a file is broken, and what is wrong there: its first line, where nobody knows.
func places(err error) []network.Problem {
	if all, ok := errors.AsType[*network.Error](err); ok && len(all.Problems) > 0 {
		return all.Problems
	}
	if p, ok := errors.AsType[placed](err); ok {
		return []network.Problem{{At: p.at, Err: err}}
	}
	return []network.Problem{{At: network.Position{Line: 1}, Err: err}}
}

// inJSON gives an error of the JSON reader its place in the data.
func inJSON(data []byte, err, said error) error {
	offset := int64(-1)
	if e, ok := errors.AsType[*json.SyntaxError](err); ok {
		offset = e.Offset
	}
	if e, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		offset = e.Offset
	}
	if offset < 0 || offset > int64(len(data)) {
		return said
	}
	before := data[:offset]
	line := bytes.LastIndexByte(before, '\n')
	return placed{said, network.Position{Line: 1 + bytes.Count(before, []byte("\n")), Column: max(1, len(before)-line-1)}}
}
