package measured

import (
	"runtime"

	"convx/internal/bench"
	"convx/internal/lang"
	"convx/internal/ops/kernel"
	"convx/internal/report"
)

type versionJSON struct {
	Version string `json:"version"`
	Go      string `json:"go"`
	System  string `json:"system"`
	CPU     string `json:"cpu"`
	Kernels string `json:"kernels"`
	Threads int    `json:"threads"`
}

// Version is the version, and what the machine offers: a line, or a table of one row.
func Version(version string, table bool) report.Document {
	v := versionJSON{version, runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, bench.CPU(), kernel.Best().String(), runtime.GOMAXPROCS(0)}
	line := lang.Sprintf("convx %s, %s, %s, %s, %s kernels, %s", v.Version, v.Go, v.System, v.CPU, v.Kernels, lang.Plural(v.Threads, "thread"))
	d := report.Document{JSON: v, Blocks: []report.Block{report.Text{line}}}
	if table {
		d.Blocks = []report.Block{report.Table{
			Columns: []report.Column{{Name: "version"}, {Name: "go"}, {Name: "system"}, {Name: "cpu"}, {Name: "kernels"}, {Name: "threads"}},
			Rows:    [][]report.Cell{{report.Str(v.Version), report.Str(v.Go), report.Str(v.System), report.Str(v.CPU), report.Str(v.Kernels), report.Int(v.Threads)}},
		}}
	}
	return d
}
