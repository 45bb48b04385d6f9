package budget

import (
	"fmt"
	"io"
	"strings"

	"convx/internal/network"
	"convx/internal/report"
)

// GitHub's workflow commands are lines; what would end one early is escaped. See "Workflow commands for GitHub Actions".
var (
	escapeData     = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	escapeProperty = strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
)

// WriteGitHub prints a workflow annotation per check: an error where a limit was passed, else a notice; and a warning
// for each note.
func WriteGitHub(w io.Writer, s Subject, checks []Check, notes []string) error {
	var b strings.Builder
	for _, c := range checks {
		level := "error"
		switch c.Verdict() {
		case Holds, Noisy:
			level = "notice"
		case Warned:
			level = "warning"
		}
		annotate(&b, level, s, network.Position{}, c.Name, report.Printable(c.String()))
	}
	for _, n := range notes {
		annotate(&b, "warning", s, network.Position{}, "budget", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func annotate(b *strings.Builder, level string, s Subject, at network.Position, title, message string) {
	file := ""
	if s.File != "" {
		file = "file=" + escapeProperty.Replace(s.File) + ","
		if at.Line > 0 {
			file += fmt.Sprintf("line=%d,", at.Line)
		}
		if at.Column > 0 {
			file += fmt.Sprintf("col=%d,", at.Column)
		}
	}
	fmt.Fprintf(b, "::%s %stitle=%s::%s\n", level, file, escapeProperty.Replace(report.Printable("convx "+s.Name+": "+title)), escapeData.Replace(message))
}
