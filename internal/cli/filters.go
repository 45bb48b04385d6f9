package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/filter"
	"convx/internal/lang"
)

// filterUsage says what --filter is where it takes the place of weights.
const filterUsage = lang.Key("image `FILTER` in place of weights: a name like gaussian:5, or rows of weights")

// completeFilters completes --filter.
func completeFilters(*cobra.Command, []string, string) ([]cobra.Completion, cobra.ShellCompDirective) {
	var out []cobra.Completion
	for _, f := range filter.List() {
		out = append(out, cobra.CompletionWithDesc(f.Name, lang.Text(f.Summary)))
	}
	return out, cobra.ShellCompDirectiveNoFileComp
}

// filterHelp lists the filters for the command's help.
func filterHelp() string {
	var b strings.Builder
	wide := 0
	for _, f := range filter.List() {
		wide = max(wide, len(f.Usage()))
	}
	for _, f := range filter.List() {
		fmt.Fprintf(&b, "  %-*s %s\n", wide, f.Usage(), lang.Text(f.Summary))
	}
	return b.String()
}
