package lesson

import (
	"bufio"
	"context"
	"fmt"
	"image"
	"image/draw"
	"image/gif"
	_ "image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/lazy"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/terminal"
)

// Walk is how a lesson is walked through.
type Walk struct {
	In  io.Reader // of a person's keys
	Out io.Writer // of the lesson, and of what its commands print
	// Person says that somebody is looking, who presses Enter to go on.
	Person bool
	// Folder is where the commands run, and what they write is kept; empty is a folder of its own that is removed at the end.
	Folder string
	// Open shows the pictures in the system's viewer; Pictures, where it is not set, in half blocks on Out.
	Open, Pictures bool
	Width, Height  int // columns and rows of Out; 0 is not known
	Color          picture.Colors
}

// Through prints a lesson and runs its commands, one after the other, until its end or until the person has had enough. An error
// names the command that failed.
func (w Walk) Through(ctx context.Context, l Lesson) error {
	run, done, err := newRun(w)
	if err != nil {
		return err
	}
	defer done()
	fmt.Fprintln(w.Out, lang.Sprintf("Lesson %d: %s", l.Number, l.Title))
	unread := 0 // lines of text since the person last pressed Enter
	for i, s := range l.Steps {
		if s.Text != "" {
			text := w.wrap(s.Text)
			fmt.Fprintf(w.Out, "\n%s\n", text)
			unread += 2 + strings.Count(text, "\n")
		} else {
			if unread > 0 && run.floods(s.Command, unread) && !run.goOn() {
				break
			}
			if err := run.command(ctx, s.Command); err != nil {
				return err
			}
		}
		if s.Rest || s.Command != "" {
			if unread = 0; i < len(l.Steps)-1 && !run.goOn() {
				break
			}
		}
	}
	return nil
}

// floods reports whether the picture that a command writes would push so many lines of text off the screen.
func (r *run) floods(command string, lines int) bool {
	_, file, _ := strings.Cut(command, " -o ")
	file, _, _ = strings.Cut(file, " ")
	return r.Pictures && !r.Open && r.Height > 0 && slices.Contains([]string{".png", ".gif"}, filepath.Ext(file)) && lines+r.rows()+4 > r.Height
}

// run runs the commands of a lesson in their folder.
type run struct {
	Walk
	keys  *bufio.Reader
	self  string
	shown map[string]int64 // pictures, by their time of change
}

func newRun(o Walk) (r *run, done func(), err error) {
	self, err := exec.LookPath(os.Args[0])
	if err == nil {
		self, err = filepath.Abs(self)
	}
	if err != nil {
		return nil, nil, lang.Errorf("finding convx itself: %w", err)
	}
	if _, err := exec.LookPath("sh"); err != nil {
		return nil, nil, lang.New("a lesson's commands need a shell: there is no sh here")
	}
	done = func() {}
	if o.Folder == "" {
		if o.Folder, err = os.MkdirTemp("", "convx-lesson-"); err != nil {
			return nil, nil, lang.Errorf("making a folder for the lesson: %w", err)
		}
		if !o.Open { // else the viewer may still read them
			done = func() { os.RemoveAll(o.Folder) }
		}
	}
	return &run{Walk: o, keys: bufio.NewReader(o.In), self: self, shown: map[string]int64{}}, done, nil
}

// command runs one command and shows the pictures that it wrote.
func (r *run) command(ctx context.Context, line string) error {
	fmt.Fprintf(r.Out, "\n$ %s\n", line)
	c := exec.CommandContext(ctx, "sh", "-c", `convx() { "$CONVX" "$@"; }`+"\n"+line)
	c.Dir = r.Folder
	c.Env = append(os.Environ(), "CONVX="+r.self, "CONVX_LANG="+string(lang.Used()))
	c.Stdout, c.Stderr = r.Out, r.Out
	if err := c.Run(); err != nil {
		return fmt.Errorf("%s: %w", line, err)
	}
	made, err := filepath.Glob(filepath.Join(r.Folder, "*.[pg][ni][gf]"))
	if err != nil {
		return err
	}
	slices.Sort(made)
	for _, path := range made {
		stat, err := os.Stat(path)
		if err != nil || r.shown[path] == stat.ModTime().UnixNano() {
			continue
		}
		r.shown[path] = stat.ModTime().UnixNano()
		if err := r.show(path); err != nil {
			return err
		}
	}
	return nil
}

// rows is how many rows of the terminal a picture takes at most: the command stays in sight above, and what to do below.
func (r *run) rows() int {
	if r.Height > 0 {
		return max(8, min(36, r.Height-5))
	}
	return 36
}

// show draws a picture in the terminal, or opens it; of an animation, how it ends.
func (r *run) show(path string) error {
	if r.Open {
		return terminal.Browse(path)
	}
	if !r.Pictures {
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	var img image.Image
	if filepath.Ext(path) == ".gif" {
		img, err = lastFrame(f)
	} else {
		img, _, err = image.Decode(f)
	}
	if err != nil {
		return lang.Errorf("reading %q: %w", path, err)
	}
	for _, line := range picture.HalfBlocks(img, max(20, min(100, r.Width-2)), r.rows(), r.Color) {
		fmt.Fprintln(r.Out, " "+line)
	}
	return nil
}

// lastFrame is an animation as its last frame leaves it.
func lastFrame(f io.Reader) (image.Image, error) {
	anim, err := gif.DecodeAll(f)
	if err != nil {
		return nil, err
	}
	whole := image.NewRGBA(image.Rect(0, 0, anim.Config.Width, anim.Config.Height))
	for i, frame := range anim.Image {
		if i > 0 && anim.Disposal[i-1] == gif.DisposalBackground {
			clear(whole.Pix)
		}
		draw.Draw(whole, frame.Rect, frame, frame.Rect.Min, draw.Over)
	}
	return whole, nil
}

// goOn waits for Enter where a person is looking.
func (r *run) goOn() bool {
	if !r.Person {
		return true
	}
	fmt.Fprint(r.Out, "\n"+lang.Text("[Enter goes on, q ends] "))
	line, err := r.keys.ReadString('\n')
	return err == nil && strings.TrimSpace(line) != "q"
}

// links are those of Markdown: a page of the documentation is of no use in a terminal, an address is.
var links = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp { return regexp.MustCompile(`\[([^\]]*)\]\((?:(https?:[^)]*)|[^)]*)\)`) }}

// wrap breaks a paragraph at the terminal's width, without the marks of Markdown.
func (w Walk) wrap(text string) string {
	width := 100
	if w.Width > 0 {
		width = min(width, w.Width)
	}
	text = strings.NewReplacer("。** ", "。", "**", "", "## ", "").Replace(text)
	text = links.Get().ReplaceAllStringFunc(text, func(l string) string {
		part := links.Get().FindStringSubmatch(l)
		if part[2] == "" {
			return part[1]
		}
		return part[1] + " (" + part[2] + ")"
	})
	return strings.Join(report.Wrap(text, width), "\n")
}
