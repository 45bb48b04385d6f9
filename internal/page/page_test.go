package page

import (
	"context"
	"encoding/json"
	"io/fs"
	"math"
	"regexp"
	"strings"
	"testing"

	"convx/internal/tensor"
)

// reply asks and decodes the result into out.
func reply(t *testing.T, request string, out any) {
	t.Helper()
	a := New().Ask(context.Background(), []byte(request))
	if a.Error != "" {
		t.Fatalf("%s: %s", request, a.Error)
	}
	data, err := json.Marshal(a.Result)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, out); err != nil {
		t.Fatal(err)
	}
}

func TestShapeAndCosts(t *testing.T) {
	var s struct{ Output []int }
	reply(t, `{"ask":"shape","variant":"standard","layer":{"input":"3x224x224","out-channels":"64","kernel":"7","stride":"2","padding":"3"}}`, &s)
	if len(s.Output) != 4 || s.Output[1] != 64 || s.Output[2] != 112 {
		t.Errorf("output %v", s.Output)
	}
	var c struct{ Params, MACs int }
	reply(t, `{"ask":"flops","variant":"separable","layer":{"input":"256x28x28","kernel":"3","padding":"1"}}`, &c)
	if c.Params != 68352 || c.MACs != 53186560 {
		t.Errorf("%d params, %d MACs", c.Params, c.MACs)
	}
}

// A run computes what the definition says, on data and weights that travelled.
func TestRunIsTheConvolution(t *testing.T) {
	x, w := tensor.New[float32](1, 2, 5, 6), tensor.New[float32](1, 2, 3, 3)
	tensor.FillInt(x, tensor.NewStream(1, "x"), -4, 4)
	tensor.FillInt(w, tensor.NewStream(1, "w"), -4, 4)
	q, err := json.Marshal(map[string]any{
		"ask": "run", "variant": "standard", "layer": map[string]string{"out-channels": "1", "kernel": "3", "padding": "1", "bias": "false"},
		"input": arrayOf(x), "weights": map[string]array{"weight": arrayOf(w)},
	})
	if err != nil {
		t.Fatal(err)
	}
	var r struct{ Output array }
	reply(t, string(q), &r)
	got, err := r.Output.tensor("output")
	if err != nil {
		t.Fatal(err)
	}
	for y := range 5 {
		for xx := range 6 {
			var want float32
			for c := range 2 {
				for i := range 3 {
					for j := range 3 {
						if py, px := y+i-1, xx+j-1; py >= 0 && px >= 0 && py < 5 && px < 6 {
							want += x.Data[(c*5+py)*6+px] * w.Data[(c*3+i)*3+j]
						}
					}
				}
			}
			if g := got.Data[y*6+xx]; math.Abs(float64(g-want)) > 1e-4 {
				t.Errorf("output %d,%d is %g, not %g", y, xx, g, want)
			}
		}
	}
}

func TestReachAndOverlap(t *testing.T) {
	var levels []struct {
		First  int
		Counts []int
	}
	reply(t, `{"ask":"reach","steps":[{"kernel":2,"stride":1,"dilation":1,"causal":true},{"kernel":2,"stride":1,"dilation":2,"causal":true},{"kernel":2,"stride":1,"dilation":4,"causal":true}]}`, &levels)
	if last := levels[len(levels)-1]; last.First != -7 || len(last.Counts) != 8 {
		t.Errorf("three causal layers of dilations 1, 2, 4 see %d from %d", len(last.Counts), last.First)
	}
	var l struct{ Counts []int }
	reply(t, `{"ask":"overlap","kernel":3,"stride":2,"dilation":1,"in":4,"out":9}`, &l)
	if want := []int{1, 1, 2, 1, 2, 1, 2, 1, 1}; !equal(l.Counts, want) {
		t.Errorf("overlaps %v, not %v", l.Counts, want)
	}
}

func equal(a, b []int) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// What cannot be is an answer with a word of why: no request ends in a panic.
func TestImpossibleRequests(t *testing.T) {
	for _, request := range []string{
		``, `[]`, `{"ask":"nope"}`, `{"ask":"shape"}`, `{"ask":"shape","variant":"standard","layer":{"input":"3x2x2","kernel":"7"}}`,
		`{"ask":"shape","variant":"standard","layer":{"colour":"red"}}`, `{"ask":"run","variant":"standard","layer":{"input":"512x512x512"}}`,
		`{"ask":"run","variant":"standard","input":{"shape":[1,3,4,4],"data":"AAAA"}}`, `{"ask":"run","variant":"standard","input":{"shape":[-1],"data":""}}`,
		`{"ask":"reach","steps":[{"kernel":0}]}`, `{"ask":"overlap","kernel":3,"stride":1,"dilation":1,"in":-4,"out":9}`, `{"ask":"sample","name":"../README"}`,
		`{"ask":"command","command":"rm"}`, `{"ask":"network","model":"vgg-16"}`, `{"ask":"network","model":"drawings"}`, `{"ask":"network","data":"AAAA","picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`,
		`{"ask":"network","key":"gone","picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`, `{"ask":"network","model":"drawings","picture":{"width":9999,"height":9999,"rgba":"AAAA"}}`,
		`{"ask":"network","model":"drawings","preprocess":"magic","picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`,
		`{"ask":"neuron","model":"drawings","layer":"pool1","picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`,
		`{"ask":"neuron","model":"drawings","layer":"conv1","channel":16,"picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`,
		`{"ask":"neuron","model":"drawings","layer":"conv1","channel":-1,"picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`,
		`{"ask":"occlude","model":"drawings","class":99,"side":3,"every":1,"picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`,
		`{"ask":"occlude","model":"drawings","class":0,"side":0,"every":0,"picture":{"width":1,"height":1,"rgba":"AAAAAA=="}}`,
		`{"ask":"taps","input":{"shape":[1,1,1,1],"data":"AAAAAA=="},"weight":[1],"offsets":[1e30,0]}`, `{"ask":"taps","input":{"shape":[1,1,1,1],"data":"AAAAAA=="},"weight":[1,2],"offsets":[0,0]}`,
		`{"ask":"taps","input":{"shape":[1,1,1,1],"data":"AAAAAA=="},"weight":[1],"offsets":[0,0],"at":[1,0]}`, `{"ask":"taps","input":{"key":"gone"},"weight":[1],"offsets":[0,0]}`,
		`{"ask":"stages","variant":"se","layer":{"input":"2x2x2"},"instead":{"scale":[1,2,3,4,5,6,7,8,9]}}`, `{"ask":"stages","variant":"se"}`, `{"ask":"keep","array":{"shape":[2],"data":"AAAA"}}`,
	} {
		if a := New().Ask(context.Background(), []byte(request)); a.Error == "" {
			t.Errorf("%s is answered with %v", request, a.Result)
		}
	}
}

var (
	spoken = regexp.MustCompile(`\bt\("([^"]+)"\)`)
	phrase = regexp.MustCompile(`(?:"([^"]+)"|\b(\w+)): \["`)
)

// Every phrase that a module says has its line in words.mjs, in both languages.
func TestEveryPhraseIsInBothLanguages(t *testing.T) {
	words, err := fs.ReadFile(Site(), "words.mjs")
	if err != nil {
		t.Fatal(err)
	}
	have := map[string]bool{}
	for _, m := range phrase.FindAllStringSubmatch(string(words), -1) {
		have[m[1]+m[2]] = true
	}
	err = fs.WalkDir(Site(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".mjs") || name == "words.mjs" {
			return err
		}
		text, err := fs.ReadFile(Site(), name)
		for _, m := range spoken.FindAllStringSubmatch(string(text), -1) {
			if !have[m[1]] {
				t.Errorf("%s says %q, which words.mjs has not", name, m[1])
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(have) < 30 {
		t.Errorf("only %d phrases were found", len(have))
	}
}
