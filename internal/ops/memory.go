package ops

import (
	"bufio"
	"os"
	"strconv"
	"strings"

	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// Memory is bytes, by what they are for.
type Memory struct {
	Input, Output, Operands          int
	Intermediates, Workspace, Packed int
}

// Total is the sum, or the greatest int if it does not fit in one.
func (m Memory) Total() int {
	n, err := layer.Sum(m.Input, m.Output, m.Operands, m.Intermediates, m.Workspace, m.Packed)
	if err != nil {
		return 1<<63 - 1
	}
	return n
}

// workspacePerThread is what an algorithm may use for each thread.
const workspacePerThread = 8 << 20

// EstimateMemory is what PrepareLayer and Run will need in element type T, before anything is allocated: tensors and
// intermediates are exact; the workspace is the most that algorithms may use, and weights are counted once more for their
// packed form. Errors are *layer.Error: the layer cannot be.
func EstimateMemory[T tensor.Float](l layer.Layer, opt Options) (Memory, error) {
	s, err := shape.Of(l)
	if err != nil {
		return Memory{}, err
	}
	nodes, err := nodesOf(s, opt, isFloat64[T]())
	if err != nil {
		return Memory{}, err
	}
	m := tensorMemory[T](s)
	m.Packed = m.Operands
	m.Workspace = opt.threads() * workspacePerThread
	units := make([]unit, len(nodes))
	for i, n := range nodes {
		units[i] = n.unit
	}
	_, sizes := planBuffers(units)
	for _, n := range sizes {
		m.Intermediates += bytesOf[T]([]int{n})
	}
	return m, nil
}

// tensorMemory is the bytes of a layer's input, output and operands.
func tensorMemory[T tensor.Float](s shape.Result) Memory {
	m := Memory{Input: bytesOf[T](s.Input), Output: bytesOf[T](s.Output)}
	for _, o := range needs(s) {
		m.Operands += bytesOf[T](o.Shape)
	}
	return m
}

// bytesOf is the size of a tensor; a sixteenth of the greatest int if it is more than that, so that a few can be added.
func bytesOf[T tensor.Float](dims []int) int {
	const most = (1<<63 - 1) / 16
	n, err := layer.Product(append([]int{sizeOf[T]()}, dims...)...)
	if err != nil {
		return most
	}
	return min(n, most)
}

// AvailableMemory is the bytes that the system can give without swapping, where it says so (Linux).
func AvailableMemory() (bytes int, known bool) {
	f, err := os.Open("/proc/meminfo")
	if err != nil {
		return 0, false
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		rest, found := strings.CutPrefix(lines.Text(), "MemAvailable:")
		if !found {
			continue
		}
		kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(rest), " kB"))
		return kib << 10, err == nil
	}
	return 0, false
}
