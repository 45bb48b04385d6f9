// Package lesson reads the lessons of the documentation as steps: text to read and commands to run.
package lesson

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"convx/docs"
	"convx/internal/lang"
	"convx/internal/lazy"
)

// order is that of the lessons.
var order = []string{
	"sizes", "edges", "channels", "groups", "separable", "narrow-ends", "stamps", "checkerboards", "gridding", "moving-taps", "regions", "louder-softer",
	"inside-a-network", "claims",
}

// Names are what the lessons are called, in order.
func Names() []string { return slices.Clone(order) }

// Lesson is a page of steps.
type Lesson struct {
	Number      int
	Name, Title string
	Minutes     int      // that a class needs, by the page's plan; 0 where it has none
	Kinds       []string // variants that it teaches
	Steps       []Step
}

// Step is a paragraph, or the shell command of a console block without what it printed.
type Step struct {
	Text, Command string
	// Rest says that a reader has something to do before what follows is shown: to guess, or to do the exercises.
	Rest bool
}

// page reads the page of a lesson in the language that messages are in.
func page(name string) ([]byte, error) {
	folder := "lessons/"
	if lang.Used() == lang.Chinese {
		folder = "zh/lessons/"
	}
	return docs.Lessons.ReadFile(folder + name + ".md")
}

// All reads every lesson, in order, in the language that messages are in.
func All() ([]Lesson, error) {
	var list []Lesson
	for _, name := range order {
		text, err := page(name)
		if err != nil {
			if _, missing := err.(*fs.PathError); missing {
				continue
			}
			return nil, err
		}
		l := parse(string(text))
		l.Name, l.Number = name, len(list)+1
		list = append(list, l)
	}
	return list, nil
}

// Find is the lesson of that number, from 1, or name, or the first that teaches that variant.
func Find(asked string) (Lesson, error) {
	list, err := All()
	if err != nil {
		return Lesson{}, err
	}
	var names []string
	for _, l := range list {
		if l.Name == asked || strconv.Itoa(l.Number) == asked {
			return l, nil
		}
		names = append(names, fmt.Sprintf("%d %s", l.Number, l.Name))
	}
	if i := slices.IndexFunc(list, func(l Lesson) bool { return slices.Contains(l.Kinds, asked) }); i >= 0 {
		return list[i], nil
	}
	return Lesson{}, lang.Errorf("there is no lesson %q: lessons are %s", asked, lang.List(names))
}

// What paragraphs begin with, in either language: the minutes of a lesson, and its kinds; what a reader should guess first.
var (
	planned = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp { return regexp.MustCompile(`^\*\*(\d+) ?(?:minutes|分钟)`) }}
	guess   = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp { return regexp.MustCompile(`^\*\*(?:Guess|先猜)`) }}
	kind    = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp { return regexp.MustCompile(`variants/([a-z-]+)\.md`) }}
	item    = lazy.Value[*regexp.Regexp]{Make: func() *regexp.Regexp { return regexp.MustCompile(`^(?:\d+\.|-) `) }}
)

// parse cuts a page at blank lines, items of lists and fences. The paragraph with the link to the page in another language says how
// to paste the page, and is left out.
func parse(page string) (l Lesson) {
	var text []string
	flush := func() {
		joined := strings.TrimSpace(strings.Join(text, "\n"))
		text = nil
		if joined == "" || strings.HasPrefix(joined, "([") {
			return
		}
		if found := planned.Get().FindStringSubmatch(joined); found != nil {
			l.Minutes, _ = strconv.Atoi(found[1])
			for _, k := range kind.Get().FindAllStringSubmatch(joined, -1) {
				l.Kinds = append(l.Kinds, k[1])
			}
		}
		if last := len(l.Steps) - 1; last >= 0 && strings.HasPrefix(joined, "## ") && l.Steps[last].Text != "" {
			l.Steps[last].Rest = true
		}
		l.Steps = append(l.Steps, Step{Text: joined, Rest: guess.Get().MatchString(joined)})
	}
	lines := strings.Split(page, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "# ") && l.Title == "":
			l.Title = strings.TrimPrefix(line, "# ")
		case strings.HasPrefix(line, "```"):
			flush()
			console := line == "```console"
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				command, ok := strings.CutPrefix(lines[i], "$ ")
				if !ok && !console { // a command to try, which takes its time
					text = append(text, lines[i])
				}
				if !ok {
					continue
				}
				for strings.HasSuffix(command, `\`) && i+1 < len(lines) {
					i++
					command += "\n" + lines[i]
				}
				l.Steps = append(l.Steps, Step{Command: command})
			}
			flush()
		case line == "":
			flush()
		case strings.HasPrefix(line, "!["): // the pictures of the page: the commands make their own
			flush()
		default:
			if item.Get().MatchString(line) {
				flush()
			}
			text = append(text, line)
		}
	}
	flush()
	return l
}
