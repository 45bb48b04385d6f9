package cli

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"convx"
	"convx/internal/bench"
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

func newVersion(s Streams) *cobra.Command {
	var format report.Format
	var licences bool
	cmd := &cobra.Command{
		Use:     "version",
		Example: "  convx version\n  convx version --licences",
		Args:    argsUpTo(0),
		RunE: func(*cobra.Command, []string) error {
			if licences {
				_, err := io.WriteString(s.Out, convx.Notices)
				return err
			}
			return printVersion(s, format)
		},
	}
	formatVar(cmd, &format)
	cmd.Flags().BoolVar(&licences, "licences", false, "print the licences of everything that convx is built from")
	cmd.MarkFlagsMutuallyExclusive("licences", "format")
	return cmd
}

func printVersion(s Streams, format report.Format) error {
	v := versionJSON{version(), runtime.Version(), runtime.GOOS + "/" + runtime.GOARCH, bench.CPU(), kernel.Best().String(), runtime.GOMAXPROCS(0)}
	line := fmt.Sprintf("convx %s, %s, %s, %s, %s kernels, %s", v.Version, v.Go, v.System, v.CPU, v.Kernels, report.Plural(v.Threads, "thread"))
	d := report.Document{JSON: v, Blocks: []report.Block{report.Text{line}}}
	if format == report.CSVFormat {
		d.Blocks = []report.Block{report.Table{
			Columns: []report.Column{{Name: "version"}, {Name: "go"}, {Name: "system"}, {Name: "cpu"}, {Name: "kernels"}, {Name: "threads"}},
			Rows:    [][]report.Cell{{report.Str(v.Version), report.Str(v.Go), report.Str(v.System), report.Str(v.CPU), report.Str(v.Kernels), report.Int(v.Threads)}},
		}}
	}
	return s.print(format, d)
}

// stamped is the version that the build was given: -ldflags "-X convx/internal/cli.stamped=v1.2.3".
var stamped string

// version is the one stamped, else the module's, as the build recorded it; "(devel)" in a checkout without either.
func version() string {
	if stamped != "" {
		return stamped
	}
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
