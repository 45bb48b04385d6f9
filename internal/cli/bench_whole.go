package cli

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"convx/internal/bench"
	"convx/internal/infer"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/report"
)

// wholeBench is a network that was timed as a whole, with what each of its steps took inside.
type wholeBench struct {
	name        string
	load, first time.Duration
	whole       bench.Timing
	rows        []wholeRow
	peakMemory  int // of the process, in bytes; 0 is not known
}

type wholeJSON struct {
	Threads   int              `json:"threads"`
	CPU       string           `json:"cpu"`
	Peak      float64          `json:"peak_gflops"`
	Bandwidth float64          `json:"bandwidth_gbs"`
	Network   wholeNetJSON     `json:"network"`
	Layers    []wholeLayerJSON `json:"layers"`
}

type wholeNetJSON struct {
	Net     string      `json:"net"`
	Seconds secondsJSON `json:"seconds"`
	Load    float64     `json:"load_seconds"`
	First   float64     `json:"first_seconds"`
	Memory  int         `json:"peak_memory_bytes"`
	MACs    int         `json:"macs"`
	GFLOPS  float64     `json:"gflops"`
	OfPeak  float64     `json:"of_peak"`
}

type wholeLayerJSON struct {
	Name      string      `json:"name"`
	Variant   string      `json:"variant"`
	Output    []int       `json:"output"`
	MACs      int         `json:"macs"`
	Algorithm string      `json:"algorithm,omitempty"`
	Seconds   secondsJSON `json:"seconds"`
	GFLOPS    float64     `json:"gflops"`
	Share     float64     `json:"share"`
}

// whole reports whether a network is timed as it runs.
func (o benchOptions) whole() bool {
	return len(o.net.names) == 1 && strings.ToLower(filepath.Ext(o.net.names[0])) == ".onnx" && !o.layers && !o.tune && o.algorithm != every
}

func runBenchWhole(ctx context.Context, o benchOptions) error {
	var w *wholeBench
	err := attend(ctx, o.Streams, func(p *progress) (err error) {
		w, err = benchWhole(ctx, o, o.net.names[0], p)
		return err
	})
	if err != nil {
		return err
	}
	machine := bench.MeasureMachine(o.bench(o.minTime).Threads)
	return o.print(o.format, w.document(machine))
}

// benchWhole times a network as it runs.
func benchWhole(ctx context.Context, o benchOptions, name string, p *progress) (*wholeBench, error) {
	p.stage("preparing " + name)
	begin := time.Now()
	n := o.net
	n.run = true
	g, options, err := n.source(name)
	if err != nil {
		return nil, err
	}
	net, err := infer.Prepare(ctx, g, infer.Options{Algorithm: o.algorithm, Threads: o.threads, MaxBytes: freeMemory()})
	if err != nil {
		return nil, err
	}
	w := &wholeBench{name: name, load: time.Since(begin)}
	feeds, err := net.Seeded(nil, o.seed)
	if err != nil {
		return nil, err
	}
	begin = time.Now()
	if err := net.Run(ctx, feeds); err != nil {
		return nil, err
	}
	w.first = time.Since(begin)
	p.stage("timing " + name)
	var taken []time.Duration
	w.whole, err = bench.Time(ctx, o.minTime, func(ctx context.Context) error {
		if err := net.Run(ctx, feeds); err != nil {
			return err
		}
		taken = net.Times(taken)
		return nil
	})
	if err != nil {
		return nil, err
	}
	w.peakMemory = peakMemory()
	r, err := network.Evaluate(g, options)
	if err != nil {
		return nil, netError(err)
	}
	w.rows = wholeRows(net, r, taken)
	return w, nil
}

// peakMemory is the most memory that the process has had, where the system says it (Linux).
func peakMemory() int {
	f, err := os.Open("/proc/self/status")
	if err != nil {
		return 0
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if rest, ok := strings.CutPrefix(lines.Text(), "VmHWM:"); ok {
			kib, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
			return kib << 10
		}
	}
	return 0
}

func (w *wholeBench) document(m bench.Machine) report.Document {
	j := wholeJSON{Threads: m.Threads, CPU: m.CPU, Peak: m.PeakGFLOPS, Bandwidth: m.BandwidthGBS, Layers: []wholeLayerJSON{}}
	flops := 0
	t := report.Table{Columns: []report.Column{
		{Name: "layer", Key: "name"}, {Name: "variant"}, {Name: "output"}, {Name: "algorithm"},
		{Name: "MACs", Key: "macs", Right: true}, {Name: "min", Key: "min_seconds", Right: true},
		{Name: "median", Key: "median_seconds", Right: true}, {Name: "share", Right: true}, {Name: "GFLOP/s", Key: "gflops", Right: true},
	}}
	var sum time.Duration
	for _, r := range w.rows {
		sum += r.timing.Median
	}
	for _, r := range w.rows {
		l := wholeLayerJSON{
			Name: r.Name, Variant: r.variant, Output: r.Output, MACs: r.macs, Algorithm: r.Algorithm, Seconds: secondsOf(r.timing),
			GFLOPS: rate(r.flops, r.timing.Median), Share: float64(r.timing.Median) / float64(max(sum, 1)),
		}
		j.Layers = append(j.Layers, l)
		j.Network.MACs += r.macs
		flops += r.flops
		output := ""
		if r.Output != nil {
			output = layer.FormatShape(r.Output)
		}
		t.Rows = append(t.Rows, []report.Cell{
			report.Str(l.Name), report.Str(l.Variant), report.Str(output), report.Str(l.Algorithm),
			{Text: report.SI(float64(l.MACs)), Raw: l.MACs}, timeCell(r.timing.Min), timeCell(r.timing.Median), percentCell(l.Share), floatCell(l.GFLOPS),
		})
	}
	n := &j.Network
	n.Net, n.Seconds, n.Load, n.First, n.Memory = w.name, secondsOf(w.whole), w.load.Seconds(), w.first.Seconds(), w.peakMemory
	n.GFLOPS = rate(flops, w.whole.Median)
	n.OfPeak = n.GFLOPS / m.PeakGFLOPS
	head := report.Text{
		fmt.Sprintf("%s, %s", m.CPU, plural(m.Threads, "thread")),
		fmt.Sprintf("%s: %s at best, %s median; %s GFLOP/s, %s of the measured peak", w.name, timeText(w.whole.Min), timeText(w.whole.Median), report.Digits(n.GFLOPS), percent(n.OfPeak)),
		fmt.Sprintf("loaded in %s, first answer after another %s; peak memory of the process %s", timeText(w.load), timeText(w.first), report.Bytes(w.peakMemory)),
	}
	return report.Document{JSON: j, Blocks: []report.Block{head, t}}
}

func rate(flops int, t time.Duration) float64 { return float64(flops) / max(t.Seconds(), 1e-9) / 1e9 }
