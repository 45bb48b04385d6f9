package infer

import (
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	"convx/internal/memory"
	"convx/internal/network"
	"convx/internal/tensor"
)

// What a network takes in memory is what was predicted for its activations, the weights that were packed and the workspace:
// by its own account, and by that of the runtime.
func TestMemoryIsThePredicted(t *testing.T) {
	for name, size := range map[string][]int{"resnet-50": {3, 96, 96}, "se-resnet-50": {3, 64, 64}, "mobilenet-v2": {3, 128, 128}, "vgg-16": {3, 64, 64}, "xception": {3, 96, 96}, "alexnet": {3, 224, 224}} {
		g, err := network.Named(name)
		if err != nil {
			t.Fatal(err)
		}
		r, err := network.Evaluate(g, network.Options{Input: size})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if g.Program, err = network.Compile(r, nil, 1); err != nil {
			t.Fatal(err)
		}
		before := live()
		net, err := Prepare(t.Context(), g, Options{Threads: 1})
		if err != nil {
			t.Fatal(err)
		}
		feeds, err := net.Seeded(nil, 1)
		if err != nil {
			t.Fatal(err)
		}
		run(t, net, feeds)
		input := 0
		for _, a := range feeds {
			input += a.Bytes()
		}
		const rounding = 1 << 10 // of values to cache lines
		if got := int64(net.ActivationBytes()); got > r.PeakMemory+rounding {
			t.Errorf("%s: %d bytes of activations, predicted %d", name, got, r.PeakMemory)
		}
		accounted := net.ActivationBytes() + input + net.packed + net.workspace
		if grown := live() - before; grown > int64(accounted)*21/20+2<<20 {
			t.Errorf("%s: %d bytes live, %d accounted for: %d of activations, %d packed, %d of workspace", name, grown, accounted, net.ActivationBytes(), net.packed, net.workspace)
		}
		runtime.KeepAlive(net)
		runtime.KeepAlive(feeds)
	}
}

// What does not fit is refused when it is prepared, before a number is computed, with what it takes; to the byte.
func TestTooLargeIsRefused(t *testing.T) {
	g, err := network.Named("mobilenet-v2")
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{Input: []int{3, 256, 256}})
	if err != nil {
		t.Fatal(err)
	}
	if g.Program, err = network.Compile(r, nil, 1); err != nil {
		t.Fatal(err)
	}
	net, err := Prepare(t.Context(), g, Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	takes := int64(net.ActivationBytes() + net.packed + net.workspace)
	weights := int64(0)
	for _, v := range g.Program.Values {
		if v.Weight != nil {
			weights += int64(v.Weight.Bytes)
		}
	}
	for most, want := range map[int64]string{0: "", takes: "", takes - 1: "it takes ", weights: "it takes ", weights - 1: "its weights take more than ", 1: "its weights take more than "} {
		_, err := Prepare(t.Context(), g, Options{Threads: 1, MaxBytes: most})
		if err == nil != (want == "") || err != nil && !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%d bytes, of %d: %v", most, takes, err)
		}
	}
}

// live is the bytes of the heap that are in use.
func live() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The most memory that preparing a network and running it takes, measured by the system, is what was predicted for its activations
// beside the packed weights and the workspace, and a weight or two as it is read: raw weights are never all there, and no layer
// keeps a workspace of its own.
func TestPeakIsThePredicted(t *testing.T) {
	const layers, channels, side, threads = 16, 1024, 7, 2
	b := &builder{}
	shape := []int{1, channels, side, side}
	x := b.in("x", tensor.Float32, shape...)
	for i := range layers {
		w := b.weight(fmt.Sprint("w", i), seeded("w", channels, channels, 1, 1))
		drawn := b.p.Values[w].Weight
		drawn.ReadInto = func(memory []byte) (*tensor.Array, error) {
			a, err := tensor.ArrayIn(tensor.Float32, memory, drawn.Shape...)
			if err == nil {
				data := tensor.Data[float32](a)
				for k := range data {
					data[k] = float32(k%7-3) / channels
				}
			}
			return a, err
		}
		drawn.Read = func() (*tensor.Array, error) { return drawn.ReadInto(nil) }
		x = b.op("Conv", fmt.Sprint("c", i), shape, nil, x, w)
		x = b.op("Softsign", fmt.Sprint("s", i), shape, nil, x)
	}
	b.out("y", x)
	feeds := map[string]*tensor.Array{"x": seeded("x", shape...)}
	debug.FreeOSMemory()
	if os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) != nil { // begins the peak again
		t.Skip("the system does not say what a process takes at most")
	}
	before := memory.Peak()
	net := b.prepare(t, Options{Threads: threads})
	run(t, net, feeds)
	grown, accounted := memory.Peak()-before, net.ActivationBytes()+net.packed+net.workspace
	const raw, garbage = 4 * channels * channels, 20 << 20 // of the runtime, and pages of the program
	if grown > accounted+threads*raw+garbage {
		t.Errorf("%d bytes at most, %d accounted for: %d of activations, %d packed, %d of workspace", grown, accounted, net.ActivationBytes(), net.packed, net.workspace)
	}
}
