package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"image"
	_ "image/png"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/lesson"
	"convx/internal/picture"
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
		Use: "lesson [N|NAME]",
		Long: `lesson walks through a lesson of the documentation: a paragraph, the command that shows it, what the command prints, and the
picture that it makes, in half-blocks on a terminal. Enter goes on, q ends. Without N it lists the lessons.

The commands run in a folder of their own that is removed at the end, unless --folder keeps it.`,
		Example: strings.Trim(`
  convx lesson
  convx lesson 2
  convx lesson gridding --folder gridding`, "\n"),
		Args: argsUpTo(1),
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
		return o.print(o.format, listLessons(list))
	}
	l, err := lesson.Find(o.asked)
	if err != nil {
		return usageError{err}
	}
	w, done, err := newWalk(o)
	if err != nil {
		return err
	}
	defer done()
	fmt.Fprintf(o.Out, "Lesson %d: %s\n", l.Number, l.Title)
	for i, s := range l.Steps {
		if s.Text != "" {
			fmt.Fprintf(o.Out, "\n%s\n", w.wrap(s.Text))
			continue
		}
		if err := w.command(ctx, s.Command); err != nil {
			return err
		}
		if i < len(l.Steps)-1 && !w.goOn() {
			break
		}
	}
	return nil
}

// walk runs the commands of a lesson in their folder.
type walk struct {
	lessonOptions
	keys  *bufio.Reader
	self  string
	shown map[string]int64 // pictures, by their time of change
}

func newWalk(o lessonOptions) (w *walk, done func(), err error) {
	self, err := exec.LookPath(os.Args[0])
	if err == nil {
		self, err = filepath.Abs(self)
	}
	if err != nil {
		return nil, nil, fmt.Errorf("finding convx itself: %w", err)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		return nil, nil, errors.New("a lesson's commands need a shell: there is no sh here")
	}
	done = func() {}
	if o.folder == "" {
		if o.folder, err = os.MkdirTemp("", "convx-lesson-"); err != nil {
			return nil, nil, fmt.Errorf("making a folder for the lesson: %w", err)
		}
		if !o.open { // else the viewer may still read them
			done = func() { os.RemoveAll(o.folder) }
		}
	} else if err := os.MkdirAll(o.folder, 0o777); err != nil {
		return nil, nil, fmt.Errorf("making --folder: %w", err)
	}
	return &walk{lessonOptions: o, keys: bufio.NewReader(o.In), self: self, shown: map[string]int64{}}, done, nil
}

// command runs one command and shows the pictures that it wrote.
func (w *walk) command(ctx context.Context, line string) error {
	fmt.Fprintf(w.Out, "\n$ %s\n", line)
	c := exec.CommandContext(ctx, "sh", "-c", `convx() { "$CONVX" "$@"; }`+"\n"+line)
	c.Dir = w.folder
	c.Env = append(os.Environ(), "CONVX="+w.self)
	c.Stdout, c.Stderr = w.Out, w.Out
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	made, err := filepath.Glob(filepath.Join(w.folder, "*.[pg][ni][gf]"))
	if err != nil {
		return err
	}
	slices.Sort(made)
	for _, path := range made {
		stat, err := os.Stat(path)
		if err != nil || w.shown[path] == stat.ModTime().UnixNano() {
			continue
		}
		w.shown[path] = stat.ModTime().UnixNano()
		if err := w.show(path); err != nil {
			return err
		}
	}
	return nil
}

// show draws a picture in the terminal, or opens it.
func (w *walk) show(path string) error {
	if w.open {
		return browse(path)
	}
	if w.plain || !w.OutTerminal || filepath.Ext(path) == ".gif" {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	img, _, err := image.Decode(f)
	if err != nil {
		return fmt.Errorf("reading %q: %w", path, err)
	}
	for _, line := range picture.HalfBlocks(img, max(20, min(100, w.Width-2)), 36, w.Color) {
		fmt.Fprintln(w.Out, " "+line)
	}
	return nil
}

// goOn waits for Enter where a person is looking.
func (w *walk) goOn() bool {
	if !w.OutTerminal {
		return true
	}
	fmt.Fprint(w.Out, "\n[Enter goes on, q ends] ")
	line, err := w.keys.ReadString('\n')
	return err == nil && strings.TrimSpace(line) != "q"
}

// wrap breaks a paragraph at the terminal's width.
func (w *walk) wrap(text string) string {
	width := 100
	if w.Width > 0 {
		width = min(width, w.Width)
	}
	var b strings.Builder
	at := 0
	for _, word := range strings.Fields(strings.NewReplacer("**", "").Replace(text)) {
		if n := len([]rune(word)); at > 0 && at+1+n > width {
			b.WriteString("\n")
			at = 0
		} else if at > 0 {
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += len([]rune(word))
	}
	return b.String()
}

// listLessons has a row for each lesson.
func listLessons(list []lesson.Lesson) report.Document {
	type row struct {
		Number int    `json:"number"`
		Name   string `json:"name"`
		Title  string `json:"title"`
	}
	var rows []row
	t := report.Table{Columns: []report.Column{{Name: "lesson", Right: true}, {Name: "name"}, {Name: "title"}}}
	for _, l := range list {
		rows = append(rows, row{l.Number, l.Name, l.Title})
		t.Rows = append(t.Rows, []report.Cell{report.Int(l.Number), report.Str(l.Name), report.Str(l.Title)})
	}
	return report.Document{JSON: map[string]any{"lessons": rows}, Blocks: []report.Block{t}}
}
