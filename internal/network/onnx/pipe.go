package onnx

import (
	"errors"
	"io"

	"convx/internal/lang"
)

// maxPiped bounds a model that comes through a pipe, in bytes: no protocol buffer is larger.
const maxPiped = 2 << 30

// behind is how much of a pipe is kept of what was passed: the numbers of a small constant are read after the end of its
// message is found.
const behind = 1 << 20

var errPassed = lang.New("the numbers of a small constant lie too far before its end: save the model to a file first")

// pipe reads a model that comes once, front to back, and keeps no more of it than the window and what lies just behind.
type pipe struct {
	r    io.Reader
	kept []byte // of the model from offset at
	at   int64
	err  error // io.EOF: the model ends with kept
}

func (p *pipe) end() int64 { return p.at + int64(len(p.kept)) }

// ReadAt gives fewer bytes than asked for at the end of the pipe alone.
func (p *pipe) ReadAt(b []byte, off int64) (int, error) {
	if off < p.at {
		return 0, errPassed
	}
	p.forget(off)
	for missing := off + int64(len(b)) - p.end(); missing > 0 && p.err == nil; missing = off + int64(len(b)) - p.end() {
		from := len(p.kept)
		p.kept = append(p.kept, make([]byte, missing)...)
		var n int
		n, p.err = io.ReadFull(p.r, p.kept[from:])
		p.kept = p.kept[:from+n]
		if errors.Is(p.err, io.ErrUnexpectedEOF) {
			p.err = io.EOF
		}
	}
	if off >= p.end() {
		return 0, p.err
	}
	n := copy(b, p.kept[off-p.at:])
	if n < len(b) {
		return n, p.err
	}
	return n, nil
}

// forget drops what lies too far before off, and steps over what nobody asked for.
func (p *pipe) forget(off int64) {
	if ahead := off - p.end(); ahead > 0 && p.err == nil {
		p.at, p.kept = p.end(), p.kept[:0]
		var n int64
		n, p.err = io.CopyN(io.Discard, p.r, ahead)
		p.at += n
	}
	if old := off - behind - p.at; old > behind && old <= int64(len(p.kept)) {
		p.kept = append(p.kept[:0], p.kept[old:]...)
		p.at += old
	}
}

func (p *pipe) open() (reader, int64, error) {
	return nil, 0, lang.Errorf("the model came through a pipe, of which weights are not kept")
}
