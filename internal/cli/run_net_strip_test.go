package cli

import (
	"bytes"
	"encoding/json"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

// Who sees half blocks is shown the strongest maps of each layer, within the width; nobody else is.
func TestStripsOfMaps(t *testing.T) {
	escape := regexp.MustCompile("\x1b[^m]*m")
	show := func(s Streams, args ...string) string {
		var out, said bytes.Buffer
		s.In, s.Out, s.Err = strings.NewReader(""), &out, &said
		if status := Main(append([]string{"run", "--net", "drawings", "../../configs/samples/drawing-7.png", "--at", "*"}, args...), s); status != exitDone {
			t.Fatal(said.String())
		}
		return out.String()
	}
	for width, want := range map[int]int{50: 0, 80: 2, 100: 2, 140: 4, 0: 8} {
		table := show(Streams{OutTerminal: true, Color: true, Pictures: true, Width: width})
		lines := strings.Split(escape.ReplaceAllString(table, ""), "\n")
		if strings.Contains(lines[0], " maps ") != (want > 0) {
			t.Fatalf("%d columns: headed %s", width, lines[0])
		}
		for _, line := range lines {
			if want > 0 && width > 0 && utf8.RuneCountInString(line) > width {
				t.Errorf("%d columns: a line of %d: %s", width, utf8.RuneCountInString(line), line)
			}
			if n := strings.Count(line, "▀▀▀▀"); strings.HasPrefix(line, " conv") && n < want || want == 0 && n > 0 {
				t.Errorf("%d columns: %d maps: %s", width, n, line)
			}
		}
	}
	seen := Streams{OutTerminal: true, Color: true, Pictures: true, Width: 140}
	for name, text := range map[string]string{
		"a pipe": show(Streams{}), "colours that are forced": show(Streams{Color: true}), "CSV": show(seen, "-f", "csv"), "Markdown": show(seen, "-f", "markdown"), "JSON": show(seen, "-f", "json"),
	} {
		if strings.ContainsAny(text, "▀\x1b") {
			t.Errorf("%s gets pictures: %s", name, text)
		}
	}
	if text := show(seen, "--columns", "name,maps"); !strings.Contains(text, "▀") {
		t.Errorf("chosen by name: %s", text)
	}
}

// Maps that are all zero are counted: always in JSON and CSV, in the table where there are any.
func TestDeadMaps(t *testing.T) {
	for picture, dead := range map[string]bool{"../../configs/samples/drawing-star.png": true, "": false} {
		args := []string{"run", "--net", "drawings"}
		if picture != "" {
			args = append(args, picture)
		} else {
			args = append(args, "--without", "all", "--seed", "3")
		}
		text, _, _ := execute(t, append(args, "-f", "json", "--at", "*")...)
		var run struct {
			Layers []struct {
				Name   string
				Output []int
				Zeros  int
				Dead   *int
			}
		}
		if err := json.Unmarshal([]byte(text), &run); err != nil {
			t.Fatal(err)
		}
		total := 0
		for _, l := range run.Layers {
			if l.Dead == nil {
				t.Fatalf("%s has no count of dead maps: %s", l.Name, text)
			}
			total += *l.Dead
			if n := len(l.Output); n == 4 && *l.Dead*l.Output[2]*l.Output[3] > l.Zeros {
				t.Errorf("%s: %d dead maps, %d zeros", l.Name, *l.Dead, l.Zeros)
			}
		}
		table, _, _ := execute(t, append(args, "--at", "*")...)
		if head, _, _ := strings.Cut(table, "\n"); strings.Contains(head, " dead ") != (total > 0) {
			t.Errorf("%d dead maps, headed %s", total, head)
		}
		if dead && total == 0 {
			t.Errorf("%s: no map is dead", picture)
		}
		if csv, _, _ := execute(t, append(args, "-f", "csv")...); !strings.Contains(csv, ",zeros,dead,") {
			t.Errorf("CSV: %s", csv)
		}
	}
}
