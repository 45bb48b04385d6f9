package bench

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestCoresOf(t *testing.T) {
	clock := func(files map[string]string, khz int, ids ...int) map[string]string {
		for _, id := range ids {
			files[fmt.Sprintf("system/cpu/cpu%d/cpufreq/cpuinfo_max_freq", id)] = fmt.Sprintf("%d\n", khz)
		}
		return files
	}
	capacity := map[string]string{}
	for id, n := range []int{1024, 1024, 446, 446} {
		capacity[fmt.Sprintf("system/cpu/cpu%d/cpu_capacity", id)] = fmt.Sprintln(n)
	}
	hybrid := clock(clock(clock(map[string]string{}, 5_200_000, 0, 1), 5_000_000, 2, 3), 3_800_000, 4, 5, 6, 10)
	for _, c := range []struct {
		name  string
		files map[string]string
		want  []Cores
	}{
		{"nothing", nil, nil},
		{"one kind", clock(map[string]string{}, 3_000_000, 0, 1, 2), nil},
		{"one kind, two of which boost further", clock(clock(map[string]string{}, 3_000_000, 0, 1, 2), 3_200_000, 3), nil},
		{"hybrid", hybrid, []Cores{{4, "up to 5.2 GHz", "0-3"}, {4, "up to 3.8 GHz", "4-6,10"}}},
		{"big and little", capacity, []Cores{{2, "capacity 1024", "0-1"}, {2, "capacity 446", "2-3"}}},
		{"by Intel's list", map[string]string{"cpu_atom/cpus": "1-2\n", "system/cpu/cpu0/x": "", "system/cpu/cpu1/x": "", "system/cpu/cpu2/x": ""}, []Cores{{1, "of their own kind", "0"}, {2, "efficient ones", "1-2"}}},
		{"damaged", map[string]string{"system/cpu/cpu0/cpu_capacity": "many", "system/cpu/cpuidle/x": "", "system/cpu/cpu1/cpu_capacity": ""}, nil},
	} {
		root := t.TempDir()
		for name, content := range c.files {
			path := filepath.Join(root, "sys/devices", name)
			if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if got := coresOf(root); !reflect.DeepEqual(got, c.want) {
			t.Errorf("%s: %+v, want %+v", c.name, got, c.want)
		}
	}
}

// What is written as a list of processors names these and no others.
func TestListsOfProcessors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ids := rapid.SliceOfDistinct(rapid.IntRange(0, 40), rapid.ID[int]).Draw(t, "ids")
		text := list(slices.Clone(ids))
		for n := range 45 {
			if listed(text, n) != slices.Contains(ids, n) {
				t.Fatalf("%v as %q: %d", ids, text, n)
			}
		}
	})
}
