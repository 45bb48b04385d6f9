//go:build unix

package memory

import (
	"math"

	"golang.org/x/sys/unix"
)

func processLimits() limits {
	return limits{addressSpace: soft(unix.RLIMIT_AS), data: soft(unix.RLIMIT_DATA)}
}

// soft is a limit of the process in bytes, -1 for none.
func soft(resource int) int64 {
	var r unix.Rlimit
	if err := unix.Getrlimit(resource, &r); err != nil || uint64(r.Cur) > math.MaxInt64/2 {
		return -1
	}
	return int64(r.Cur)
}
