package bench

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
)

// Cores are the processors of one kind in a machine that has several.
type Cores struct {
	Count int
	What  string // what tells them from the others: up to 3.8 GHz
	CPUs  string // their numbers, as taskset -c takes them; empty where programs cannot choose
}

// alike is the least part of the fastest processor's figure that still is of its kind: some of one kind boost a little further.
const alike = 0.9

// coresOf reads Linux's files under root: cpu_capacity, which Arm's device trees and firmware give (of 1024), the highest frequency, and
// whether Intel's cpu_atom lists it. It is nil where all are of one kind, or nothing is known.
func coresOf(root string) []Cores {
	folder := filepath.Join(root, "sys/devices")
	number := func(path string) float64 {
		data, _ := os.ReadFile(path)
		n, _ := strconv.ParseFloat(strings.TrimSpace(string(data)), 64)
		return n
	}
	small, _ := os.ReadFile(filepath.Join(folder, "cpu_atom/cpus"))
	type processor struct {
		id              int
		capacity, clock float64 // of 1024; kHz
		small           bool
	}
	var all []processor
	paths, _ := filepath.Glob(filepath.Join(folder, "system/cpu/cpu[0-9]*"))
	for _, path := range paths {
		id, err := strconv.Atoi(strings.TrimPrefix(filepath.Base(path), "cpu"))
		if err != nil {
			continue
		}
		all = append(all, processor{id, number(filepath.Join(path, "cpu_capacity")), number(filepath.Join(path, "cpufreq/cpuinfo_max_freq")), listed(strings.TrimSpace(string(small)), id)})
	}
	slices.SortFunc(all, func(a, b processor) int {
		return cmp.Or(cmp.Compare(b.capacity, a.capacity), cmp.Compare(b.clock, a.clock), cmp.Compare(a.id, b.id))
	})
	var kinds [][]processor
	for _, p := range all {
		i := slices.IndexFunc(kinds, func(k []processor) bool {
			return p.small == k[0].small && p.capacity >= alike*k[0].capacity && p.clock >= alike*k[0].clock
		})
		if i < 0 {
			i, kinds = len(kinds), append(kinds, nil)
		}
		kinds[i] = append(kinds[i], p)
	}
	if len(kinds) < 2 {
		return nil
	}
	var out []Cores
	for _, k := range kinds {
		c := Cores{Count: len(k), What: lang.Text("of their own kind")}
		switch first := k[0]; {
		case first.clock > 0:
			c.What = lang.Sprintf("up to %.3g GHz", first.clock/1e6)
		case first.capacity > 0:
			c.What = lang.Sprintf("capacity %.0f", first.capacity)
		case first.small:
			c.What = lang.Text("efficient ones")
		}
		var ids []int
		for _, p := range k {
			ids = append(ids, p.id)
		}
		c.CPUs = list(ids)
		out = append(out, c)
	}
	return out
}

// listed reports whether a list of the kernel's (0-3,8) names a number.
func listed(list string, n int) bool {
	for part := range strings.SplitSeq(list, ",") {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		b := a
		if isRange {
			b, _ = strconv.Atoi(to)
		}
		if err == nil && n >= a && n <= b {
			return true
		}
	}
	return false
}

// list writes numbers as the kernel does: 0-3,8.
func list(ids []int) string {
	slices.Sort(ids)
	var parts []string
	for i := 0; i < len(ids); {
		end := i
		for end+1 < len(ids) && ids[end+1] == ids[end]+1 {
			end++
		}
		part := strconv.Itoa(ids[i])
		if end > i {
			part += "-" + strconv.Itoa(ids[end])
		}
		parts = append(parts, part)
		i = end + 1
	}
	return strings.Join(parts, ",")
}
