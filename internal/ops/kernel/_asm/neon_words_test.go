package main

import (
	"fmt"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestWordsAreWhatLLVMAssembles holds every form of the encoder to LLVM's assembler, where there is one.
func TestWordsAreWhatLLVMAssembles(t *testing.T) {
	mc, err := exec.LookPath("llvm-mc-19")
	if err != nil {
		t.Skip("no llvm-mc-19")
	}
	var words []word
	for _, r := range [][4]int{{0, 1, 2, 3}, {31, 30, 29, 28}, {16, 15, 8, 7}, {5, 21, 31, 0}} {
		for op := range neonThree {
			words = append(words, three(op, r[0], r[1], r[2]))
		}
		for op := range neonTwo {
			words = append(words, two(op, r[0], r[1]))
		}
		words = append(words, move(r[0], r[1]), zero(r[2]), shiftLeft(r[0], r[1], 23), shiftLeft(r[0], r[1], r[3]), duplicate(r[0], r[1]), tableLookUp(r[0], r[1], r[2]), broadcast(r[0], r[1]%31))
		for i := range 4 {
			for _, op := range []string{"fmla", "fmls", "fmul"} {
				words = append(words, byElement(op, r[0], r[1], r[2], i))
			}
			words = append(words, lane(false, r[0], i, r[1]%31), lane(true, r[0], i, r[1]%31))
		}
		for _, store := range []bool{false, true} {
			for size := range neonSizes {
				for _, disp := range []int{0, size, 5 * size, 4095 * size, -size, -256, 3, 255} {
					if !reaches(size, disp) {
						t.Errorf("no form for %d at %d", size, disp)
					}
					words = append(words, access(store, size, r[0], r[1]%31, disp))
				}
				words = append(words, accessIndexed(store, size, r[0], r[1]%31, r[2]%31))
			}
			for _, disp := range []int{0, 16, 1008, -1024, -16} {
				words = append(words, accessPair(store, r[0], r[3], r[1]%31, disp))
			}
		}
	}
	var source strings.Builder
	for _, w := range words {
		fmt.Fprintln(&source, w.text)
	}
	cmd := exec.Command(mc, "-triple=aarch64", "-show-encoding")
	cmd.Stdin = strings.NewReader(source.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got []string
	for _, line := range strings.Split(string(out), "\n") {
		if _, bytes, ok := strings.Cut(line, "encoding: "); ok {
			got = append(got, bytes)
		}
	}
	if len(got) != len(words) {
		t.Fatalf("%d instructions assembled of %d", len(got), len(words))
	}
	for i, w := range words {
		want := []string{}
		for s := range 4 {
			want = append(want, fmt.Sprintf("0x%02x", w.bits>>(8*s)&0xff))
		}
		if bytes := strings.Split(strings.Trim(got[i], "[]"), ","); !slices.Equal(bytes, want) {
			t.Errorf("%s is %v, not %v", w.text, bytes, want)
		}
	}
}
