// Package lesson reads the lessons of the documentation as steps: text to read and commands to run.
package lesson

import (
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"convx/docs"
	"convx/internal/lang"
)

// order is that of the lessons; the rest follow by name.
var order = []string{"sizes", "edges", "channels", "separable", "gridding", "checkerboards", "moving-taps", "inside-a-network", "claims"}

// Lesson is a page of steps.
type Lesson struct {
	Number      int
	Name, Title string
	Steps       []Step
}

// Step is a paragraph, or the shell command of a console block without what it printed.
type Step struct{ Text, Command string }

// page reads the page of a lesson in the language that messages are in.
func page(name string) ([]byte, error) {
	if lang.Used() != lang.Chinese {
		return docs.Lessons.ReadFile("lessons/" + name + ".md")
	}
	if name == "claims" {
		return docs.Lessons.ReadFile("zh/claims.md")
	}
	return docs.Lessons.ReadFile("zh/lessons/" + name + ".md")
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

// Find is the lesson of that number, from 1, or name.
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
	return Lesson{}, lang.Errorf("there is no lesson %q: lessons are %s", asked, strings.Join(names, ", "))
}

// withoutTwin is a line without the link to the page in another language that it may begin with.
func withoutTwin(line string) string {
	if _, rest, ok := strings.Cut(line, ")) "); ok && strings.HasPrefix(line, "([") {
		return rest
	}
	return line
}

// parse cuts a page at blank lines and fences.
func parse(page string) (l Lesson) {
	var text []string
	flush := func() {
		if joined := strings.TrimSpace(strings.Join(text, "\n")); joined != "" {
			l.Steps = append(l.Steps, Step{Text: joined})
		}
		text = nil
	}
	lines := strings.Split(page, "\n")
	for i := 0; i < len(lines); i++ {
		line := lines[i]
		switch {
		case strings.HasPrefix(line, "# ") && l.Title == "":
			l.Title = strings.TrimPrefix(line, "# ")
		case strings.HasPrefix(line, "```"):
			flush()
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				command, ok := strings.CutPrefix(lines[i], "$ ")
				if !ok {
					continue
				}
				for strings.HasSuffix(command, `\`) && i+1 < len(lines) {
					i++
					command += "\n" + lines[i]
				}
				l.Steps = append(l.Steps, Step{Command: command})
			}
		case line == "":
			flush()
		case strings.HasPrefix(line, "!["): // the pictures of the page: the commands make their own
			flush()
		default:
			text = append(text, withoutTwin(line))
		}
	}
	flush()
	return l
}
