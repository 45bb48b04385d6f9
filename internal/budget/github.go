package budget

import (
	"fmt"
	"io"
	"strings"
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
		level := "notice"
		if c.Verdict() != Holds {
			level = "error"
		}
		annotate(&b, level, s, c.Name, c.String())
	}
	for _, n := range notes {
		annotate(&b, "warning", s, "budget", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func annotate(b *strings.Builder, level string, s Subject, title, message string) {
	file := ""
	if s.File != "" {
		file = "file=" + escapeProperty.Replace(s.File) + ","
	}
	fmt.Fprintf(b, "::%s %stitle=%s::%s\n", level, file, escapeProperty.Replace("convx "+s.Name+": "+title), escapeData.Replace(message))
}
