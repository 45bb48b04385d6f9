// Command mca estimates how fast the main loops of the arm64 kernels run on cores that are not at hand: it disassembles
// the test binary of package kernel and asks llvm-mca (Debian's llvm-19) how many cycles an iteration takes. Nothing is
// timed: memory answers at once, and LLVM's model of a core stands for the core.
//
//	go run ./scripts/mca                 # the table of docs/performance.md
//	go run ./scripts/mca -kernel gemm    # one kernel
//	go run ./scripts/mca -loops          # and the loops' instructions
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"text/tabwriter"
)

// cores are those asked about, by LLVM's names.
var cores = []string{"apple-m1", "neoverse-n1", "neoverse-v1", "cortex-a76"}

// kernels are the loops worth a row: the function, and the share of the core's rate of multiply-adds that it must keep.
var kernels = []struct {
	function string
	share    int // per cent that every core must reach, 0 where loads or stores bound the loop
}{
	{"gemm", 90},
	{"indirectGemm", 90},
	{"directNCHWc", 90},
	{"gemmNCHWc", 75},
	{"directNCHW1x3s1", 0},
	{"directNCHW1x3s2", 0},
	{"directNCHW1x5s1", 0},
	{"directNCHW1x7s1", 0},
	{"directNCHW1x1s1", 0},
	{"directNCHW2x1s1", 0},
	{"directNCHW4x1s1", 0},
	{"depthwiseNCHWc", 0},
	{"winogradInput4", 0},
	{"winogradInput6", 0},
	{"winogradInput8", 0},
	{"winogradOutput42", 0},
	{"winogradOutput64", 0},
	{"winogradOutput86", 0},
	{"fftPass2After", 0},
	{"fftPass3After", 0},
	{"fftPass4After", 0},
	{"fftPass5After", 0},
	{"fftPass6After", 0},
	{"fftSplit", 0},
	{"fftJoin", 0},
	{"fftMultiplyAdd", 0},
	{"sample", 0},
	{"elementwiseAffine", 0},
	{"elementwiseDot", 0},
	{"elementwiseLogistic", 0},
	{"packNCHWc", 0},
	{"unpackNCHWc", 0},
	{"stridedCopy1", 0},
	{"stridedCopy2", 0},
	{"deinterleavePairs", 0},
	{"resizeFar", 0},
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
	dir, err := os.MkdirTemp("", "mca")
	if err != nil {
		return false, err
	}
	defer os.RemoveAll(dir)
	binary := filepath.Join(dir, "kernel.test")
	// The command's own flags stay away: they may strip the symbols.
	build := exec.Command("go", "test", "-c", "-o", binary, "./internal/ops/kernel")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0", "GOFLAGS=")
	if out, err := build.CombinedOutput(); err != nil {
		return false, fmt.Errorf("building the kernels: %v: %s", err, out)
	}
	peaks, err := peakRates(binary)
	if err != nil {
		return false, err
	}
	ports, err := loadRates()
	if err != nil {
		return false, err
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintf(t, "kernel\tinstructions\tmultiply-adds\tloads")
	for _, core := range cores {
		fmt.Fprintf(t, "\t%s", core)
	}
	fmt.Fprintf(t, "\nat most, a cycle\t\t\t")
	for i := range cores {
		fmt.Fprintf(t, "\t%.2g multiply-adds, %.2g loads", peaks[i], ports[i])
	}
	fmt.Fprintln(t)
	for _, k := range kernels {
		if !strings.HasPrefix(k.function, only) {
			continue
		}
		l, err := mainLoop(binary, k.function+"NEON")
		if err != nil {
			return failed, err
		}
		if loops {
			fmt.Fprintf(w, "%s:\n%s\n", k.function, strings.Join(l.code, "\n"))
		}
		fmt.Fprintf(t, "%s\t%d\t%d\t%d", k.function, len(l.code), l.fmas, l.loads)
		for i, core := range cores {
			cycles, err := l.cycles(core)
			if err != nil {
				return failed, err
			}
			share := 100 * float64(l.fmas) / (cycles * peaks[i])
			fmt.Fprintf(t, "\t%.1f cycles, %.0f %%, %.0f %%", cycles, share, 100*float64(l.loads)/(cycles*ports[i]))
			if share < float64(k.share) {
				fmt.Fprintf(t, " (under %d)", k.share)
				failed = true
			}
		}
		fmt.Fprintln(t)
	}
	return failed, t.Flush()
}

// peakRates are the multiply-adds a cycle of each core: those of the loop that bench measures a machine's peak with.
func peakRates(binary string) ([]float64, error) {
	l, err := mainLoop(binary, "peakNEON")
	if err != nil {
		return nil, err
	}
	return l.rates(l.fmas)
}

// loadRates are the vectors that each core loads in a cycle.
func loadRates() ([]float64, error) {
	l := loop{}
	for i := range 16 {
		l.code = append(l.code, fmt.Sprintf("ldr q%d, [x1, #%d]", i, 16*i))
	}
	return l.rates(len(l.code))
}

// rates is how many of a loop's n instructions each core does in a cycle.
func (l loop) rates(n int) ([]float64, error) {
	var rates []float64
	for _, core := range cores {
		cycles, err := l.cycles(core)
		if err != nil {
			return nil, err
		}
		rates = append(rates, float64(n)/cycles)
	}
	return rates, nil
}
