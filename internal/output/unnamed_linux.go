package output

import (
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// openUnnamed makes a file in a folder that has no name before it is complete: whatever ends the process, nothing of it is
// left. Not every file system can do that.
func openUnnamed(dir string) (*os.File, error) {
	if dir == "" {
		dir = "."
	}
	fd, err := unix.Open(dir, unix.O_TMPFILE|unix.O_WRONLY|unix.O_CLOEXEC, 0o666)
	if err != nil {
		return nil, err
	}
	f := os.NewFile(uintptr(fd), filepath.Join(dir, "unnamed"))
	if _, err := os.Stat(place(f)); err != nil { // without /proc it would never get its name
		f.Close()
		return nil, err
	}
	return f, nil
}

func place(f *os.File) string { return fmt.Sprintf("/proc/self/fd/%d", f.Fd()) }

// name gives an unnamed file its name, which nothing has yet.
func name(f *os.File, path string) error {
	return unix.Linkat(unix.AT_FDCWD, place(f), unix.AT_FDCWD, path, unix.AT_SYMLINK_FOLLOW)
}
