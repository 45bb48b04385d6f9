// Command mca estimates how fast the main loops of the arm64 kernels run on cores that are not at hand: it disassembles
// the test binary of package kernel and asks llvm-mca (Debian's llvm-19) how many cycles an iteration takes. Nothing is
// timed: memory answers at once, and LLVM's model of a core stands for the core.
//
//	go run ./scripts/mca                 # the table of docs/performance.md; status 3 if a loop misses its share
//	go run ./scripts/mca -kernel fft     # every kernel whose name begins so, also those without a row there
//	go run ./scripts/mca -loops          # and the loops' instructions
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// cores are those asked about, by LLVM's names.
var cores = []string{"apple-m1", "neoverse-n1", "neoverse-v1", "cortex-a76"}

// row is a loop: the function, and what it must use of every core, in per cent.
type row struct {
	function string
	products int // of the core's rate of multiply-adds
	either   int // of that, or of its rate of loads where those bound the loop; both are 0 where it is neither
}

// kernels are the loops worth a row of the table.
var kernels = []row{
	{"gemm", 90, 0},
	{"indirectGemm", 90, 0},
	{"directNCHWc", 90, 0},
	{"gemmNCHWc", 75, 0},
	{"directNCHW1x3s1", 90, 0},
	{"directNCHW1x3s2", 80, 0},
	{"directNCHW1x5s1", 90, 0},
	{"directNCHW1x5s2", 90, 0},
	{"directNCHW1x7s1", 90, 0},
	{"directNCHW1x7s2", 90, 0},
	{"directNCHW1x1s1", 0, 80},
	{"directNCHW2x1s1", 90, 0},
	{"directNCHW4x1s1", 90, 0},
	{"depthwiseNCHWc", 0, 80},
	{"winogradInput4", 0, 0},
	{"winogradInput6", 0, 0},
	{"winogradInput8", 0, 0},
	{"winogradOutput42", 0, 0},
	{"winogradOutput64", 0, 0},
	{"winogradOutput86", 0, 0},
	{"fftPass2After", 0, 0},
	{"fftPass3After", 0, 0},
	{"fftPass4After", 0, 0},
	{"fftPass5After", 0, 0},
	{"fftPass6After", 0, 0},
	{"fftSplit", 0, 0},
	{"fftJoin", 0, 0},
	{"fftMultiplyAdd", 0, 0},
	{"sample", 0, 0},
	{"elementwiseAffine", 0, 0},
	{"elementwiseDot", 0, 0},
	{"elementwiseLogistic", 0, 0},
	{"packNCHWc", 0, 0},
	{"unpackNCHWc", 0, 0},
	{"stridedCopy1", 0, 0},
	{"stridedCopy2", 0, 0},
	{"deinterleavePairs", 0, 0},
	{"resizeFar", 0, 0},
}

func main() {
	only := flag.String("kernel", "", "estimate the kernels whose name begins so")
	loops := flag.Bool("loops", false, "print the instructions of each loop")
	flag.Parse()
	failed, err := run(os.Stdout, *only, *loops)
	if err != nil {
		fmt.Fprintln(os.Stderr, "mca:", err)
		os.Exit(1)
	}
	if failed {
		os.Exit(3)
	}
}

// run prints the table and reports whether a kernel misses its share.
func run(w io.Writer, only string, loops bool) (failed bool, err error) {
	binary, remove, err := build()
	if err != nil {
		return false, err
	}
	defer remove()
	rows := kernels
	if only != "" {
		if rows, err = named(binary, only); err != nil {
			return false, err
		}
	}
	bodies, err := mainLoops(binary, rows)
	if err != nil {
		return false, err
	}
	var on []estimate
	for _, core := range cores {
		e, err := estimateOn(core, bodies)
		if err != nil {
			return false, err
		}
		on = append(on, e)
	}
	fmt.Fprintf(w, "| loop | multiply-adds | loads | %s |\n|---|--:|--:|%s\n", strings.Join(cores, " | "), strings.Repeat("---|", len(cores)))
	fmt.Fprint(w, "| at most, a cycle | | |")
	for _, e := range on {
		fmt.Fprintf(w, " %.2g and %.2g |", e.products, e.loads)
	}
	fmt.Fprintln(w)
	for r, k := range rows {
		l := bodies[r+1]
		if loops {
			fmt.Fprintf(w, "%s:\n%s\n", k.function, strings.Join(l.code, "\n"))
		}
		fmt.Fprintf(w, "| %s | %d | %d |", k.function, l.fmas, l.loads)
		for i, core := range cores {
			cycles := on[i].cycles[r+1]
			products, loads := 100*float64(l.fmas)/(cycles*on[i].products), 100*float64(l.loads)/(cycles*on[i].loads)
			fmt.Fprintf(w, " %.1f: %.0f %%, %.0f %% |", cycles, products, loads)
			if products < float64(k.products) {
				fmt.Fprintf(os.Stderr, "mca: %s reaches %.0f %% of the multiply-adds of %s, wanted are %d %%\n", k.function, products, core, k.products)
				failed = true
			}
			if most := max(products, loads); most < float64(k.either) {
				fmt.Fprintf(os.Stderr, "mca: %s reaches %.0f %% of what bounds it on %s, wanted are %d %%\n", k.function, most, core, k.either)
				failed = true
			}
		}
		fmt.Fprintln(w)
	}
	return failed, nil
}

// named are all functions of the binary whose name begins so, in the table or not.
func named(binary, prefix string) (rows []row, err error) {
	out, err := exec.Command("llvm-objdump-19", "-t", binary).Output()
	if err != nil {
		return nil, fmt.Errorf("listing functions: %w", err)
	}
	for _, m := range symbol.FindAllStringSubmatch(string(out), -1) {
		if strings.HasPrefix(m[1], prefix) && m[1] != "peak" {
			r := row{function: m[1]}
			if at := slices.IndexFunc(kernels, func(k row) bool { return k.function == m[1] }); at >= 0 {
				r = kernels[at]
			}
			rows = append(rows, r)
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("no kernel begins with %q", prefix)
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.function, b.function) })
	return rows, nil
}

var symbol = regexp.MustCompile(`(?m) convx/internal/ops/kernel\.(\w+)NEON\.abi0$`)

// build compiles the kernels into a binary with symbols; remove removes it.
func build() (binary string, remove func(), err error) {
	dir, err := os.MkdirTemp("", "mca")
	if err != nil {
		return "", nil, err
	}
	remove = func() { os.RemoveAll(dir) }
	binary = filepath.Join(dir, "kernel.test")
	// The user's own flags stay away: they may strip the symbols.
	cmd := exec.Command("go", "test", "-c", "-o", binary, "./internal/ops/kernel")
	cmd.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := cmd.CombinedOutput(); err != nil {
		remove()
		return "", nil, fmt.Errorf("building the kernels: %v: %s", err, out)
	}
	return binary, remove, nil
}
