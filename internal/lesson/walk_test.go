package lesson

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"convx/internal/picture"
)

// A walk runs each command in its folder, stops where the person has had enough, and keeps nothing that nobody asked for.
func TestWalk(t *testing.T) {
	if _, err := exec.LookPath("sh"); err != nil {
		t.Skip("there is no sh here")
	}
	l := Lesson{Number: 1, Title: "Two steps", Steps: []Step{{Text: "First **this**, then [that](../there.md) of [them](https://a.b)."}, {Text: "## Rest", Rest: true}, {Command: "echo one > one.txt; cat one.txt"}, {Command: "pwd; cat one.txt"}}}
	for keys, want := range map[string]int{"\n\n\n": 2, "\nq\n": 1, "q\n": 0, "\n": 1} {
		var out bytes.Buffer
		folder := t.TempDir()
		if err := (Walk{In: strings.NewReader(keys), Out: &out, Person: true, Folder: folder}).Through(t.Context(), l); err != nil {
			t.Fatal(err)
		}
		if got := strings.Count(out.String(), "\n$ "); got != want || !strings.HasPrefix(out.String(), "Lesson 1: Two steps\n\nFirst this, then that of them (https://a.b).\n\nRest\n") {
			t.Errorf("keys %q: %d commands, want %d:\n%s", keys, got, want, out.String())
		}
		if _, err := os.Stat(filepath.Join(folder, "one.txt")); want > 0 && err != nil {
			t.Errorf("what was asked for is gone: %v", err)
		}
	}
	var out bytes.Buffer
	if err := (Walk{Out: &out}).Through(t.Context(), l); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(out.String(), "$ pwd; cat one.txt\n")
	folder, shown, _ := strings.Cut(rest, "\n")
	if _, err := os.Stat(folder); folder == "" || shown != "one\n" || err == nil {
		t.Errorf("the walk's own folder is %q, with %q, and is still there: %v", folder, shown, err == nil)
	}
	bad := Lesson{Steps: []Step{{Command: "exit 7"}}}
	if err := (Walk{Out: &out}).Through(t.Context(), bad); err == nil || !strings.HasPrefix(err.Error(), "exit 7: ") {
		t.Errorf("a command that fails: %v", err)
	}
}

// Where a picture would push the text before it off the screen, the walk waits first.
func TestTextIsReadBeforeAPicture(t *testing.T) {
	step := Step{Text: strings.Repeat("word ", 60)} // four lines of 80 columns
	for _, c := range []struct {
		height  int
		command string
		waits   int
	}{
		{24, "convx draw se -o se.png", 1}, {24, "convx draw se -o se.gif | cat", 1}, {24, "convx run se photo.png -o se.npy", 0}, {60, "convx draw se -o se.png", 0}, {0, "convx draw se -o se.png", 0},
	} {
		var out bytes.Buffer
		w := Walk{In: strings.NewReader("q\n"), Out: &out, Person: true, Folder: t.TempDir(), Pictures: true, Width: 80, Height: c.height}
		w.Through(t.Context(), Lesson{Steps: []Step{step, {Command: "true; : " + c.command}}})
		if got := strings.Count(out.String(), "[Enter"); got != c.waits {
			t.Errorf("%d rows, %s: waits %d times, not %d", c.height, c.command, got, c.waits)
		}
	}
}

// An animation stands still as its last frame leaves it, whether frames hold what changed or all.
func TestLastFrame(t *testing.T) {
	for name, first := range map[string]color.Color{"what changed": color.White, "all": color.Transparent} {
		frames := make([]image.Image, 2)
		for i := range frames {
			f := image.NewRGBA(image.Rect(0, 0, 4, 3))
			draw.Draw(f, f.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
			f.Set(i, 1, color.RGBA{R: 255, A: 255})
			f.Set(3, 2, []color.Color{color.White, first}[i])
			frames[i] = f
		}
		var b bytes.Buffer
		if err := picture.EncodeGIF(&b, frames, time.Second); err != nil {
			t.Fatal(err)
		}
		got, err := lastFrame(&b)
		if err != nil {
			t.Fatal(err)
		}
		for y := range 3 {
			for x := range 4 {
				if want := frames[1].At(x, y); color.RGBAModel.Convert(got.At(x, y)) != want {
					t.Errorf("%s: pixel %d,%d is %v, not %v", name, x, y, got.At(x, y), want)
				}
			}
		}
	}
	if _, err := lastFrame(strings.NewReader("no GIF")); err == nil {
		t.Error("no GIF is read")
	}
}

// Paragraphs end at the terminal's width, or where they are still easy to read.
func TestWrap(t *testing.T) {
	text := strings.Repeat("wörter ", 40)
	for width, most := range map[int]int{0: 100, 30: 30, 300: 100} {
		for line := range strings.Lines(Walk{Width: width}.wrap(text)) {
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > most || strings.HasSuffix(line, " \n") {
				t.Errorf("width %d: a line of %d: %q", width, n, line)
			}
		}
	}
}
