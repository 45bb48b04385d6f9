package measured

import (
	"strings"
	"testing"
	"time"

	"convx/internal/bench"
	"convx/internal/budget"
	"convx/internal/flops"
	"convx/internal/report"
)

// Rates follow from the bytes, the FLOPs and the median; their shares from the machine.
func TestBenchTableRates(t *testing.T) {
	m := bench.Machine{Threads: 1, CPU: "a CPU", PeakGFLOPS: 100, BandwidthGBS: 10}
	row := bench.Result{
		Entry: bench.Entry{Name: "a"}, Cost: flops.Total{MACs: 1_000_000, FLOPs: 2_000_000}, Algorithm: "gemm", Bytes: 4_500_000,
		Timing: bench.Timing{Min: time.Millisecond, Median: time.Millisecond, Runs: 1},
	}
	for format, want := range map[report.Format]string{
		report.TableFormat: "2       2%   4.5           45%  memory",
		report.CSVFormat:   ",2,0.02,4.5,0.45,memory",
		report.JSONFormat:  `"gbs": 4.5,`,
	} {
		var b strings.Builder
		if err := report.Write(&b, format, Bench(m, []bench.Result{row}, false, budget.Outcome{})); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(b.String(), want) {
			t.Errorf("%s: %q is missing from\n%s", format, want, b.String())
		}
	}
}
