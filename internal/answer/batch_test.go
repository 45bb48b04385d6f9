package answer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"convx/internal/flops"
	"convx/internal/layer"
)

func batch(t *testing.T, in string) (out []map[string]any, lines, failed int) {
	t.Helper()
	mac, _ := flops.ConventionNamed("mac")
	var b bytes.Buffer
	lines, failed, err := Batch(strings.NewReader(in), &b, BatchOptions{Convention: mac})
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(b.String()) {
		var j map[string]any
		if err := json.Unmarshal([]byte(line), &j); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, j)
	}
	return out, lines, failed
}

// Each line has its answer in its place, whatever the others are.
func TestBatch(t *testing.T) {
	got, lines, failed := batch(t, strings.Join([]string{
		`{"variant": "standard", "input": "3x224x224", "out_channels": 64, "kernel": 7, "stride": 2, "padding": 3, "bias": false, "id": "stem"}`,
		``,
		`{"variant":"standard","input":[3,8,8],"kernel":[3,5],"id":{"n":1}}`,
		`{"variant": "standard", "input": "3x8x8", "kernle": 3, "id": 7}`,
		`not JSON`,
		`{"input": "3x8x8"}`,
		`{"variant": "standard", "input": "3x2x2", "kernel": 9}`,
		`{"variant": "standard", "input": "3x8x8", "kernel": null}`,
		`{"variant": "standard", "input": "3x8x8", "kernel": [[3]]}`,
		`[1]`,
		`{"variant": "standard", "input": "3x8x8", "out-channels": 3, "out_channels": 4}`,
		`{"variant": "sub-pixel", "input": "1x4x4", "padding": "1", "scale": 2.0}`,
	}, "\r\n"))
	if lines != 11 || failed != 8 || len(got) != 11 {
		t.Fatalf("%d lines, %d failed, %d answers", lines, failed, len(got))
	}
	if got[0]["macs"] != 118013952. || got[0]["params"] != 9408. || got[0]["id"] != "stem" || fmt.Sprint(got[0]["output"]) != "[1 64 112 112]" {
		t.Errorf("%v", got[0])
	}
	if got[1]["macs"] != 3.*3*15*6*4 || fmt.Sprint(got[1]["id"]) != "map[n:1]" {
		t.Errorf("%v", got[1])
	}
	for i, want := range map[int]string{
		2: "did you mean kernel?", 3: "a line is a layer as a JSON object", 4: "the layer has no variant", 5: "kernel", 6: `"null" is no value of a key`, 7: "[3, 5] is 3x5", 8: "a line is a layer as a JSON object", 9: "out-channels is given twice",
	} {
		if e, _ := got[i]["error"].(string); !strings.Contains(e, want) || got[i]["line"] != float64(i+2) {
			t.Errorf("%v, want %s in line %d", got[i], want, i+2)
		}
	}
	if got[2]["id"] != 7. {
		t.Errorf("%v", got[2])
	}
}

// An endless line is passed over, and what comes after it is answered.
func TestBatchLongLine(t *testing.T) {
	got, _, failed := batch(t, `{"variant": "`+strings.Repeat("x", 2*MaxBatchLine)+"\"}\n"+`{"variant": "standard", "input": "3x8x8"}`)
	if failed != 1 || len(got) != 2 || got[1]["macs"] == nil || !strings.Contains(fmt.Sprint(got[0]["error"]), "more than") {
		t.Errorf("%d failed: %v", failed, got)
	}
}

// Whoever asks line by line has an answer before the next question.
func TestBatchAnswersAtOnce(t *testing.T) {
	in, ask := io.Pipe()
	answers, out := io.Pipe()
	mac, _ := flops.ConventionNamed("mac")
	go func() {
		_, _, err := Batch(in, out, BatchOptions{Convention: mac})
		out.CloseWithError(err)
	}()
	buf := make([]byte, 4096)
	for range 3 {
		fmt.Fprintln(ask, `{"variant": "standard", "input": "3x8x8"}`)
		done := make(chan int)
		go func() { n, _ := answers.Read(buf); done <- n }()
		select {
		case n := <-done:
			if !strings.Contains(string(buf[:n]), `"macs":`) {
				t.Errorf("%s", buf[:n])
			}
		case <-time.After(10 * time.Second):
			t.Fatal("no answer")
		}
	}
	ask.Close()
}

// Every variant's example is a line.
func TestBatchKnowsEveryVariant(t *testing.T) {
	for _, v := range layer.Variants() {
		line := fmt.Sprintf(`{"variant": %q`, v.Name)
		for _, kv := range strings.Split(v.Example, ", ") {
			key, value, _ := strings.Cut(kv, " ")
			line += fmt.Sprintf(`, %q: %q`, key, value)
		}
		if got, _, failed := batch(t, line+"}"); failed != 0 {
			t.Errorf("%s: %v", line, got)
		}
	}
}

func BenchmarkBatch(b *testing.B) {
	mac, _ := flops.ConventionNamed("mac")
	line := `{"variant": "separable", "input": "64x56x56", "out_channels": 128, "kernel": 3, "padding": 1, "stride": 2}` + "\n"
	in := strings.Repeat(line, 1000)
	b.ReportAllocs()
	for b.Loop() {
		if _, failed, err := Batch(strings.NewReader(in), io.Discard, BatchOptions{Convention: mac}); err != nil || failed > 0 {
			b.Fatal(err, failed)
		}
	}
}

// A line is one object whose keys stand in it once; else its answer says what it is, without words of the decoder's.
func TestBatchLinesAreObjects(t *testing.T) {
	for line, want := range map[string]string{
		`{`: "it ends too early", `{"variant": "se"`: "it ends too early", `{"variant":`: "it ends too early", `[1]`: "it is something else", `"x"`: "it is something else", `null`: "it is something else", `7`: "it is something else",
		`{"variant": "se", "variant": "standard"}`: `"variant" is given twice`, `{"kernel": 3, "id": 1, "kernel": 3}`: `"kernel" is given twice`,
		`{"variant": "se"} x`: "something follows it", `{"variant": "se"}{}`: "something follows it", `{"variant": se}`: "a stray 's'",
	} {
		if _, err := object([]byte(line)); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "Go ") {
			t.Errorf("%s: %v, want %s", line, err, want)
		}
	}
	if keys, err := object([]byte(` {"a": {"b": [1, {}]}, "c": null, "": 3} `)); err != nil || len(keys) != 3 || string(keys["a"]) != `{"b": [1, {}]}` {
		t.Errorf("%s, %v", keys, err)
	}
}
