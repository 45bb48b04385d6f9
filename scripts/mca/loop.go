package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
)

// loop is one way through a function that ends where it began.
type loop struct {
	code        []string
	fmas, loads int // of vectors or elements; a pair is two loads
}

// instruction is a line of the disassembly.
type instruction struct {
	at, target int // target is -1 but for branches
	text       string
}

// A line is "  1b2c40:      \tfmla\tv0.4s, v1.4s, v2.s[0]"; branches end in "0x1b2c40 <symbol+0x40>".
var (
	line   = regexp.MustCompile(`^\s*([0-9a-f]+):\s+(\S.*)$`)
	target = regexp.MustCompile(`^(b|b\.\w+|tbn?z|cbn?z)\s.*?(?:0x)?([0-9a-f]+) <.*>$`)
)

func disassemble(binary, function string) ([]instruction, error) {
	symbol := "convx/internal/ops/kernel." + function + ".abi0"
	out, err := exec.Command("llvm-objdump-19", "-d", "--no-show-raw-insn", "--disassemble-symbols="+symbol, binary).Output()
	if err != nil {
		return nil, fmt.Errorf("disassembling %s: %w", function, err)
	}
	var code []instruction
	for _, l := range strings.Split(string(out), "\n") {
		m := line.FindStringSubmatch(l)
		if m == nil {
			continue
		}
		at, err := strconv.ParseInt(m[1], 16, 64)
		if err != nil {
			return nil, err
		}
		i := instruction{int(at), -1, strings.Join(strings.Fields(m[2]), " ")}
		if b := target.FindStringSubmatch(i.text); b != nil {
			to, err := strconv.ParseInt(b[2], 16, 64)
			if err != nil {
				return nil, err
			}
			i.target = int(to)
		}
		code = append(code, i)
	}
	if len(code) == 0 {
		return nil, fmt.Errorf("no function %s", function)
	}
	return code, nil
}

// mainLoop returns the loop of a function with the most multiply-adds, the first of several, or the longest if none has
// any: of an innermost loop the way on which no branch leads forward.
func mainLoop(binary, function string) (best loop, err error) {
	code, err := disassemble(binary, function)
	if err != nil {
		return loop{}, err
	}
	for from, i := range code {
		if i.target < 0 || i.target > i.at {
			continue
		}
		l, ok := trace(code, from-(i.at-i.target)/4)
		if ok && (l.fmas > best.fmas || l.fmas == 0 && best.fmas == 0 && len(l.code) > len(best.code)) {
			best = l
		}
	}
	if best.code == nil {
		return loop{}, fmt.Errorf("%s has no loop", function)
	}
	return best, nil
}

// trace follows the code from an instruction back to it: past branches with a condition that lead forward, along those
// without. A loop inside is none of it.
func trace(code []instruction, first int) (l loop, ok bool) {
	for at := first; at >= 0 && at < len(code); at++ {
		i := code[at]
		switch name, _, _ := strings.Cut(i.text, " "); {
		case name == "ret":
			return l, false
		case name == "b" && i.target > i.at:
			at += (i.target-i.at)/4 - 1
			continue
		case i.target >= 0 && i.target <= i.at:
			l.code = append(l.code, name+" #0")
			return l, i.target == code[first].at
		case i.target >= 0:
			l.code = append(l.code, target.ReplaceAllString(i.text, "$1")+operands(i.text)+"#0")
			continue
		case strings.HasPrefix(name, "fmla"), strings.HasPrefix(name, "fmls"):
			l.fmas++
		case name == "ldp":
			l.loads += 2
		case strings.HasPrefix(name, "ld"):
			l.loads++
		}
		l.code = append(l.code, i.text)
	}
	return l, false
}

// operands are those of a branch before its target, as of "tbz w3, #2, 0x40".
func operands(text string) string {
	_, rest, _ := strings.Cut(text, " ")
	if at := strings.LastIndex(rest, ", "); at >= 0 {
		return " " + rest[:at+2]
	}
	return " "
}

const iterations = 400

// cycles is what llvm-mca says an iteration takes on a core, after many.
func (l loop) cycles(core string) (float64, error) {
	cmd := exec.Command("llvm-mca-19", "-mtriple=aarch64", "-mcpu="+core, fmt.Sprint("-iterations=", iterations))
	cmd.Stdin = strings.NewReader(strings.Join(l.code, "\n") + "\n")
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return 0, fmt.Errorf("llvm-mca for %s: %w: %s", core, err, complaint.String())
	}
	for _, text := range strings.Split(string(out), "\n") {
		if n, ok := strings.CutPrefix(text, "Total Cycles:"); ok {
			total, err := strconv.Atoi(strings.TrimSpace(n))
			return float64(total) / iterations, err
		}
	}
	return 0, fmt.Errorf("llvm-mca for %s says nothing of cycles", core)
}
