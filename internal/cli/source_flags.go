package cli

import (
	"io"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/operands"
	"convx/internal/picture"
)

// sourceFlags say how pictures are read, and what image filters do to them: flags that several commands share.
type sourceFlags struct {
	color     string
	maxPixels int64
	orient    bool
	filters   []string // in place of weights
}

// register adds the flags; filter says what --filter does.
func (s *sourceFlags) register(cmd *cobra.Command, most int64, filter string) {
	f := cmd.Flags()
	f.StringArrayVar(&s.filters, "filter", nil, filter)
	f.StringVar(&s.color, "color", "", lang.Sprintf("read pictures as `%s` (default: as they are)", strings.Join(picture.ColorNames(), "|")))
	f.Int64Var(&s.maxPixels, "max-pixels", most, "refuse pictures of more than `N` pixels")
	f.BoolVar(&s.orient, "orient", false, "turn pictures as their Exif orientation says")
	completeKey(cmd, "color", picture.ColorNames()...)
	if err := cmd.RegisterFlagCompletionFunc("filter", completeFilters); err != nil {
		panic(err) // a flag registered twice: a mistake in the program
	}
}

func (s sourceFlags) check() error {
	if s.maxPixels < 1 {
		return usagef("--max-pixels: %d is less than 1", s.maxPixels)
	}
	if _, err := picture.ParseColor(s.color); err != nil {
		return usagef("--color: %w", err)
	}
	return nil
}

// origin is where a checked command reads its input.
func (s sourceFlags) origin(path string, stdin io.Reader) operands.Origin {
	color, _ := picture.ParseColor(s.color)
	return operands.Origin{Path: path, Stdin: stdin, Color: color, MaxPixels: s.maxPixels, Orient: s.orient}
}
