package problem

import (
	"runtime"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

const (
	// largePage is the size of the large pages of x86-64 and most of arm64.
	largePage = 2 << 20
	// slowTouch is more than the first touch of a large page takes (0.1 ms here), and more than that of as many bytes of small
	// ones (0.7 ms).
	slowTouch = time.Millisecond
)

// preferLargePages asks for large pages under s and touches them: activations are walked through in strides that exhaust the
// table of small ones, and the first touch of a small page costs as much as filling it. It stops at a page that takes long:
// where a virtual machine has given its memory back, the host needs milliseconds to find another (5 ms here). It is a wish;
// nothing depends on it.
func preferLargePages(s []byte) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	from, to := (start+largePage-1)&^(largePage-1), (start+uintptr(len(s)))&^(largePage-1)
	runtime.LockOSThread() // whose time is taken: that of others, which have its processor in between, says nothing
	defer runtime.UnlockOSThread()
	begin := threadTime()
	for ; from < to; from += largePage {
		if _, _, err := unix.Syscall(unix.SYS_MADVISE, from, largePage, unix.MADV_HUGEPAGE); err != 0 {
			return
		}
		s[from-start] = 0
		end := threadTime()
		if end-begin > slowTouch {
			return
		}
		begin = end
	}
}

// threadTime is how long this thread has had a processor.
func threadTime() time.Duration {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_THREAD_CPUTIME_ID, &t) != nil {
		return 0
	}
	return time.Duration(t.Nano())
}
