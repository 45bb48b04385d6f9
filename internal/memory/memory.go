// Package memory says how much memory a command may still use, so that one that allocates by size can refuse beforehand, and
// how much of the processors its control groups leave it.
//
// What runs out first counts: the machine's memory, the control groups of a container or a batch system, or the limits
// of the process (ulimit -v, ulimit -d).
package memory

import (
	"bufio"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
)

// Available is the least of what the system can give without swapping (MemAvailable), what the limits of this process's
// control groups and of all groups above them leave (version 1 and 2), and what RLIMIT_AS and RLIMIT_DATA leave, in bytes.
// Where nothing of that is known, as on other systems than Linux, known is false.
func Available() (bytes int, known bool) {
	return system{root: "/", limits: processLimits()}.available()
}

// Processors is how many processors the quotas of this process's control groups, and of all above them, let it use at a
// time, such as 1.5; known is false where there is no quota.
func Processors() (n float64, known bool) {
	return system{root: "/", limits: processLimits()}.processors()
}

// Threads is how many threads the process can run at a time: as many as it has processors (its affinity), as GOMAXPROCS allows, and as
// the quotas of its control groups give, rounded up.
func Threads() int {
	quota, known := Processors()
	return mostThreads(min(runtime.NumCPU(), runtime.GOMAXPROCS(0)), quota, known)
}

func mostThreads(processors int, quota float64, known bool) int {
	if known && quota < float64(processors) {
		return max(1, int(math.Ceil(quota)))
	}
	return processors
}

func (s system) processors() (least float64, known bool) {
	for _, g := range s.groupsOf("cpu") {
		if n, limited := g.processors(); limited && (!known || n < least) {
			least, known = n, true
		}
	}
	return least, known
}

// Fits reports whether so many bytes are available, or nothing is known, and how many are.
func Fits(bytes int) (free int, fits bool) {
	free, known := Available()
	return free, !known || bytes <= free
}

// system is where the kernel's files are, and the limits of the process.
type system struct {
	root   string
	limits limits
}

// limits are those of the process in bytes, -1 for none.
type limits struct{ addressSpace, data int64 }

// arena is what Go's heap grows by: the last one may be all but empty when a limit is met.
const arena = 64 << 20

func (s system) available() (int, bool) {
	least := int64(-1)
	take := func(n int64, known bool) {
		if n = max(n, 0); known && (least < 0 || n < least) {
			least = n
		}
	}
	take(s.field("proc/meminfo", "MemAvailable:"))
	for _, g := range s.groups() {
		take(g.left())
	}
	if limit := s.limits.addressSpace; limit >= 0 {
		used, known := s.field("proc/self/status", "VmSize:")
		take(limit-used-arena, known)
	}
	if limit := s.limits.data; limit >= 0 {
		used, known := s.field("proc/self/status", "VmData:")
		take(limit-used-arena, known)
	}
	return int(min(max(least, 0), math.MaxInt)), least >= 0 // a process of 32 bits has no more
}

// Limited reports whether the process has an address space or data limit of its own, under which an allocation can fail.
func Limited() bool {
	l := processLimits()
	return l.addressSpace >= 0 || l.data >= 0
}

// field is the number after a key of one of the kernel's tables, in bytes: those that are given in kB are multiplied.
func (s system) field(path, key string) (int64, bool) {
	f, err := os.Open(filepath.Join(s.root, path))
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		words := strings.Fields(lines.Text())
		if len(words) < 2 || words[0] != key {
			continue
		}
		n, err := strconv.ParseInt(words[1], 10, 64)
		if len(words) > 2 && words[2] == "kB" {
			n <<= 10
		}
		return n, err == nil
	}
	return 0, false
}
