package main

import (
	"bytes"
	"flag"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"convx/internal/filter"
	"convx/internal/ops"
)

var update = flag.Bool("update", false, "write the transcripts and pictures of docs again")

// Every `$ convx …` line of a console block in README.md and docs is run, and must print what stands below it, standard
// error included. A … stands for any text within a line, such as a time; a line that is only … for any lines.
// Commands run one after the other in one folder for each page, beside photo.png, the sample picture; those of a lesson in an
// empty one.
func TestTranscripts(t *testing.T) {
	for _, page := range pages(t) {
		t.Run(page, func(t *testing.T) {
			t.Parallel()
			text := read(t, page)
			dir := t.TempDir()
			if !strings.Contains(page, "/lessons/") { // which begin in an empty folder
				write(t, filepath.Join(dir, "photo.png"), read(t, "../../configs/samples/cat.png"))
			}
			after := consoleBlock.ReplaceAllFunc(text, func(block []byte) []byte {
				return replay(t, dir, block)
			})
			if *update && !bytes.Equal(text, after) {
				write(t, page, after)
			}
			if !strings.Contains(page, "/lessons/") {
				return
			}
			for _, name := range pictures(text) { // a teacher has no other
				made, err := os.ReadFile(filepath.Join(dir, name))
				if err != nil {
					t.Errorf("no command of the page makes %s", name)
				} else if why := unlike(t, read(t, filepath.Join("../../docs/images", name)), made); why != "" && !*update {
					t.Errorf("the command of the page that makes %s draws another picture than docs/images has: %s", name, why)
				}
			}
		})
	}
}

// The Chinese pages have the blocks of their English twins, byte for byte, so that TestTranscripts has run them already, and
// the same pictures; each pair of pages links to each other. With -update they get the blocks of the English pages. Every lesson
// has a Chinese page; TestEveryVariantIsWhole asks the same of variants.
func TestChineseSaysTheSame(t *testing.T) {
	translated := map[string]bool{}
	for _, page := range append(markdown(t, "../../docs/zh"), "../../README.zh.md") {
		zh, english := read(t, page), twin(page)
		if english == "" {
			if fenced.Match(zh) {
				t.Errorf("%s has blocks, and no English page has them", page)
			}
			continue
		}
		translated[english] = true
		requireLink(t, page, "English", english)
		requireLink(t, english, "中文", page)
		if have, want := pictures(zh), pictures(read(t, english)); !slices.Equal(have, want) {
			t.Errorf("%s shows %s, and %s %s", page, have, english, want)
		}
		have, want := fenced.FindAll(zh, -1), fenced.FindAll(read(t, english), -1)
		if len(have) != len(want) {
			t.Errorf("%s has %d blocks, and %s %d", page, len(have), english, len(want))
			continue
		}
		if *update {
			next := 0
			write(t, page, fenced.ReplaceAllFunc(zh, func([]byte) []byte { next++; return want[next-1] }))
			continue
		}
		for i := range want {
			if !bytes.Equal(have[i], want[i]) {
				t.Errorf("block %d of %s is\n%s\nand of %s\n%s", i+1, page, have[i], english, want[i])
			}
		}
	}
	for _, english := range markdown(t, "../../docs/lessons") {
		if !translated[english] {
			t.Errorf("%s has no Chinese page", english)
		}
	}
}

// pictures are the names of the pictures on a page.
func pictures(page []byte) (list []string) {
	for _, m := range link.FindAllSubmatch(page, -1) {
		if target := string(m[1]) + string(m[2]); slices.Contains([]string{".png", ".gif", ".svg"}, filepath.Ext(target)) {
			list = append(list, filepath.Base(target))
		}
	}
	return list
}

func requireLink(t *testing.T, from, text, to string) {
	t.Helper()
	target, err := filepath.Rel(filepath.Dir(from), to)
	if err != nil {
		t.Fatal(err)
	}
	if want := "[" + text + "](" + filepath.ToSlash(target) + ")"; !bytes.Contains(read(t, from), []byte(want)) {
		t.Errorf("%s has no %s", from, want)
	}
}

// twin is the English page of a Chinese one: beside it, or at the same place below docs; "" where there is none.
func twin(page string) string {
	name, below := strings.CutPrefix(page, "../../docs/zh/")
	if !below {
		return strings.Replace(page, ".zh.md", ".md", 1)
	}
	english := "../../docs/" + name
	if _, err := os.Stat(english); err != nil {
		return ""
	}
	return english
}

// pages are the files with transcripts; the Chinese ones have those of the English.
func pages(t *testing.T) []string {
	t.Helper()
	return append([]string{"../../README.md"}, slices.DeleteFunc(markdown(t, "../../docs"), func(page string) bool {
		return strings.Contains(page, "/zh/")
	})...)
}

// markdown is every page below a folder.
func markdown(t *testing.T, root string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, _ fs.DirEntry, err error) error {
		if strings.HasSuffix(path, ".md") {
			list = append(list, path)
		}
		return err
	})
	if err != nil || len(list) == 0 {
		t.Fatalf("%s has %d pages: %v", root, len(list), err)
	}
	return list
}

var (
	consoleBlock = regexp.MustCompile("(?ms)^```console\n.*?^```$")
	fenced       = regexp.MustCompile("(?ms)^```.*?^```$")
)

// replay runs the commands of one block and compares; it returns the block with what they printed now.
func replay(t *testing.T, dir string, block []byte) []byte {
	lines := strings.Split(string(block), "\n")
	out := []string{lines[0]}
	for i := 1; i < len(lines)-1; {
		command := lines[i]
		i++
		for strings.HasSuffix(command, `\`) {
			command += "\n" + lines[i]
			i++
		}
		start := i
		for i < len(lines)-1 && !strings.HasPrefix(lines[i], "$ ") {
			i++
		}
		want := lines[start:i]
		out = append(out, strings.Split(command, "\n")...)
		if !strings.HasPrefix(command, "$ convx ") && !strings.HasPrefix(command, "$ cmp ") {
			out = append(out, want...)
			continue
		}
		got := run(t, dir, strings.TrimPrefix(command, "$ "))
		if matches(want, got) {
			out = append(out, want...)
			continue
		}
		if !*update {
			t.Errorf("%s\nprints\n%s\nand the page says\n%s", command, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		out = append(out, hideTimes(got)...)
	}
	return []byte(strings.Join(append(out, "```"), "\n"))
}

// run runs one line of shell and gives what it prints.
func run(t *testing.T, dir, command string) []string {
	t.Helper()
	cmd := exec.Command("sh", "-c", command)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "HOME="+dir, "XDG_CONFIG_HOME="+dir, "NO_COLOR=1", "LC_ALL=C.UTF-8")
	printed, err := cmd.CombinedOutput()
	if _, failed := err.(*exec.ExitError); err != nil && !failed {
		t.Fatal(err)
	}
	text := strings.TrimRight(string(printed), "\n")
	if text == "" {
		return nil
	}
	lines := strings.Split(text, "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(l, " ")
	}
	return lines
}

// matches compares line by line, with … for what may differ.
func matches(want, got []string) bool {
	for len(want) > 0 {
		if strings.TrimSpace(want[0]) == "…" {
			for i := range len(got) + 1 {
				if matches(want[1:], got[i:]) {
					return true
				}
			}
			return false
		}
		if len(got) == 0 || !matchesLine(strings.TrimRight(want[0], " "), got[0]) {
			return false
		}
		want, got = want[1:], got[1:]
	}
	return len(got) == 0
}

func matchesLine(want, got string) bool {
	parts := strings.Split(want, "…")
	for i, p := range parts {
		parts[i] = regexp.QuoteMeta(p)
	}
	return regexp.MustCompile("^" + strings.Join(parts, ".*") + "$").MatchString(got)
}

// hideTimes puts … for what depends on the machine: times, speeds, threads and the algorithm that they choose.
func hideTimes(lines []string) []string {
	machine := regexp.MustCompile(`(in float(?:32|64)), \d+ threads?, .*GFLOP/s`)
	out := slices.Clone(lines)
	for i, l := range out {
		out[i] = machine.ReplaceAllString(l, "$1, …")
	}
	return out
}

func read(t *testing.T, path string) []byte {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

// docs/filters.md names every filter, and its numbers in their order.
func TestEveryFilterIsDocumented(t *testing.T) {
	page := string(read(t, "../../docs/filters.md"))
	for _, f := range filter.List() {
		usage := strings.Join(append([]string{f.Name}, f.Params...), ":")
		if !strings.Contains(page, "`"+usage+"`") && !strings.Contains(page, "`"+f.Name+"`") {
			t.Errorf("docs/filters.md lacks `%s`", usage)
		}
	}
}

func TestEveryAlgorithmIsDocumented(t *testing.T) {
	text := string(read(t, "../../docs/algorithms.md"))
	for _, name := range ops.Algorithms() {
		if !strings.Contains(text, "`"+name+"`") {
			t.Errorf("docs/algorithms.md has no %s", name)
		}
	}
}
