package cli

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Commands that fail, each in another place: an error is wrapped by what it has not said itself.
var failing = []string{
	"flops --net bad.yaml", "flops --net model.onnx", "flops --net empty.onnx", "flops --net none.yaml", "flops --net none.onnx", "run --net model.onnx",
	"run --net drawings none.png", "run --net drawings text.png", "run --net drawings --feed input=text.npy", "run --net drawings --at none",
	"run --net drawings --labels none.txt --top 3", "run --net drawings -o x.zip", "bench --net model.onnx", "compare --net none --net resnet-50",
	"run standard text.npy", "run standard text.npz", "run standard text.png", "run standard none.png", "run standard -w text.npy", "run standard -w none.npz",
	"run standard -o none/x.npy", "run standard --filter gaussian:x", "run depthwise --filter gaussian:-1", "run depthwise --filter 1x",
	"bench standard -i 4000x40000x4000 -c 4000", "compare standard -i 4000x40000x4000 -c 4000", "run standard -i 4000x40000x4000 -c 4000",
	"compare standard,kernel=99 -i 3x8x8", "compare standard -i 3x8x8 --sweep kernel=1..", "compare depthwise,filter=gaussian:x none.png", "compare none.png standard",
	"bench suite.yaml", "bench none.yaml", "bench text.png", "shape standard -i axb", "shape standard -i 3x8x8 -k 99", "shape standard -i 3x8x8 -p 1:",
	"flops --net resnet-50 --budget max-mac=3", "flops --net resnet-50 --budget none.yaml", "flops --net resnet-50 --baseline none.json", "flops --net resnet-50 --device none",
	"flops standard -i 99999999x99999999x99999999 -c 999999999", "draw standard none.png -o x.gif", "coverage standard -i 1x9x9 -k 99", "verify none", "explore none", "config --config none.yaml",
	"flops standard -i 3x8x8 --device tab.yaml", "flops standard -i 3x8x8 --device device.yaml", "flops standard -i 3x8x8 --budget tab.yaml", "flops --net tab.yaml", "bench tab.yaml",
	"config --config tab.yaml", "flops standard -i 3x8x8 --baseline text.json", "bench standard -i 3x8x8 --baseline text.json", "serve --port 99999",
	"compare standard separable", "coverage --dilations a,b", "coverage --net vgg-16 --at none photo.png", "run --net drawings --ablate none", "shape standard -i 3x8x8 -g 2", "shape --net none",
	"shape standard -i 3x8x8 --bias false", "shape standard -i 3x8x8 --kernal 3", "shape standard -i 3x8x8 -f xml", "draw deformable --offsets spin:3 -o x.png", "run standard --filter 1;x",
	"shape standard -i 3x8x8 -k 9", "shape dilated -i 3x8x8 -d 1", "run standard --algorithm fft -s 2",
}

var badFiles = map[string]string{
	"bad.yaml": "input: 3x8x8\nlayers: [{variant: standard, kernel: 99}, {op: lstm, hidden: x}]\n", "model.onnx": "\x00\x01x", "empty.onnx": "",
	"tab.yaml": "title:\n\t- x", "device.yaml": "titel: x", "text.json": "{\"total\": x}", "text.npy": "x", "text.npz": "PK\x03\x04", "text.png": "x", "suite.yaml": "layers: [{name: a, variant: standard, kernel: 3}]",
}

// No line says a thing twice in a row, ends in a full stop, or has a unit of memory that others have not.
func TestErrorsSayThingsOnce(t *testing.T) {
	t.Chdir(t.TempDir())
	for name, text := range badFiles {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range failing {
		_, said, status := execute(t, strings.Fields(args)...)
		if status == 0 || said == "" {
			t.Errorf("%s: status %d, and says %q", args, status, said)
		}
		for line := range strings.Lines(said) {
			if twice := doubled(strings.TrimSpace(line)); twice != "" || strings.HasSuffix(line, ".\n") || otherUnits.MatchString(line) {
				t.Errorf("%s: %q twice, a full stop or a unit of its own: %s", args, twice, line)
			}
		}
	}
}

// doubled is what a message says twice: a part before a colon that the next part begins with, or a word after itself.
func doubled(line string) string {
	parts := strings.Split(line, ": ")
	for i := range parts[1:] {
		if part := strings.TrimLeft(parts[i], "-"); part != "" && strings.HasPrefix(parts[i+1]+" ", part+" ") {
			return part
		}
	}
	words := strings.Fields(line)
	for i := range words[:max(0, len(words)-1)] {
		if words[i] == words[i+1] {
			return words[i]
		}
	}
	return ""
}

// otherUnits are those of 1000: sizes in memory and files are in KiB, MiB, GiB.
var otherUnits = regexp.MustCompile(`\b[KkMGT]B\b(?:[^/]|$)`)

// No text of the program has other units than its sizes.
func TestUnitsOfMemory(t *testing.T) {
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if text, ok := n.(*ast.BasicLit); ok && text.Kind == token.STRING && otherUnits.MatchString(text.Value) && strings.Trim(text.Value, `" `) != "kB" { // of /proc
				t.Errorf("%s: %s", path, text.Value)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
