package problem

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of the large pages of x86-64 and most of arm64.
const hugePage = 2 << 20

// preferHugePages asks for large pages under s: weights and workspaces of
// megabytes are walked through in strides that exhaust the table of small
// ones, and the first touch of a small page costs as much as filling it. With
// shared it asks for those too that s lies in with others. It is a wish;
// nothing depends on it.
func preferHugePages(s []float32, shared bool) {
	from := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	to := from + uintptr(4*len(s))
	if shared && 4*len(s) >= worthHugePages {
		to += hugePage - 1
	} else {
		from += hugePage - 1
	}
	if from, to = from&^(hugePage-1), to&^(hugePage-1); from < to {
		_, _, _ = unix.Syscall(unix.SYS_MADVISE, from, to-from, unix.MADV_HUGEPAGE)
	}
}

// worthHugePages is the bytes from which on it is asked for shared ones: less seldom begins a new page of the heap.
const worthHugePages = 64 << 10
