package lesson

import (
	"io/fs"
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

// Every lesson is in the order, has a title, something to read and something to run, and begins with what it needs.
func testLessons(t *testing.T) {
	t.Helper()
	list, err := All()
	if err != nil {
		t.Fatal(err)
	}
	files, _ := fs.Glob(docs.Lessons, "lessons/*.md")
	if len(files) != len(list) {
		t.Errorf("%d lessons in order, %d files", len(list), len(files))
	}
	for i, l := range list {
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
		if byName, err := Find(l.Name); err != nil || byName.Number != l.Number {
			t.Error(err)
		}
	}
	if _, err := Find("99"); err == nil || !strings.Contains(err.Error(), "1 sizes, 2 edges") {
		t.Error(err)
	}
}

func TestParse(t *testing.T) {
	l := parse("# Title\n\nText of\ntwo lines.\n\n```console\n$ convx a \\\n  b\nprinted\n$ cmp x y\n```\n\n![p](q.png)\nMore.\n")
	want := []Step{{Text: "Text of\ntwo lines."}, {Command: "convx a \\\n  b"}, {Command: "cmp x y"}, {Text: "More."}}
	if l.Title != "Title" || len(l.Steps) != len(want) {
		t.Fatalf("%+v", l)
	}
	for i, s := range want {
		if l.Steps[i] != s {
			t.Errorf("step %d is %+v, not %+v", i, l.Steps[i], s)
		}
	}
}
