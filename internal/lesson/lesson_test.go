package lesson

import (
	"io/fs"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"convx/docs"
	"convx/internal/lang"
)

func TestLessons(t *testing.T) { testLessons(t) }

func TestChineseLessons(t *testing.T) {
	lang.Use(lang.Chinese)
	defer lang.Use(lang.English)
	list, err := All()
	if err != nil || !strings.ContainsRune(list[0].Title, '输') {
		t.Error(list, err)
	}
	testLessons(t)
}

// Every lesson is in the order, has a title, something to read and something to run, and begins with what it needs. What a class
// does with it in 45 minutes: a plan of minutes that add up, a question to open with, guesses before commands, exercises that all
// have answers, and what to take home.
func testLessons(t *testing.T) {
	t.Helper()
	list, err := All()
	if err != nil {
		t.Fatal(err)
	}
	files, _ := fs.Glob(docs.Lessons, "lessons/*.md")
	if len(files) != len(list)+1 { // and their index
		t.Errorf("%d lessons in order, %d files", len(list), len(files))
	}
	index, err := page("README")
	if err != nil {
		t.Fatal(err)
	}
	for i, l := range list {
		if !indexed(string(index), l) {
			t.Errorf("the index does not lead to %s from each of %v", l.Name, l.Kinds)
		}
		commands, texts, sampled := 0, 0, false
		for _, s := range l.Steps {
			if s.Command != "" {
				commands++
				sampled = sampled || strings.HasPrefix(s.Command, "convx sample")
				if strings.Contains(s.Command, "photo.png") && !sampled {
					t.Errorf("%s uses photo.png before it writes it: %s", l.Name, s.Command)
				}
			} else {
				if strings.Contains(s.Text, "(../zh/") || strings.Contains(s.Text, "[English]") {
					t.Errorf("%s shows a link to its page in another language: %s", l.Name, s.Text)
				}
				texts++
			}
		}
		if l.Title == "" || commands < 3 || texts < 3 || l.Number != i+1 {
			t.Errorf("%d %s %q: %d commands, %d texts", l.Number, l.Name, l.Title, commands, texts)
		}
		if l.Name != "claims" {
			testClass(t, l)
		}
		if byName, err := Find(l.Name); err != nil || byName.Number != l.Number {
			t.Error(err)
		}
	}
	if _, err := Find("99"); err == nil || !strings.Contains(err.Error(), lang.List([]string{"1 sizes", "2 edges"})) {
		t.Error(err)
	}
}

var minutes = regexp.MustCompile(`\d+`)

func testClass(t *testing.T, l Lesson) {
	t.Helper()
	if l.Minutes != 45 {
		t.Errorf("%s takes %d minutes", l.Name, l.Minutes)
	}
	part, items, marks := "", map[string]int{}, map[string]int{}
	for i, s := range l.Steps {
		if planned.Get().MatchString(s.Text) {
			sum := 0
			for _, m := range minutes.FindAllString(s.Text[strings.LastIndexAny(s.Text, ":："):], -1) {
				n, _ := strconv.Atoi(m)
				sum += n
			}
			if sum != l.Minutes {
				t.Errorf("%s: the parts of the plan take %d minutes: %s", l.Name, sum, s.Text)
			}
		}
		if guess.Get().MatchString(s.Text) && (i+1 == len(l.Steps) || l.Steps[i+1].Command == "") {
			t.Errorf("%s: no command follows the guess: %s", l.Name, s.Text)
		}
		if item.Get().MatchString(s.Text) {
			items[part]++
		}
		if strings.HasPrefix(s.Text, "## ") {
			part = s.Text
		}
		for mark, begins := range classMarks {
			if begins.MatchString(s.Text) {
				marks[mark]++
			}
		}
	}
	if n := items["## Exercises"] + items["## 练习"]; n < 3 || n != items["## Answers"]+items["## 答案"] {
		t.Errorf("%s: exercises and answers are %v", l.Name, items)
	}
	if marks["question"] != 1 || marks["guess"] < 3 || marks["home"] != 1 {
		t.Errorf("%s has %v", l.Name, marks)
	}
}

// classMarks are what paragraphs for a class begin with.
var classMarks = map[string]*regexp.Regexp{
	"question": regexp.MustCompile(`^\*\*(?:Question\.|问题。)`),
	"guess":    guess.Get(),
	"home":     regexp.MustCompile(`^\*\*(?:To take home\.|小结。)`),
}

// indexed says that an index has a row with a lesson, and one for each of its kinds.
func indexed(index string, l Lesson) bool {
	lead := func(to string) bool {
		for row := range strings.Lines(index) {
			if strings.HasPrefix(row, "|") && strings.Contains(row, l.Name+".md)") && strings.Contains(row, to) {
				return true
			}
		}
		return false
	}
	return lead("") && !slices.ContainsFunc(l.Kinds, func(k string) bool { return !lead("variants/" + k + ".md)") })
}

func TestParse(t *testing.T) {
	l := parse("# Title\n\n([中文](x.md)) Paste.\n\n**45 minutes** on [it](../variants/dilated.md): 45.\n\nText of\ntwo lines.\n\n```console\n$ convx a \\\n  b\nprinted\n$ cmp x y\n```\n\n```\nconvx bench\n```\n\n![p](q.png)\n**Guess.** More.\n\n" +
		"## Exercises\n\n1. One\n   two.\n2. Three.\n\n## Answers\n")
	want := []Step{
		{Text: "**45 minutes** on [it](../variants/dilated.md): 45."}, {Text: "Text of\ntwo lines."}, {Command: "convx a \\\n  b"}, {Command: "cmp x y"}, {Text: "convx bench"},
		{Text: "**Guess.** More.", Rest: true}, {Text: "## Exercises"}, {Text: "1. One\n   two."}, {Text: "2. Three.", Rest: true}, {Text: "## Answers"},
	}
	if l.Minutes != 45 || len(l.Kinds) != 1 || l.Kinds[0] != "dilated" {
		t.Errorf("%d minutes of %v", l.Minutes, l.Kinds)
	}
	if l.Title != "Title" || len(l.Steps) != len(want) {
		t.Fatalf("%+v", l)
	}
	for i, s := range want {
		if l.Steps[i] != s {
			t.Errorf("step %d is %+v, not %+v", i, l.Steps[i], s)
		}
	}
}
