package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"regexp"
	"slices"
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

// A function begins with "00000000001b2c00 <convx/internal/ops/kernel.gemmNEON.abi0>:"; a line of it is "  1b2c40:      \tfmla\tv0.4s, v1.4s, v2.s[0]"; branches end in "0x1b2c40 <symbol+0x40>".
var (
	heading = regexp.MustCompile(`^[0-9a-f]+ <convx/internal/ops/kernel\.(\w+)\.abi0>:$`)
	line    = regexp.MustCompile(`^\s*([0-9a-f]+):\s+(\S.*)$`)
	target  = regexp.MustCompile(`^(b|b\.\w+|tbn?z|cbn?z)\s.*?(?:0x)?([0-9a-f]+) <.*>$`)
)

// disassemble returns the instructions of functions of package kernel.
func disassemble(binary string, functions []string) (map[string][]instruction, error) {
	symbols := make([]string, len(functions))
	for i, f := range functions {
		symbols[i] = "convx/internal/ops/kernel." + f + ".abi0"
	}
	out, err := exec.Command("llvm-objdump-19", "-d", "--no-show-raw-insn", "--disassemble-symbols="+strings.Join(symbols, ","), binary).Output()
	if err != nil {
		return nil, fmt.Errorf("disassembling %s: %w", strings.Join(functions, ", "), err)
	}
	code := map[string][]instruction{}
	name := ""
	for _, l := range strings.Split(string(out), "\n") {
		if m := heading.FindStringSubmatch(l); m != nil {
			name = m[1]
			continue
		}
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
		code[name] = append(code[name], i)
	}
	return code, nil
}

// mainLoops are the loop that bench measures a machine's peak with, and behind it the main loop of each row.
func mainLoops(binary string, rows []row) ([]loop, error) {
	functions := []string{"peakNEON"}
	for _, r := range rows {
		functions = append(functions, r.function+"NEON")
	}
	code, err := disassemble(binary, functions)
	if err != nil {
		return nil, err
	}
	var loops []loop
	for _, f := range functions {
		l := mainLoop(code[f])
		if l.code == nil {
			return nil, fmt.Errorf("no function %s with a loop", f)
		}
		loops = append(loops, l)
	}
	return loops, nil
}

// mainLoop returns the loop with the most multiply-adds, the first of several, or the longest if none has any: of an innermost loop
// the way on which no branch leads forward. It is empty where there is none.
func mainLoop(code []instruction) (best loop) {
	for from, i := range code {
		if i.target < 0 || i.target > i.at {
			continue
		}
		l, ok := trace(code, from-(i.at-i.target)/4)
		if ok && (l.fmas > best.fmas || l.fmas == 0 && best.fmas == 0 && len(l.code) > len(best.code)) {
			best = l
		}
	}
	return best
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

// estimate is what llvm-mca says of a core: what it does in a cycle at most, and how many cycles an iteration of each loop takes, after many.
type estimate struct {
	products, loads float64 // multiply-adds, as in the first of the loops, and vectors loaded
	cycles          []float64
}

// estimateOn asks about all loops at once: most of a single question would be the start of llvm-mca.
func estimateOn(core string, loops []loop) (estimate, error) {
	var onlyLoads loop
	for i := range 16 {
		onlyLoads.code = append(onlyLoads.code, fmt.Sprintf("ldr q%d, [x1, #%d]", i, 16*i))
	}
	var text strings.Builder
	for i, l := range slices.Concat(loops, []loop{onlyLoads}) {
		fmt.Fprintf(&text, "# LLVM-MCA-BEGIN %d\n%s\n# LLVM-MCA-END %d\n", i, strings.Join(l.code, "\n"), i)
	}
	cmd := exec.Command("llvm-mca-19", "-mtriple=aarch64", "-mcpu="+core, fmt.Sprint("-iterations=", iterations))
	cmd.Stdin = strings.NewReader(text.String())
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.Output()
	if err != nil {
		return estimate{}, fmt.Errorf("llvm-mca for %s: %w: %s", core, err, complaint.String())
	}
	var cycles []float64
	for _, m := range totals.FindAllSubmatch(out, -1) {
		total, err := strconv.Atoi(string(m[1]))
		if err != nil {
			return estimate{}, err
		}
		cycles = append(cycles, float64(total)/iterations)
	}
	if len(cycles) != len(loops)+1 {
		return estimate{}, fmt.Errorf("llvm-mca for %s says the cycles of %d loops of %d", core, len(cycles), len(loops)+1)
	}
	return estimate{float64(loops[0].fmas) / cycles[0], float64(len(onlyLoads.code)) / cycles[len(loops)], cycles}, nil
}

var totals = regexp.MustCompile(`(?m)^Total Cycles:\s+(\d+)$`)
