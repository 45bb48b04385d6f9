package output

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// folder is a new folder with the files of names, which hold "old".
func folder(t *testing.T, names ...string) string {
	dir := t.TempDir()
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// holds demands that the folder has these files and no others.
func holds(t *testing.T, dir string, want map[string]string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	for name, content := range want {
		got, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil || string(got) != content {
			t.Errorf("%s holds %q (%v), want %q", name, got, err, content)
		}
	}
	if len(names) != len(want) {
		t.Errorf("the folder has %q, want %d files", names, len(want))
	}
}

func create(t *testing.T, path string, o Options) *File {
	t.Helper()
	f, err := Create(t.Context(), path, o)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestCommitReplacesAtOnce(t *testing.T) {
	dir := folder(t, "a")
	f := create(t, filepath.Join(dir, "a"), Options{})
	defer f.Abort()
	io.WriteString(f, "new")
	if got, _ := os.ReadFile(filepath.Join(dir, "a")); string(got) != "old" {
		t.Errorf("before Commit the file holds %q", got)
	}
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	f.Abort() // as deferred
	holds(t, dir, map[string]string{"a": "new"})
	if _, err := f.Write([]byte("x")); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a write after Commit: %v", err)
	}
	if err := f.Commit(); !errors.Is(err, os.ErrClosed) {
		t.Errorf("a second Commit: %v", err)
	}
	holds(t, dir, map[string]string{"a": "new"})
}

func TestAbortLeavesWhatWas(t *testing.T) {
	dir := folder(t, "a")
	for _, name := range []string{"a", "b"} {
		f := create(t, filepath.Join(dir, name), Options{})
		io.WriteString(f, "new")
		f.Abort()
		f.Abort()
		if err := f.Commit(); !errors.Is(err, os.ErrClosed) {
			t.Errorf("Commit after Abort: %v", err)
		}
	}
	holds(t, dir, map[string]string{"a": "old"})
}

func TestCancelRemovesTheFile(t *testing.T) {
	dir := folder(t, "a")
	interrupted := errors.New("interrupted")
	ctx, cancel := context.WithCancelCause(t.Context())
	f, err := Create(ctx, filepath.Join(dir, "a"), Options{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("new")); err != nil {
		t.Fatal(err)
	}
	cancel(interrupted)
	if _, err := f.Write([]byte("new")); !errors.Is(err, interrupted) {
		t.Errorf("a write after the interrupt: %v", err)
	}
	for range 200 { // without a call from the writer
		if entries, _ := os.ReadDir(dir); len(entries) == 1 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	holds(t, dir, map[string]string{"a": "old"})
	if err := f.Commit(); !errors.Is(err, interrupted) {
		t.Errorf("Commit after the interrupt: %v", err)
	}
	holds(t, dir, map[string]string{"a": "old"})
}

func TestPermissionsAreKept(t *testing.T) {
	dir := folder(t, "a")
	path := filepath.Join(dir, "a")
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(dir, "plain") // what os.Create makes under this umask
	p, err := os.Create(plain)
	if err != nil {
		t.Fatal(err)
	}
	p.Close()
	want, _ := os.Stat(plain)
	for path, perm := range map[string]os.FileMode{path: 0o640, filepath.Join(dir, "b"): want.Mode().Perm()} {
		f := create(t, path, Options{})
		if err := f.Commit(); err != nil {
			t.Fatal(err)
		}
		if stat, err := os.Stat(path); err != nil || stat.Mode().Perm() != perm {
			t.Errorf("%s: %v, %v, want %v", path, stat.Mode(), err, perm)
		}
	}
}

func TestSymbolicLinkStays(t *testing.T) {
	dir, other := folder(t), folder(t, "a")
	link := filepath.Join(dir, "link")
	if err := os.Symlink(filepath.Join(other, "a"), link); err != nil {
		t.Skip(err)
	}
	f := create(t, link, Options{})
	io.WriteString(f, "new")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	holds(t, other, map[string]string{"a": "new"})
	if stat, err := os.Lstat(link); err != nil || stat.Mode().Type() != os.ModeSymlink {
		t.Errorf("the link became %v (%v)", stat, err)
	}
}

// A link whose file is still to be made is followed too, through folders that are links themselves.
func TestDanglingLinkStays(t *testing.T) {
	dir, other := folder(t), folder(t)
	for link, target := range map[string]string{
		filepath.Join(dir, "folder"):   other,
		filepath.Join(other, "first"):  "../" + filepath.Base(other) + "/second",
		filepath.Join(other, "second"): "third",
		filepath.Join(dir, "lost"):     filepath.Join("nowhere", "file"),
	} {
		if err := os.Symlink(target, link); err != nil {
			t.Skip(err)
		}
	}
	f := create(t, filepath.Join(dir, "folder", "first"), Options{})
	io.WriteString(f, "new")
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	if data, err := os.ReadFile(filepath.Join(other, "third")); err != nil || string(data) != "new" {
		t.Errorf("the linked file holds %q (%v)", data, err)
	}
	for _, name := range []string{"first", "second"} {
		if stat, err := os.Lstat(filepath.Join(other, name)); err != nil || stat.Mode().Type() != os.ModeSymlink {
			t.Errorf("the link %s became %v (%v)", name, stat, err)
		}
	}
	if _, err := Create(t.Context(), filepath.Join(dir, "lost"), Options{}); err == nil || !strings.Contains(err.Error(), `nowhere" does not exist`) {
		t.Errorf("a link into a folder that there is not: %v", err)
	}
}

func TestStandardOutput(t *testing.T) {
	for _, c := range []struct {
		path     string
		terminal bool
		fails    bool
	}{
		{"-", false, false}, {"-", true, false}, {"", false, false}, {"", true, true},
	} {
		var out bytes.Buffer
		f, err := Create(t.Context(), c.path, Options{Stdout: &out, Terminal: c.terminal})
		if errors.Is(err, ErrTerminal) != c.fails {
			t.Errorf("path %q, terminal %v: %v", c.path, c.terminal, err)
		}
		if err != nil {
			continue
		}
		io.WriteString(f, "data")
		if err := f.Commit(); err != nil || out.String() != "data" {
			t.Errorf("%q came out (%v)", out.String(), err)
		}
	}
}

func TestCreateRefuses(t *testing.T) {
	dir := folder(t, "in.npy", "other.npy")
	in := filepath.Join(dir, "in.npy")
	hard := filepath.Join(dir, "hard.npy")
	if err := os.Link(in, hard); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ path, want string }{
		{dir, "it is a directory"},
		{in, "it is an input of the same command"},
		{hard, "it is an input of the same command"},
		{filepath.Join(dir, ".", "in.npy"), "it is an input of the same command"},
		{filepath.Join(dir, "none", "a.npy"), fmt.Sprintf("the folder %q does not exist", filepath.Join(dir, "none"))},
		{filepath.Join(in, "a.npy"), "not a directory"},
	} {
		_, err := Create(t.Context(), c.path, Options{Inputs: []string{"none", in}})
		if err == nil || err.Error()[:9] != `writing "` || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.path, err, c.want)
		}
	}
	holds(t, dir, map[string]string{"in.npy": "old", "hard.npy": "old", "other.npy": "old"})
}

func TestWriteProtectedFileIsKept(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root may write everything")
	}
	dir := folder(t, "a")
	if err := os.Chmod(filepath.Join(dir, "a"), 0o444); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(t.Context(), filepath.Join(dir, "a"), Options{}); !errors.Is(err, os.ErrPermission) {
		t.Errorf("a write-protected file: %v", err)
	}
}

func TestLongNames(t *testing.T) {
	dir := folder(t)
	name := strings.Repeat("n", 250)
	f := create(t, filepath.Join(dir, name), Options{})
	if err := f.Commit(); err != nil {
		t.Fatal(err)
	}
	holds(t, dir, map[string]string{name: ""})
}

// brokenPipe is a reader that has gone.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) {
	return 0, &os.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.EPIPE}
}

func TestWriteErrorsNameTheOutput(t *testing.T) {
	f := create(t, "-", Options{Stdout: brokenPipe{}})
	_, err := f.Write([]byte("x"))
	if !errors.Is(err, syscall.EPIPE) || err.Error() != "writing standard output: broken pipe" {
		t.Errorf("%v", err)
	}
	full, err := Create(t.Context(), "/dev/full", Options{}) // Linux has it
	if err != nil {
		t.Skip(err)
	}
	if _, err := full.Write([]byte("x")); err == nil || err.Error() != `writing "/dev/full": no space left on device` {
		t.Errorf("%v", err)
	}
	full.Abort()
}
