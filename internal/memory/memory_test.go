package memory

import (
	"math"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// tree is a system whose files hold what is given.
func tree(t *testing.T, l limits, files map[string]string) system {
	t.Helper()
	root := t.TempDir()
	for name, content := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return system{root, l}
}

const (
	meminfo = "MemTotal:       2000 kB\nMemFree:         100 kB\nMemAvailable:   1000 kB\n"
	mount1  = "31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n34 30 0:31 / /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory\n"
	mount2  = "30 22 0:27 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 rw,nsdelegate\n"
)

var none = limits{-1, -1}

func TestAvailableIsTheLeast(t *testing.T) {
	for _, c := range []struct {
		name   string
		limits limits
		files  map[string]string
		want   int // -1: not known
	}{
		{"nothing is known", none, nil, -1},
		{"the machine", none, map[string]string{"proc/meminfo": meminfo}, 1000 << 10},
		{"version 2", none, map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": mount2,
			"sys/fs/cgroup/a/b/memory.max": "9000\n", "sys/fs/cgroup/a/b/memory.current": "1000\n",
		}, 8000},
		{"version 2, cache that can be dropped", none, map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": mount2,
			"sys/fs/cgroup/a/b/memory.max": "9000\n", "sys/fs/cgroup/a/b/memory.current": "8000\n",
			"sys/fs/cgroup/a/b/memory.stat": "anon 100\ninactive_file 5000\n",
		}, 6000},
		{"version 2, a group above", none, map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": mount2,
			"sys/fs/cgroup/a/b/memory.max": "max\n", "sys/fs/cgroup/a/b/memory.current": "1000\n",
			"sys/fs/cgroup/a/memory.max": "7000\n", "sys/fs/cgroup/a/memory.current": "3000\n",
		}, 4000},
		{"version 2, over its limit", none, map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "0::/\n", "proc/self/mountinfo": mount2,
			"sys/fs/cgroup/memory.max": "1000\n", "sys/fs/cgroup/memory.current": "3000\n",
		}, 0},
		{"version 2, the mount begins at a group", none, map[string]string{
			"proc/self/cgroup":         "0::/pod/x/y\n",
			"proc/self/mountinfo":      "30 22 0:27 /pod/x /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n",
			"sys/fs/cgroup/memory.max": "500\n", "sys/fs/cgroup/memory.current": "100\n",
			"sys/fs/cgroup/y/memory.max": "max\n", "sys/fs/cgroup/y/memory.current": "100\n",
		}, 400},
		{"the path is that outside of the container", none, map[string]string{
			"proc/self/cgroup": "0::/docker/x\n", "proc/self/mountinfo": mount2,
			"sys/fs/cgroup/memory.max": "500\n", "sys/fs/cgroup/memory.current": "100\n",
		}, 400},
		{"version 1", none, map[string]string{
			"proc/meminfo": meminfo, "proc/self/cgroup": "4:cpu:/c\n3:memory:/m/n\n0::/\n", "proc/self/mountinfo": mount1,
			"sys/fs/cgroup/memory/m/n/memory.limit_in_bytes": "9223372036854771712\n", "sys/fs/cgroup/memory/m/n/memory.usage_in_bytes": "100\n",
			"sys/fs/cgroup/memory/m/memory.limit_in_bytes": "600\n", "sys/fs/cgroup/memory/m/memory.usage_in_bytes": "200\n",
			"sys/fs/cgroup/memory/m/memory.stat": "inactive_file 1\ntotal_inactive_file 50\n",
		}, 450},
		{"the address space", limits{arena + 5<<20, -1}, map[string]string{
			"proc/meminfo": "MemAvailable: 900000 kB\n", "proc/self/status": "Name:\tconvx\nVmSize:\t    1024 kB\nVmData:\t 512 kB\n",
		}, 4 << 20},
		{"data", limits{-1, arena + 5<<20}, map[string]string{
			"proc/meminfo": "MemAvailable: 900000 kB\n", "proc/self/status": "VmSize:\t    1024 kB\nVmData:\t 2048 kB\n",
		}, 3 << 20},
		{"no room in the address space", limits{1 << 20, -1}, map[string]string{"proc/self/status": "VmSize: 1024 kB\n"}, 0},
		{"damaged files", none, map[string]string{
			"proc/meminfo": "MemAvailable: much kB\n", "proc/self/cgroup": "x\n0:\n", "proc/self/mountinfo": "- \n1 2 - cgroup2\n",
		}, -1},
	} {
		got, known := tree(t, c.limits, c.files).available()
		if known != (c.want >= 0) || known && got != c.want {
			t.Errorf("%s: %d, %t, want %d", c.name, got, known, c.want)
		}
	}
}

func TestAvailableHere(t *testing.T) {
	n, known := Available()
	if known != (runtime.GOOS == "linux") || known && n < 1<<20 {
		t.Errorf("%d bytes, %t", n, known)
	}
	if _, fits := Fits(math.MaxInt); fits == known && math.MaxInt > 1<<40 {
		t.Errorf("all the memory that an int can count fits: %t", fits)
	}
}

func TestProcessorsAreTheLeast(t *testing.T) {
	const cpu1 = "31 30 0:28 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
	for _, c := range []struct {
		name  string
		files map[string]string
		want  float64 // 0: no quota
		of8   int     // threads on a machine of 8 processors
	}{
		{"nothing", nil, 0, 8},
		{"version 2", map[string]string{"proc/self/cgroup": "0::/a\n", "proc/self/mountinfo": mount2, "sys/fs/cgroup/a/cpu.max": "150000 100000\n"}, 1.5, 2},
		{"version 2, a group above", map[string]string{
			"proc/self/cgroup": "0::/a/b\n", "proc/self/mountinfo": mount2, "sys/fs/cgroup/a/b/cpu.max": "max 100000\n", "sys/fs/cgroup/a/cpu.max": "50000 100000\n",
		}, 0.5, 1},
		{"version 2, more than there are", map[string]string{"proc/self/cgroup": "0::/a\n", "proc/self/mountinfo": mount2, "sys/fs/cgroup/a/cpu.max": "1600000 100000\n"}, 16, 8},
		{"version 1 beside version 2, in a container", map[string]string{
			"proc/self/cgroup": "4:cpu,cpuacct:/docker/x\n0::/\n", "proc/self/mountinfo": "31 30 0:28 /docker/x /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n" + mount2,
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "300000\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
		}, 3, 3},
		{"damaged", map[string]string{"proc/self/cgroup": "0::/a\n", "proc/self/mountinfo": mount2, "sys/fs/cgroup/a/cpu.max": "0 0\n"}, 0, 8},
		{"version 1", map[string]string{
			"proc/self/cgroup": "4:cpu,cpuacct:/c\n", "proc/self/mountinfo": cpu1, "sys/fs/cgroup/cpu/c/cpu.cfs_quota_us": "25000\n", "sys/fs/cgroup/cpu/c/cpu.cfs_period_us": "100000\n",
			"sys/fs/cgroup/cpu/cpu.cfs_quota_us": "-1\n", "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
		}, 0.25, 1},
	} {
		if got, known := tree(t, none, c.files).processors(); got != c.want || known != (c.want > 0) {
			t.Errorf("%s: %g, %t, want %g", c.name, got, known, c.want)
		} else if n := mostThreads(8, got, known); n != c.of8 {
			t.Errorf("%s: %d threads, want %d", c.name, n, c.of8)
		}
	}
	if n := Threads(); n < 1 || n > runtime.NumCPU() {
		t.Errorf("%d threads on %d processors", n, runtime.NumCPU())
	}
}
