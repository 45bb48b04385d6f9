package page

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image/png"
	"math"
	"strings"
	"testing"

	"convx/configs"
	"convx/internal/tensor"
)

// drawn is an embedded drawing as the page sends it.
func drawn(t *testing.T, name string) string {
	t.Helper()
	f, err := configs.Samples.Open("samples/" + name + ".png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	img, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	b := img.Bounds()
	var rgba []byte
	for y := range b.Dy() {
		for x := range b.Dx() {
			r, g, bl, a := img.At(x, y).RGBA()
			rgba = append(rgba, byte(r>>8), byte(g>>8), byte(bl>>8), byte(a>>8))
		}
	}
	return fmt.Sprintf(`{"width":%d,"height":%d,"rgba":%q}`, b.Dx(), b.Dy(), base64.StdEncoding.EncodeToString(rgba))
}

func floats(t *testing.T, a array) *tensor.Tensor[float32] {
	t.Helper()
	x, err := a.tensor("array")
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// The embedded network knows the embedded drawings, and every column holds what its description says.
func TestANetworkInColumns(t *testing.T) {
	for _, name := range []string{"7", "star", "arrow"} {
		var n networkJSON
		reply(t, `{"ask":"network","model":"drawings","picture":`+drawn(t, "drawing-"+name)+`}`, &n)
		if len(n.Classes) != maxClasses || n.Classes[0].Label != name || n.Classes[0].Share < 0.9 {
			t.Errorf("drawing-%s is taken for %+v", name, n.Classes)
		}
		if n.MACs != 3359744 {
			t.Errorf("%d MACs", n.MACs)
		}
		macs := int64(0)
		for i, c := range n.Columns {
			macs += c.MACs
			maps := floats(t, c.Maps)
			for _, v := range maps.Data {
				if v < c.Low || v > c.High {
					t.Errorf("%s: %g is not from %g to %g", c.Name, v, c.Low, c.High)
				}
			}
			if want := []int{i - 1}; !equal(c.Reads, want) {
				t.Errorf("%s reads %v, not %v", c.Name, c.Reads, want)
			}
		}
		if macs != n.MACs {
			t.Errorf("the columns have %d MACs, the network %d", macs, n.MACs)
		}
		conv2 := n.Columns[2]
		if conv2.Neuron != "conv2" || !equal(conv2.Shape, []int{1, 32, 16, 16}) || conv2.Field.Size[0] != 10 || conv2.Field.Jump[0] != 2 || !equal(conv2.Window.Kernel, []int{3, 3}) {
			t.Errorf("column 2 is %+v", conv2)
		}
	}
}

// A neuron's numbers are the convolution of what it says it reads, and the column holds what the ReLU leaves of them.
func TestANeuronIsItsConvolution(t *testing.T) {
	picture := drawn(t, "drawing-7")
	var n networkJSON
	reply(t, `{"ask":"network","model":"drawings","picture":`+picture+`}`, &n)
	checked := 0
	for _, c := range n.Columns {
		if c.Neuron == "" {
			continue
		}
		for _, channel := range []int{0, 5, 15} {
			var u neuronJSON
			reply(t, fmt.Sprintf(`{"ask":"neuron","model":"drawings","layer":%q,"channel":%d,"picture":%s}`, c.Neuron, channel, picture), &u)
			x, w, y, maps := floats(t, u.Input), floats(t, u.Weight), floats(t, u.Output), floats(t, c.Maps)
			height, width := y.Shape[2], y.Shape[3]
			for i := range height * width {
				want := float64(u.Bias)
				for j := range w.Data {
					k := w.Shape[3]
					row, col := i/width+j/k%k-u.Window.Before[0], i%width+j%k-u.Window.Before[1]
					if row >= 0 && col >= 0 && row < x.Shape[2] && col < x.Shape[3] {
						want += float64(w.Data[j]) * float64(x.Data[(j/(k*k)*x.Shape[2]+row)*x.Shape[3]+col])
					}
				}
				if got := float64(y.Data[i]); math.Abs(got-want) > 1e-4 {
					t.Fatalf("%s, channel %d, output %d is %g, not %g", c.Neuron, channel, i, got, want)
				}
				if got := float64(maps.Data[channel*height*width+i]); math.Abs(got-max(0, want)) > 1e-4 {
					t.Fatalf("%s, channel %d, output %d is %g in the column, and %g by itself", c.Neuron, channel, i, got, want)
				}
				checked++
			}
		}
	}
	if checked < 1000 {
		t.Errorf("only %d numbers were checked", checked)
	}
}

// Covering the drawing takes the class away somewhere, and covering the paper in a corner does not.
func TestOcclusion(t *testing.T) {
	lowest := 1.0
	picture := drawn(t, "drawing-7")
	for row := 0; row < 32; row += 4 {
		var kept []float64
		reply(t, fmt.Sprintf(`{"ask":"occlude","model":"drawings","class":7,"side":10,"row":%d,"every":4,"picture":%s}`, row, picture), &kept)
		t.Log(kept)
		if len(kept) != 8 {
			t.Fatalf("%d positions in a row", len(kept))
		}
		for _, v := range kept {
			lowest = min(lowest, v)
		}
	}
	if lowest > 0.5 {
		t.Errorf("wherever it is covered, the star keeps %g", lowest)
	}
}

// Taps moved to where a dilated kernel has them give its answer, bit for bit; a moved tap is the sum of its four shares.
func TestMovedTaps(t *testing.T) {
	x := tensor.New[float32](1, 1, 12, 15)
	tensor.FillInt(x, tensor.NewStream(1, "x"), -8, 8)
	ask := func(offsets []float32) (j tapsJSON) {
		q, err := json.Marshal(map[string]any{"ask": "taps", "input": arrayOf(x), "weight": []float32{1, 2, 1, 0, -3, 0, 1, 1, 2}, "offsets": offsets, "at": []int{5, 6}})
		if err != nil {
			t.Fatal(err)
		}
		reply(t, string(q), &j)
		if got := floats(t, j.Output).Data[5*15+6]; math.Abs(j.Total-float64(got)) > 1e-4 {
			t.Errorf("the taps add up to %g, and the engine says %g", j.Total, got)
		}
		return j
	}
	for _, d := range [][]int{{1, 1}, {2, 2}, {3, 3}, {2, 1}, {1, 4}} {
		var offsets []float32
		for tap := range 9 {
			offsets = append(offsets, float32((d[0]-1)*(tap/3-1)), float32((d[1]-1)*(tap%3-1)))
		}
		if j := ask(offsets); !equal(j.Dilation, d) || j.Difference != 0 {
			t.Errorf("dilation %v is taken for %v, with a difference of %g", d, j.Dilation, j.Difference)
		}
	}
	offsets := make([]float32, 18)
	offsets[0], offsets[1] = 0.25, -1.5
	j := ask(offsets)
	if j.Dilation != nil {
		t.Errorf("a tap between the pixels is called dilation %v", j.Dilation)
	}
	var sum, share float64
	for _, p := range j.Taps[0].Pixels {
		sum, share = sum+p.Share*p.Value, share+p.Share
	}
	if sum != j.Taps[0].Value || math.Abs(share-1) > 1e-12 || j.Taps[0].Row != 4.25 || j.Taps[0].Col != 3.5 {
		t.Errorf("a moved tap is %+v", j.Taps[0])
	}
}

// The stages of a gate follow from one another, and a factor that is given takes the place of the computed one.
func TestStagesAndFactorsInstead(t *testing.T) {
	x := tensor.New[float32](1, 4, 3, 5)
	tensor.FillUniform(x, tensor.NewStream(1, "x"), 1)
	q, err := json.Marshal(map[string]any{"ask": "stages", "variant": "se", "layer": map[string]string{"reduction": "1"}, "input": arrayOf(x), "instead": map[string]any{"fc2.sigmoid": []any{nil, 0.25, nil, 1}}})
	if err != nil {
		t.Fatal(err)
	}
	var j map[string]array
	reply(t, string(q), &j)
	means, factors, out := floats(t, j["squeeze"]), floats(t, j["fc2.sigmoid"]), floats(t, j["scale"])
	if factors.Data[1] != 0.25 || factors.Data[3] != 1 || factors.Data[0] <= 0 || factors.Data[0] >= 1 {
		t.Errorf("factors %v", factors.Data)
	}
	for c := range 4 {
		var sum float64
		for i := range 15 {
			v := x.Data[15*c+i]
			sum += float64(v)
			if want := v * factors.Data[c]; out.Data[15*c+i] != want {
				t.Errorf("channel %d, number %d is %g, not %g", c, i, out.Data[15*c+i], want)
			}
		}
		if math.Abs(sum/15-float64(means.Data[c])) > 1e-6 {
			t.Errorf("the mean of channel %d is %g, not %g", c, means.Data[c], sum/15)
		}
	}
}

// What is kept is found by its key; what is not kept says so.
func TestKeptArrays(t *testing.T) {
	e := New()
	a := arrayOf(tensor.Of([]float32{1, 2, 3, 4}, 1, 1, 2, 2))
	text := func(a array) string { b, _ := json.Marshal(a); return string(b) }
	kept := e.Ask(t.Context(), []byte(`{"ask":"keep","array":`+text(a)+`}`)).Result.(array)
	run := func(a array) string {
		return string(e.Reply(t.Context(), []byte(`{"ask":"run","variant":"max-pool","layer":{"kernel":"2"},"input":`+text(a)+`}`)))
	}
	withoutTime := func(s string) string { head, _, _ := strings.Cut(s, `"seconds"`); return head }
	if by, whole := run(kept), run(a); withoutTime(by) != withoutTime(whole) || strings.Contains(by, "error") {
		t.Errorf("by its key\n%s\nas a whole\n%s", by, whole)
	}
	if gone := run(array{Key: "no such"}); !strings.Contains(gone, errGone.Error()) {
		t.Error(gone)
	}
}
