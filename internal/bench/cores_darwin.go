package bench

import (
	"fmt"

	"golang.org/x/sys/unix"

	"convx/internal/lang"
)

// coresHere asks for the performance levels, the fastest first; programs cannot choose between them.
func coresHere() []Cores {
	levels, _ := unix.SysctlUint32("hw.nperflevels")
	var out []Cores
	for i := range levels {
		level := fmt.Sprintf("hw.perflevel%d", i)
		count, _ := unix.SysctlUint32(level + ".logicalcpu")
		name, err := unix.Sysctl(level + ".name")
		if err != nil {
			name = lang.Sprintf("level %d", i)
		}
		out = append(out, Cores{Count: int(count), What: name})
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
