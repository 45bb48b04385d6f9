package onnx

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/iotest"

	"google.golang.org/protobuf/encoding/protowire"

	"convx/internal/flops"
	"convx/internal/network"
)

// huge is a model whose one weight is a gigabyte of raw data, without the gigabyte: what lies between head and tail
// reads as zeros.
type huge struct {
	head, tail []byte
	payload    int64
	read       int64
}

func (h *huge) size() int64 { return int64(len(h.head)) + h.payload + int64(len(h.tail)) }

func (h *huge) ReadAt(p []byte, off int64) (int, error) {
	if off >= h.size() {
		return 0, io.EOF
	}
	n := int(min(int64(len(p)), h.size()-off))
	h.read += int64(n)
	clear(p[:n])
	if off < int64(len(h.head)) {
		copy(p[:n], h.head[off:])
	}
	if at := h.size() - int64(len(h.tail)); off+int64(n) > at {
		copy(p[max(0, at-off):n], h.tail[max(0, off-at):])
	}
	return n, nil
}

// hugeModel is x (1x4096x1x1) -> Conv with 65536 x 4096 x 1 x 1 weights, 1 GiB of them.
func hugeModel() *huge {
	const payload = 1 << 30
	tensor := msg{}.int(1, 65536).int(1, 4096).int(1, 1).int(1, 1).int(2, int64(elemFloat)).str(8, "w")
	tensor = protowire.AppendVarint(protowire.AppendTag(tensor, 9, protowire.BytesType), payload)
	rest := msg(graphOf([]msg{valueMsg("x", 1, 4096, 1, 1)}, []string{"y"}, nodeMsg("Conv", "x w", "y")))
	initializer := protowire.AppendVarint(protowire.AppendTag(nil, 5, protowire.BytesType), uint64(len(tensor)+payload))
	graph := protowire.AppendVarint(protowire.AppendTag(nil, 7, protowire.BytesType), uint64(len(initializer)+len(tensor)+payload+len(rest)))
	return &huge{head: bytes.Join([][]byte{graph, initializer, tensor}, nil), tail: rest, payload: payload}
}

func TestAGigabyteOfWeightsIsSteppedOver(t *testing.T) {
	h := hugeModel()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	m, err := Decode(h, h.size())
	if err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	r := evaluateModel(t, m, Options{})
	if want := 65536 * 4096; r.Total.Params != int64(want) || r.Total.MACs != int64(want) {
		t.Errorf("%d params, %d MACs, want %d", r.Total.Params, r.Total.MACs, want)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<20 {
		t.Errorf("decoding allocated %d bytes", used)
	}
	if h.read > 1<<20 {
		t.Errorf("decoding read %d bytes of the file", h.read)
	}
}

// Every prefix of a model is an error or, where the cut falls between fields, a smaller model; never a panic.
func TestTruncatedFiles(t *testing.T) {
	whole, err := os.ReadFile(filepath.Join("testdata", "light_alexnet.onnx"))
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for n := range whole {
		m, err := Decode(bytes.NewReader(whole[:n]), int64(n))
		if err != nil {
			refused++
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("cut at %d: more than a line: %v", n, err)
			}
			continue
		}
		follow(m)
	}
	if refused < len(whole)*9/10 {
		t.Errorf("only %d of %d cuts were refused", refused, len(whole))
	}
}

// follow does all that can be done with a model.
func follow(m *Model) {
	g, err := m.Network(Options{})
	if err != nil {
		return
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		return
	}
	for _, c := range flops.Conventions() {
		r.Under(c) // a count that does not fit is an error too
	}
}

func TestBrokenFiles(t *testing.T) {
	deep := graphOf(nil, []string{"y"}, nodeMsg("Relu", "x", "y"))
	for range maxDepth {
		deep = graphOf(nil, []string{"y"}, nodeMsg("If", "c", "y", attr("then_branch", deep)))
	}
	tensor := func(dims ...int64) msg {
		m := msg{}
		for _, d := range dims {
			m = m.int(1, d)
		}
		return modelOf(graphMsg(msg{}.bytes(5, m.int(2, 1))))
	}
	for _, c := range []struct {
		name string
		data []byte
		want string
	}{
		{"empty", nil, "an empty file is not an ONNX model"},
		{"text", []byte("hello, world\n"), "not a sound ONNX model: at byte 2: not a protocol-buffer field"},
		{"git-lfs", []byte("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"), "a Git LFS pointer stands in for the model: fetch it with git lfs pull"},
		{"no graph", msg{}.int(1, 8), "not an ONNX model: it holds no graph"},
		{"no nodes", modelOf(graphMsg{}), "the model's graph holds no nodes"},
		{"claims more", []byte{0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f}, "not a sound ONNX model: at byte 0: a field of 4294967295 bytes where 0 are left: the file is cut short or damaged"},
		{"claims 2^63", []byte{0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01}, "not a sound ONNX model: at byte 0: a field of 18446744073709551615 bytes where 0 are left: the file is cut short or damaged"},
		{"endless varint", bytes.Repeat([]byte{0xff}, 20), "not a sound ONNX model: at byte 0: the file is cut short or damaged"},
		{"graph is a number", msg{}.int(7, 1), "not a sound ONNX model: at byte 0: field 7 has wire type 0, not 2: not an ONNX model"},
		{"nested", modelOf(deep), "not a sound ONNX model: at byte"},
		{"negative dimension", tensor(-1), "a tensor of impossible dimensions"},
		{"too many elements", tensor(1<<28, 1<<28, 1<<28), "does not fit in 64 bits"},
		{"too many axes", tensor(make([]int64, 33)...), "a tensor of impossible dimensions"},
		{"long name", msg{}.bytes(7, msg{}.bytes(1, msg{}.bytes(4, make([]byte, maxText+1)))), "1048577 bytes where at most 1048576 make sense"},
	} {
		_, err := Decode(bytes.NewReader(c.data), int64(len(c.data)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
	}
}

// A file of empty nodes is small on disk and large in memory: it is refused before it is.
func TestManyNodesAreRefused(t *testing.T) {
	nodes := bytes.Repeat([]byte{0x0a, 0x00}, 3<<20)
	data := msg{}.bytes(7, nodes)
	_, err := Decode(bytes.NewReader(data), int64(len(data)))
	if !errors.Is(err, errTooLarge) {
		t.Errorf("got %v", err)
	}
}

// A function of many nodes, the first of which is itself, is not copied once for every depth.
func TestARecursiveFunctionIsNotCopied(t *testing.T) {
	const nodes = 20_000
	body := msg{}.str(1, "f").str(4, "a").str(5, "b").str(10, "own").bytes(7, nodeMsg("own:f", "a", "b"))
	for range nodes {
		body = body.bytes(7, nodeMsg("Relu", "a", "b"))
	}
	m := decode(t, modelOf(graphOf([]msg{valueMsg("x", 1, 1, 1, 1)}, []string{"y"}, nodeMsg("own:f", "x", "y"))).bytes(25, body))
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, err := m.Network(Options{})
	runtime.ReadMemStats(&after)
	if err == nil || !strings.Contains(err.Error(), "graphs nested more than 64 deep") {
		t.Errorf("a function that calls itself: %v", err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 100*nodes {
		t.Errorf("it allocated %d bytes", used)
	}
}

// A normalisation needs channels: a scalar has none.
func TestNormsOfScalars(t *testing.T) {
	for _, op := range []string{"LRN", "MeanVarianceNormalization"} {
		m := decode(t, modelOf(graphOf([]msg{valueMsg("x")}, []string{"y"}, nodeMsg(op, "x", "y", attr("size", 3)))))
		if _, err := m.Network(Options{}); err == nil || !strings.Contains(err.Error(), "normalises a scalar") {
			t.Errorf("%s of a scalar: %v", op, err)
		}
	}
}

// A disk that fails is not a damaged model.
func TestReadErrorsAreNamed(t *testing.T) {
	_, err := Decode(failing{}, 100)
	if !errors.Is(err, os.ErrPermission) {
		t.Errorf("got %v", err)
	}
}

type failing struct{}

func (failing) ReadAt([]byte, int64) (int, error) { return 0, os.ErrPermission }

func TestOpenNamesTheFile(t *testing.T) {
	for path, want := range map[string]string{
		"testdata/none.onnx": `reading "testdata/none.onnx": no such file or directory`,
		"testdata":           `reading "testdata": not a regular file: a model is read by its offsets; save it to a file first`,
	} {
		if _, err := Open(path); err == nil || err.Error() != want {
			t.Errorf("got %v, want %s", err, want)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, name := range []string{"light_alexnet.onnx", "resnet18.onnx"} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
		f.Add(data[:len(data)/2])
	}
	for _, c := range operatorCases {
		f.Add([]byte(c.model()))
	}
	f.Add([]byte{0x3a, 0xff, 0xff, 0xff, 0xff, 0x0f})
	f.Add(bytes.Repeat([]byte{0x0a}, 100))
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := Decode(bytes.NewReader(data), int64(len(data)))
		if _, piped := DecodePipe(iotest.HalfReader(bytes.NewReader(data))); (piped == nil) != (err == nil) {
			t.Errorf("of a file %v, of a pipe %v", err, piped)
		}
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Errorf("more than a line: %q", err)
			}
			return
		}
		follow(m)
	})
}
