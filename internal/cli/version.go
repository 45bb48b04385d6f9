package cli

import (
	"io"
	"runtime/debug"

	"github.com/spf13/cobra"

	"convx"
	"convx/internal/answer/measured"
	"convx/internal/report"
)

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
			return s.print(format, measured.Version(version(), format == report.CSVFormat))
		},
	}
	formatVar(cmd, &format)
	cmd.Flags().BoolVar(&licences, "licences", false, "print the licences of everything that convx is built from")
	cmd.MarkFlagsMutuallyExclusive("licences", "format")
	return cmd
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
