package problem

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// hugePage is the size of the large pages of x86-64 and most of arm64.
const hugePage = 2 << 20

// preferHugePages asks for large pages under s: weights and workspaces of
// megabytes are walked through in strides that exhaust the table of small
// ones. It is a wish; nothing depends on it.
func preferHugePages(s []float32) {
	start := uintptr(unsafe.Pointer(unsafe.SliceData(s)))
	from := (start + hugePage - 1) &^ (hugePage - 1)
	to := (start + uintptr(4*len(s))) &^ (hugePage - 1)
	if from < to {
		b := unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), 4*len(s))
		_ = unix.Madvise(b[from-start:to-start], unix.MADV_HUGEPAGE)
	}
}
