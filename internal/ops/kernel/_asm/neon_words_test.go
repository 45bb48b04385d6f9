package main

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestWordsAreWhatLLVMAssembles holds what Go's assembler makes of every form's macro to what LLVM's, where there is one, makes of its
// syntax.
func TestWordsAreWhatLLVMAssembles(t *testing.T) {
	mc, err := exec.LookPath("llvm-mc-19")
	if err != nil {
		t.Skip("no llvm-mc-19")
	}
	var calls, source []string
	for _, name := range slices.Sorted(maps.Keys(neonForms)) {
		f := neonForms[name]
		names, _ := f.parameters()
		for _, values := range []map[string]int{{"d": 0, "n": 1, "m": 2, "e": 3}, {"d": 31, "n": 30, "m": 29, "e": 28}, {"d": 16, "n": 15, "m": 8, "e": 7}} {
			for _, n := range numbers(f) {
				values["i"], values["o"], values["s"] = n, n, n
				var arguments []int
				for _, p := range names {
					arguments = append(arguments, values[p])
				}
				calls = append(calls, word(name, arguments...))
				source = append(source, parameter.ReplaceAllStringFunc(f.syntax, func(p string) string { return fmt.Sprint(values[parameter.FindStringSubmatch(p)[2]]) }))
			}
		}
	}
	cmd := exec.Command(mc, "-triple=aarch64", "-show-encoding")
	cmd.Stdin = strings.NewReader(strings.Join(source, "\n"))
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	encoding := regexp.MustCompile(`encoding: \[0x(..),0x(..),0x(..),0x(..)\]`).FindAllStringSubmatch(string(out), -1)
	words := assembled(t, calls)
	if len(encoding) != len(source) || len(words) < len(calls) {
		t.Fatalf("%d instructions assembled of %d, %d of %d macros", len(encoding), len(source), len(words), len(calls))
	}
	for i, e := range encoding {
		if want := e[4] + e[3] + e[2] + e[1]; words[i] != want {
			t.Errorf("%s is %s, and %s is %s", calls[i], words[i], source[i], want)
		}
	}
}

// numbers are what a form's parameter that is no register may be.
func numbers(f form) []int {
	for place, list := range map[string][]int{
		"(i&1)": {0, 1, 2, 3}, "{s<": {0, 3, 23, 31},
		"(o>>4)": {0, 16, 80, 65520}, "(o>>3)": {0, 8, 40, 32760}, "(o>>2)": {0, 4, 20, 16380},
		"(o&0x1ff)": {-256, -16, 3, 255}, "(o&0x7f0)": {0, 16, 1008, -1024, -16},
	} {
		if strings.Contains(f.syntax, place) {
			return list
		}
	}
	return []int{0}
}

// assembled are the words, in hexadecimal digits, that Go's assembler makes of macros, and zeros up to where the next function may begin.
func assembled(t *testing.T, calls []string) (words []string) {
	dir := t.TempDir()
	source, object := filepath.Join(dir, "words.s"), filepath.Join(dir, "words.o")
	text := "#include \"neon.h\"\nTEXT ·words(SB), 4, $0-0\n" + strings.Join(calls, "\n") + "\n"
	if err := os.WriteFile(source, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(name string, arguments ...string) string {
		cmd := exec.Command("go", append([]string{"tool", name}, arguments...)...)
		cmd.Env = append(os.Environ(), "GOARCH=arm64")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%s: %v: %s", name, err, out)
		}
		return string(out)
	}
	run("asm", "-p", "words", "-I", "..", "-o", object, source)
	for _, m := range regexp.MustCompile(`(?m)^\s*words\.s:\d+\s+0x[0-9a-f]+\s+([0-9a-f]{8})\s`).FindAllStringSubmatch(run("objdump", object), -1) {
		words = append(words, m[1])
	}
	return words
}
