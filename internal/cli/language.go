package cli

import (
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/report"
	"convx/internal/settings"
)

// langFlag is the name of the flag and of the setting.
const langFlag = "lang"

// speakFirst chooses the language of what is said before the flags and the settings have been read: mistakes in them.
func (s Streams) speakFirst(args []string) {
	asked := os.Getenv("CONVX_LANG")
	for i, arg := range args {
		if value, ok := strings.CutPrefix(arg, "--"+langFlag+"="); ok {
			asked = value
		} else if arg == "--"+langFlag && i+1 < len(args) {
			asked = args[i+1]
		}
	}
	s.speak(lang.Language(asked))
}

// speak chooses a language, or that of the environment.
func (s Streams) speak(l lang.Language) {
	if l != lang.English && l != lang.Chinese {
		l = s.Language
	}
	lang.Use(l)
}

// speakSet chooses the language that is a setting, for help, which runs no command.
func (s Streams) speakSet(found settings.Settings) {
	for _, v := range found.Values {
		if v.Key == langFlag {
			s.speak(lang.Language(v.Text))
		}
	}
}

// speakFor chooses the language of a running command. What programs read is in English.
func (s Streams) speakFor(c *cobra.Command) error {
	asked, _ := c.Flags().GetString(langFlag)
	if !slices.Contains(lang.Names(), asked) {
		return usagef("--lang: %q is not one of %s", asked, lang.List(lang.Names()))
	}
	s.speak(lang.Language(asked))
	if f := c.Flags().Lookup("format"); f != nil && !slices.Contains([]string{string(report.TableFormat), string(report.MarkdownFormat)}, f.Value.String()) || c.Flags().Changed("batch-file") {
		lang.Use(lang.English)
	}
	return nil
}
