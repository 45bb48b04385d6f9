package memory

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// group is the folder of one control group and how its version names things.
type group struct {
	system
	folder  string
	version groupVersion
}

type groupVersion struct {
	limit, usage string // files of one number each
	reclaimable  string // the key in memory.stat of cache that the kernel drops before it refuses
}

var (
	version1 = groupVersion{"memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
	version2 = groupVersion{"memory.max", "memory.current", "inactive_file"}
)

// left is what the group's limit leaves. A group without a limit says nothing.
func (g group) left() (int64, bool) {
	limit, known := g.number(g.version.limit)
	if !known {
		return 0, false
	}
	usage, known := g.number(g.version.usage)
	cache, _ := g.field(filepath.Join(g.folder, "memory.stat"), g.version.reclaimable)
	return limit - usage + min(cache, usage), known
}

// number reads a file of one number; "max" is none.
func (g group) number(name string) (int64, bool) {
	data, err := os.ReadFile(filepath.Join(g.root, g.folder, name))
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(data)), 10, 64)
	return n, err == nil
}

// groups are the control groups that bound the memory of this process, with all that are above them as far as they
// can be seen from here.
func (s system) groups() []group { return s.groupsOf("memory") }

// groupsOf are those of a controller.
func (s system) groupsOf(controller string) (all []group) {
	own := s.ownGroups(controller)
	for _, m := range s.mounts(controller) {
		if within, ok := own[m.version]; ok {
			all = append(all, m.chain(s, within)...)
		}
	}
	return all
}

// ownGroups reads /proc/self/cgroup: lines of "0::/path" for version 2 and "4:memory:/path" for version 1.
func (s system) ownGroups(controller string) map[groupVersion]string {
	own := map[groupVersion]string{}
	data, _ := os.ReadFile(filepath.Join(s.root, "proc/self/cgroup"))
	for line := range strings.Lines(string(data)) {
		parts := strings.SplitN(strings.TrimSuffix(line, "\n"), ":", 3)
		switch {
		case len(parts) < 3:
		case parts[0] == "0" && parts[1] == "":
			own[version2] = parts[2]
		case slices.Contains(strings.Split(parts[1], ","), controller):
			own[version1] = parts[2]
		}
	}
	return own
}

// processors is the share of the processors that the group's quota gives, such as 1.5. A group without one says nothing.
func (g group) processors() (float64, bool) {
	if g.version == version2 {
		var quota, period float64
		data, _ := os.ReadFile(filepath.Join(g.root, g.folder, "cpu.max"))
		n, _ := fmt.Sscanf(string(data), "%f %f", &quota, &period)
		return quota / period, n == 2 && quota > 0 && period > 0
	}
	quota, known := g.number("cpu.cfs_quota_us")
	period, _ := g.number("cpu.cfs_period_us")
	return float64(quota) / float64(period), known && quota > 0 && period > 0
}

// mount is where a hierarchy of control groups can be seen: its group root lies at the folder point.
type mount struct {
	root, point string
	version     groupVersion
}

// mounts reads /proc/self/mountinfo (proc(5)): ID, parent, device, root, point, options, optional fields, "-", type,
// source, options of the file system.
func (s system) mounts(controller string) (all []mount) {
	data, _ := os.ReadFile(filepath.Join(s.root, "proc/self/mountinfo"))
	for line := range strings.Lines(string(data)) {
		before, after, _ := strings.Cut(line, " - ")
		place, kind := strings.Fields(before), strings.Fields(after)
		if len(place) < 5 || len(kind) < 3 {
			continue
		}
		m := mount{root: unescape(place[3]), point: unescape(place[4])}
		switch {
		case kind[0] == "cgroup2":
			m.version = version2
		case kind[0] == "cgroup" && slices.Contains(strings.Split(kind[2], ","), controller):
			m.version = version1
		default:
			continue
		}
		all = append(all, m)
	}
	return all
}

// unescape undoes the octal escapes of spaces and the like.
func unescape(s string) string {
	return strings.NewReplacer(`\040`, " ", `\011`, "\t", `\012`, "\n", `\134`, `\`).Replace(s)
}

// chain is the group of the process and all above it, within the mount. In a container the mount may begin at the process's
// own group, or the path may be that outside of the container: then the mount's root stands for it.
func (m mount) chain(s system, within string) (all []group) {
	within = path.Clean(within)
	if m.root != "/" {
		rest, inside := strings.CutPrefix(within+"/", m.root+"/")
		if !inside {
			rest = ""
		}
		within = path.Clean("/" + rest)
	}
	if _, err := os.Stat(filepath.Join(s.root, m.point, within)); err != nil {
		within = "/"
	}
	for {
		all = append(all, group{s, path.Join(m.point, within), m.version})
		if within == "/" || strings.HasPrefix(within, "/..") {
			return all
		}
		within = path.Dir(within)
	}
}
