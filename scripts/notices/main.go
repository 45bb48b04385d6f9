// Command notices writes the licences of everything that is linked into convx, on any system: those of Go itself, of each
// module and of packages within that have one of their own, as fonts have. `make notices` puts it into NOTICES.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// systems that convx is built for; modules differ between them.
var systems = []string{"linux/amd64", "linux/arm64", "darwin/arm64", "windows/amd64"}

// licence is what the files that must be passed on are called.
var licence = regexp.MustCompile(`(?i)^(licen[cs]e|copying|notice|unlicense|patents)([.-].*)?$`)

// elsewhere are licences that stand beside a package under another name.
var elsewhere = map[string]string{"golang.org/x/image/font/gofont/goregular": "font/gofont/ttfs/README"}

// notice is one licence file: of which module or package, and where it lies.
type notice struct{ of, path string }

func main() {
	if err := write(os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "notices:", err)
		os.Exit(1)
	}
}

func write(w io.Writer) error {
	notices, err := collect()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("convx is built from Go and the modules below. Each is under its own licence, which follows its name.\n")
	for _, n := range notices {
		text, err := os.ReadFile(n.path)
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "\n%s\n%s, %s\n\n", strings.Repeat("=", 80), n.of, filepath.Base(n.path))
		for line := range strings.Lines(string(text)) {
			b.WriteString(strings.TrimRight(line, " \t\r\n") + "\n")
		}
	}
	_, err = w.Write(b.Bytes())
	return err
}

// collect finds the notices of all systems, ordered by name, Go's first.
func collect() ([]notice, error) {
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, fmt.Errorf("go env GOROOT: %w", err)
	}
	goLicence := notice{"The Go programming language", filepath.Join(strings.TrimSpace(string(root)), "LICENSE")}
	found := map[notice]bool{}
	for _, s := range systems {
		packages, err := linked(s)
		if err != nil {
			return nil, err
		}
		for _, p := range packages {
			own, err := p.notices()
			if err != nil {
				return nil, err
			}
			for _, n := range own {
				found[n] = true
			}
		}
	}
	notices := []notice{goLicence}
	for n := range found {
		notices = append(notices, n)
	}
	slices.SortFunc(notices[1:], func(a, b notice) int { return strings.Compare(a.of+a.path, b.of+b.path) })
	return notices, nil
}

// linkedPackage is what go list says of a package.
type linkedPackage struct {
	ImportPath, Dir string
	Module          *struct {
		Path, Version, Dir string
		Main               bool
	}
}

// linked lists what the commands are linked from on a system.
func linked(system string) ([]linkedPackage, error) {
	goos, arch, _ := strings.Cut(system, "/")
	cmd := exec.Command("go", "list", "-deps", "-json=ImportPath,Dir,Module", "convx/cmd/...")
	cmd.Env = append(os.Environ(), "GOOS="+goos, "GOARCH="+arch, "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list for %s: %w", system, err)
	}
	var packages []linkedPackage
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p linkedPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages, nil
		} else if err != nil {
			return nil, err
		}
		if p.Module != nil && !p.Module.Main {
			packages = append(packages, p)
		}
	}
}

// notices are the licences of a package: from its own folder up to the module's, which must have one.
func (p linkedPackage) notices() ([]notice, error) {
	var out []notice
	for dir := p.Dir; ; dir = filepath.Dir(dir) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		name := p.Module.Path + " " + p.Module.Version
		if inside, err := filepath.Rel(p.Module.Dir, dir); err == nil && inside != "." {
			name += ", " + filepath.ToSlash(inside)
		}
		for _, e := range entries {
			if !e.IsDir() && licence.MatchString(e.Name()) && filepath.Ext(e.Name()) != ".go" {
				out = append(out, notice{name, filepath.Join(dir, e.Name())})
			}
		}
		if dir == p.Module.Dir {
			break
		}
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("%s has no licence", p.Module.Path)
	}
	if file, ok := elsewhere[p.ImportPath]; ok {
		out = append(out, notice{p.ImportPath, filepath.Join(p.Module.Dir, filepath.FromSlash(file))})
	}
	return out, nil
}
