package cli

import (
	"strings"

	"github.com/spf13/cobra"
)

// Examples lists the examples of every command, as its help shows them. A test runs each.
func Examples() map[string][]string {
	all := map[string][]string{}
	var walk func(*cobra.Command)
	walk = func(c *cobra.Command) {
		for line := range strings.Lines(c.Example) {
			if line = strings.TrimSpace(line); line != "" {
				all[c.CommandPath()] = append(all[c.CommandPath()], line)
			}
		}
		for _, sub := range c.Commands() {
			walk(sub)
		}
	}
	walk(newRoot(Streams{}))
	return all
}
