package main

import (
	"bytes"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"convx/configs"
	"convx/internal/cli"
	"convx/internal/npy"
	"convx/internal/tensor"
)

// Every example of every command works when it is pasted into a shell, in a folder that has the files that it names.
func TestExamples(t *testing.T) {
	dir := t.TempDir()
	files := exampleFiles(t, dir)
	examples := helpExamples(t)
	var scripts []string
	for _, command := range slices.Sorted(maps.Keys(examples)) {
		if command == "convx explore" || command == "convx serve" { // until they are interrupted
			continue
		}
		var b strings.Builder
		fmt.Fprintf(&b, "mkdir work\ncd work\n")
		for _, f := range files {
			fmt.Fprintf(&b, "cp %s %s\n", filepath.Join(dir, f), f)
		}
		for i := range examples[command] {
			fmt.Fprintf(&b, "exec sh -eu ../example%d.sh\n", i)
		}
		for i, line := range examples[command] {
			fmt.Fprintf(&b, "-- example%d.sh --\n%s\n", i, line)
		}
		path := filepath.Join(dir, strings.ReplaceAll(command, " ", "-")+".txt")
		if err := os.WriteFile(path, []byte(b.String()), 0o666); err != nil {
			t.Fatal(err)
		}
		scripts = append(scripts, path)
	}
	if len(scripts) < 10 {
		t.Fatalf("only %d commands have examples", len(scripts))
	}
	testscript.Run(t, testscript.Params{Files: scripts})
}

// helpExamples are the examples of every command, as its help shows them.
func helpExamples(t *testing.T) map[string][]string {
	t.Helper()
	all := map[string][]string{"convx": helpBlock(t, "Examples:")}
	for _, line := range helpBlock(t, "Commands:") {
		name := strings.Fields(line)[0]
		if lines := helpBlock(t, "Examples:", name); len(lines) > 0 {
			all["convx "+name] = lines
		}
	}
	return all
}

// helpBlock is what stands under a heading of a command's help.
func helpBlock(t *testing.T, heading string, command ...string) (lines []string) {
	t.Helper()
	var help, said bytes.Buffer
	if status := cli.Main(append(command, "--help"), cli.Streams{In: strings.NewReader(""), Out: &help, Err: &said}); status != 0 {
		t.Fatalf("convx %s --help: %s", command, said.String())
	}
	_, rest, _ := strings.Cut(help.String(), "\n"+heading+"\n")
	block, _, _ := strings.Cut(rest, "\n\n")
	for line := range strings.Lines(block) {
		lines = append(lines, strings.TrimSpace(line))
	}
	return lines
}

// exampleFiles writes the files that examples name: a picture, an array, weights and a bias for it, a model.
func exampleFiles(t *testing.T, dir string) (names []string) {
	t.Helper()
	photo, err := configs.Samples.ReadFile(configs.SamplePicture)
	if err != nil {
		t.Fatal(err)
	}
	star, err := configs.Samples.ReadFile("samples/drawing-star.png")
	if err != nil {
		t.Fatal(err)
	}
	model, err := os.ReadFile("../../internal/network/onnx/testdata/mobilenet_v2.onnx")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{
		"photo.png": photo, "star.png": star, "model.onnx": model, "layers.jsonl": []byte(`{"variant": "standard", "input": "3x224x224", "out_channels": 64, "kernel": 7}` + "\n"),
	}
	for name, shape := range map[string][]int{"x.npy": {3, 9, 9}, "w.npy": {4, 3, 3, 3}, "b.npy": {4}} {
		var buf bytes.Buffer
		x := tensor.New[float32](shape...)
		tensor.FillUniform(x, tensor.NewStream(0, name), 1)
		if err := npy.Write(&buf, x); err != nil {
			t.Fatal(err)
		}
		files[name] = buf.Bytes()
	}
	for name, data := range files {
		if err := os.WriteFile(filepath.Join(dir, name), data, 0o666); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}
