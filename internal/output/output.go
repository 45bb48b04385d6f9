// Package output writes result files whole or not at all: a file is written beside its place and renamed into it when it
// is complete. A failure or an interrupt leaves what was there before.
package output

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"convx/internal/lang"
)

// Options are the circumstances of a command.
type Options struct {
	Stdout   io.Writer
	Terminal bool     // Stdout is a terminal: binary data goes there only when it is asked for by the path "-"
	Inputs   []string // files that the command reads: none of them is replaced
}

// File is an output in the making. Close it with Commit; a deferred Abort cleans up on every other way out.
type File struct {
	ctx     context.Context
	label   string // in messages: the quoted path, or standard output
	path    string // the final place, behind symbolic links
	perm    fs.FileMode
	replace bool        // there is a file with permissions perm
	unwatch func() bool // stops waiting for ctx

	mu      sync.Mutex // the context may end while a write is under way
	w       io.Writer  // nil when the file is finished
	file    *os.File   // nil for standard output
	temp    string     // to be renamed or removed; empty where the output is written in place
	unnamed bool       // temp is the name that the file gets when it is complete
}

// ErrTerminal reports binary data that would go to a terminal without having been sent there.
var ErrTerminal = lang.New("refusing to write binary data to a terminal: name a file with -o, or insist with -o -")

// Create opens the output at path: "-" is standard output, and so is "" unless that is a terminal. Devices and pipes are
// written in place. That the place can be written is found out here, before any work is done for it; nothing is changed
// there before Commit. When ctx ends, the output is aborted. Errors name the output.
func Create(ctx context.Context, path string, o Options) (*File, error) {
	if path == "" && o.Terminal {
		return nil, ErrTerminal
	}
	ctx.Done() // a context that listens from when it is asked does so before there is a file to clean away
	f := &File{ctx: ctx, path: path, label: lang.Text("standard output"), w: o.Stdout}
	if path != "" && path != "-" {
		f.label = fmt.Sprintf("%q", path)
		if err := f.open(o.Inputs); err != nil {
			return nil, f.failed(err)
		}
		f.w = f.file
	}
	f.unwatch = context.AfterFunc(ctx, f.discard)
	return f, nil
}

// open finds out what is at the path and opens the file to write to.
func (f *File) open(inputs []string) error {
	old, err := os.Stat(f.path)
	if errors.Is(err, fs.ErrNotExist) {
		if f.path, err = behindLinks(f.path); err != nil {
			return err
		}
		return f.openBeside()
	}
	if err != nil {
		return err
	}
	if old.IsDir() {
		return lang.New("it is a directory")
	}
	for _, input := range inputs {
		if in, err := os.Stat(input); err == nil && os.SameFile(in, old) {
			return lang.New("it is an input of the same command: name another file")
		}
	}
	place, err := os.OpenFile(f.path, os.O_WRONLY, 0) // a rename would replace a write-protected file without a question
	if err != nil {
		return err
	}
	if !old.Mode().IsRegular() {
		f.file = place
		return nil
	}
	if err := place.Close(); err != nil {
		return err
	}
	if f.path, err = filepath.EvalSymlinks(f.path); err != nil {
		return err
	}
	f.perm, f.replace = old.Mode().Perm(), true
	return f.openBeside()
}

// behindLinks follows symbolic links to a file that is still to be made: a rename would replace the link.
func behindLinks(path string) (string, error) {
	const most = 40 // links in a row, as Linux has it
	for range most {
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // no link
		}
		if !filepath.IsAbs(target) {
			dir, err := filepath.EvalSymlinks(filepath.Dir(path)) // ".." in the target is seen from the folder itself
			if err != nil {
				return "", err
			}
			target = filepath.Join(dir, target)
		}
		path = target
	}
	return "", lang.New("too many symbolic links")
}

// openBeside makes the temporary file: in the same folder, because a rename cannot leave the file system.
func (f *File) openBeside() error {
	removeStale(f.path)
	dir, base := filepath.Split(f.path)
	f.temp = filepath.Join(dir, fmt.Sprintf(".%s.%0*x.tmp", clipped(base), codeDigits, rand.Uint64()))
	var err error
	if f.file, err = openUnnamed(dir); err == nil {
		f.unnamed = true
		return nil
	}
	f.file, err = os.OpenFile(f.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrNotExist) {
		return lang.Errorf("the folder %q does not exist", filepath.Dir(f.path))
	}
	if err == nil {
		hold(f.file)
	}
	return err
}

// codeDigits is the length of the number that makes a temporary's name its own.
const codeDigits = 16

// clipped is what a temporary's name has of the file's: file systems allow 255 bytes.
func clipped(base string) string {
	const longest = 200
	return base[:min(len(base), longest)]
}

// Write adds data. It fails once the context has ended.
func (f *File) Write(p []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.usable(); err != nil {
		return 0, f.failed(err)
	}
	n, err := f.w.Write(p)
	if err != nil {
		err = f.failed(err)
	}
	return n, err
}

// Commit puts the complete file into its place. After an error nothing is left of it.
func (f *File) Commit() error {
	defer f.Abort()
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := f.usable(); err != nil {
		return f.failed(err)
	}
	f.w = nil
	if f.file == nil {
		return nil
	}
	if f.replace {
		if err := f.file.Chmod(f.perm); err != nil {
			f.file.Close()
			return f.failed(err)
		}
	}
	if err := f.settle(); err != nil {
		f.file.Close()
		return f.failed(err)
	}
	if err := f.file.Close(); err != nil {
		return f.failed(err)
	}
	if f.temp == "" {
		return nil
	}
	if err := os.Rename(f.temp, f.path); err != nil {
		return f.failed(err)
	}
	f.temp = ""
	return nil
}

// settle brings the data to the disk before the name, so that a crash of the machine leaves the old file or the new one, and
// names the file.
func (f *File) settle() error {
	if f.temp == "" {
		return nil
	}
	if err := f.file.Sync(); err != nil && !errors.Is(err, errors.ErrUnsupported) && !errors.Is(err, syscall.EINVAL) {
		return err
	}
	if f.unnamed {
		return name(f.file, f.temp)
	}
	return nil
}

// Abort removes what was written, unless Commit has been there. It may be called at any time, and again.
func (f *File) Abort() {
	f.unwatch()
	f.discard()
}

func (f *File) discard() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.w != nil && f.file != nil {
		f.file.Close()
	}
	f.w = nil
	if f.temp != "" {
		os.Remove(f.temp)
		f.temp = ""
	}
}

func (f *File) usable() error {
	if f.ctx.Err() != nil {
		return context.Cause(f.ctx)
	}
	if f.w == nil {
		return fs.ErrClosed
	}
	return nil
}

// failed names the output, and drops the operation and the temporary path that the os package puts before an error.
func (f *File) failed(err error) error {
	if path, ok := errors.AsType[*fs.PathError](err); ok {
		err = path.Err
	}
	if link, ok := errors.AsType[*os.LinkError](err); ok {
		err = link.Err
	}
	return lang.Errorf("writing %s: %w", f.label, err)
}
