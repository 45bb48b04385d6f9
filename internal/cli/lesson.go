package cli

import (
	"context"
	_ "image/png"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/lesson"
	"convx/internal/report"
)

type lessonOptions struct {
	Streams
	asked  string
	folder string
	open   bool
	plain  bool // without pictures
	format report.Format
}

func newLesson(s Streams, run func(context.Context, lessonOptions) error) *cobra.Command {
	o := lessonOptions{Streams: s}
	cmd := &cobra.Command{
		Use: "lesson [N|NAME|VARIANT]",
		Long: `lesson walks through a lesson of the documentation: a paragraph, the command that shows it, what the command prints, and the
picture that it makes, in half-blocks on a terminal. Enter goes on, q ends; it waits where there is something to guess, and
before the answers of the exercises. VARIANT is the first lesson on a kind. Without any it lists the lessons, with the minutes
that a class needs.

The commands run in a folder of their own that is removed at the end, unless --folder keeps it.`,
		Example: strings.Trim(`
  convx lesson
  convx lesson 2
  convx lesson grouped --lang zh
  convx lesson gridding --folder gridding`, "\n"),
		Args:              argsUpTo(1),
		ValidArgsFunction: cobra.FixedCompletions(lesson.Names(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(c *cobra.Command, args []string) error {
			o.asked = firstArg(args)
			return run(c.Context(), o)
		},
	}
	formatVar(cmd, &o.format)
	f := cmd.Flags()
	f.StringVar(&o.folder, "folder", "", "run the commands in this `FOLDER`, and keep what they write")
	f.BoolVar(&o.open, "open", false, "open the pictures in the system's viewer")
	f.BoolVar(&o.plain, "no-pictures", false, "show no pictures in the terminal")
	return cmd
}

func runLesson(ctx context.Context, o lessonOptions) error {
	if o.asked == "" {
		list, err := lesson.All()
		if err != nil {
			return err
		}
		return o.print(o.format, lesson.Document(list))
	}
	l, err := lesson.Find(o.asked)
	if err != nil {
		return usageError{err}
	}
	if o.folder != "" {
		if err := os.MkdirAll(o.folder, 0o777); err != nil {
			return lang.Errorf("making --folder: %w", err)
		}
	}
	return lesson.Walk{
		In: o.In, Out: o.Out, Person: o.OutTerminal, Folder: o.folder, Open: o.open, Pictures: o.OutTerminal && !o.plain, Width: o.Width, Height: o.Height, Color: o.colors(),
	}.Through(ctx, l)
}
