//go:build !js

package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"convx/internal/page"
)

// worker answers lines of questions as the page's Worker does.
const worker = `
const fs = require("fs");
require(process.argv[1]);
globalThis.convxReady = () => {
  for (const line of fs.readFileSync(0, "utf8").split("\n")) if (line) fs.writeSync(1, convxAsk(line) + "\n");
  process.exit(0);
};
const go = new Go();
WebAssembly.instantiate(fs.readFileSync(process.argv[2]), go.importObject).then(({ instance }) => go.run(instance));
`

// ramp is an array of these extents whose numbers are whole, as it travels.
func ramp(shape ...int) string {
	n := 1
	for _, d := range shape {
		n *= d
	}
	raw := make([]byte, 4*n)
	for i := range n {
		binary.LittleEndian.PutUint32(raw[4*i:], math.Float32bits(float32(i*7%11-5)))
	}
	text, _ := json.Marshal(shape)
	return fmt.Sprintf(`{"shape":%s,"data":%q}`, text, base64.StdEncoding.EncodeToString(raw))
}

func questions() []string {
	rgba := make([]byte, 4*32*32)
	for i := range rgba {
		rgba[i] = byte(i / 4 % 32 * 8)
	}
	picture := fmt.Sprintf(`{"width":32,"height":32,"rgba":%q}`, base64.StdEncoding.EncodeToString(rgba))
	list := []string{
		`{"ask":"variants"}`, `{"ask":"filters","size":3}`, `{"ask":"sample","name":"drawing-7"}`, `{"ask":"nonsense"}`, `{"ask":"run","variant":"standard","layer":{"kernel":"0"}}`,
		`{"ask":"shape","variant":"dilated","layer":{"input":"64x56x56","kernel":"3","dilation":"4","padding":"same"}}`, `{"ask":"flops","variant":"separable","layer":{"input":"256x28x28","kernel":"3","padding":"1"}}`,
		`{"ask":"theory","variant":"separable","layer":{"input":"256x28x28","kernel":"3","padding":"1"}}`, `{"ask":"command","command":"run","variant":"standard","layer":{"kernel":"3"},"more":"photo.png"}`,
		`{"ask":"reach","steps":[{"kernel":3,"stride":1,"dilation":2},{"kernel":2,"stride":2,"dilation":1}]}`, `{"ask":"overlap","kernel":3,"stride":2,"dilation":1,"in":4,"out":9}`,
		`{"ask":"stages","variant":"se","layer":{"hidden":"2"},"instead":{"fc2.sigmoid":[null,0.5]},"input":` + ramp(1, 4, 5, 5) + `}`,
		`{"ask":"taps","weight":[1,2,1,0,0,0,-1,-2,-1],"offsets":[0,0,0.5,0,0,0,1,-1.25,0,0,0,0,0,0,0,0,0,0],"at":[3,4],"input":` + ramp(1, 1, 9, 11) + `}`,
		`{"ask":"taps","weight":[1,2,1,0,0,0,-1,-2,-1],"offsets":[-1,-1,-1,0,-1,1,0,-1,0,0,0,1,1,-1,1,0,1,1],"at":[3,4],"input":` + ramp(1, 1, 9, 11) + `}`,
		`{"ask":"network","model":"drawings","picture":` + picture + `}`, `{"ask":"network","model":"filters","picture":` + picture + `}`,
		`{"ask":"neuron","model":"drawings","layer":"conv3","channel":9,"picture":` + picture + `}`, `{"ask":"occlude","model":"drawings","class":7,"side":10,"row":8,"every":8,"picture":` + picture + `}`,
	}
	for variant, keys := range map[string]string{
		"standard": `"kernel":"3","padding":"1","out-channels":"5"`, "grouped": `"kernel":"3","groups":"2","out-channels":"6"`, "depthwise": `"kernel":"5","stride":"2","padding":"2"`, "separable": `"kernel":"3","padding":"1"`,
		"dilated": `"kernel":"3","dilation":"2"`, "transposed": `"kernel":"3","stride":"2"`, "deformable": `"kernel":"3","padding":"1"`, "max-pool": `"kernel":"2"`, "resize-conv": `"kernel":"3","padding":"1","scale":"2"`, "sub-pixel": `"kernel":"3","padding":"1","scale":"2"`,
		"inverted-residual": `"kernel":"3","padding":"1"`, "se": ``,
	} {
		list = append(list, fmt.Sprintf(`{"ask":"run","variant":%q,"layer":{%s},"input":%s}`, variant, keys, ramp(1, 4, 12, 13)))
	}
	return list
}

// The engine in a browser answers as the engine of the server does, but for its times, its choice of algorithms, and the last
// digits of sums that are taken in another order.
func TestTheBrowsersAnswersAreTheServers(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node: THE ENGINE IN WEBASSEMBLY IS NOT COMPARED")
	}
	wasm := filepath.Join(t.TempDir(), "engine.wasm")
	build := exec.Command("go", "build", "-o", wasm, ".")
	build.Env = append(build.Environ(), "GOOS=js", "GOARCH=wasm")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building the engine: %v\n%s", err, out)
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Fatal(err)
	}
	asked := questions()
	run := exec.CommandContext(t.Context(), node, "-e", worker, filepath.Join(strings.TrimSpace(string(root)), "lib/wasm/wasm_exec.js"), wasm)
	run.Stdin = strings.NewReader(strings.Join(asked, "\n"))
	var failed bytes.Buffer
	run.Stderr = &failed
	out, err := run.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, failed.Bytes())
	}
	lines := bufio.NewScanner(bytes.NewReader(out))
	lines.Buffer(nil, 64<<20)
	engine := page.New()
	for _, q := range asked {
		if !lines.Scan() {
			t.Fatalf("no answer to %.200s\n%s", q, failed.Bytes())
		}
		var there, here any
		for text, to := range map[*any][]byte{&there: lines.Bytes(), &here: engine.Reply(context.Background(), []byte(q))} {
			if err := json.Unmarshal(to, text); err != nil {
				t.Fatal(err)
			}
		}
		if where := differ(there, here); where != "" {
			t.Errorf("%.200s: in the browser and on the server differ: %s", q, where)
		}
	}
}

// differ says where two answers differ; empty if nowhere.
func differ(a, b any) string {
	switch a := a.(type) {
	case map[string]any:
		b, ok := b.(map[string]any)
		if !ok || len(a) != len(b) {
			return fmt.Sprintf("%.200v and %.200v", a, b)
		}
		for name, v := range a {
			switch {
			case name == "seconds" || name == "algorithms":
			case name == "data":
				if d := differ(numbers(v), numbers(b[name])); d != "" {
					return name + ": " + d
				}
			default:
				if d := differ(v, b[name]); d != "" {
					return name + ": " + d
				}
			}
		}
		return ""
	case []any:
		b, ok := b.([]any)
		if !ok || len(a) != len(b) {
			return fmt.Sprintf("%.200v and %.200v", a, b)
		}
		for i, v := range a {
			if d := differ(v, b[i]); d != "" {
				return fmt.Sprintf("[%d]: %s", i, d)
			}
		}
		return ""
	case float64:
		if b, ok := b.(float64); ok && math.Abs(a-b) <= 1e-4*max(1, math.Abs(a)) {
			return ""
		}
	default:
		if a == b {
			return ""
		}
	}
	return fmt.Sprintf("%v and %v", a, b)
}

// numbers are those of an array that travelled.
func numbers(data any) any {
	text, _ := data.(string)
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(raw)%4 != 0 {
		return data
	}
	list := make([]any, len(raw)/4)
	for i := range list {
		list[i] = float64(math.Float32frombits(binary.LittleEndian.Uint32(raw[4*i:])))
	}
	return list
}
