package picture

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"convx/internal/tensor"
)

func TestMapAlone(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	for _, c := range []struct {
		name   string
		values []float64
		shape  []int
		o      MapOptions
		pix    []byte
		says   string
	}{
		{"clip", []float64{-1, 0, 0.5, 1, 2}, []int{1, 1, 1, 5}, MapOptions{Mapping: Clip},
			[]byte{0, 0, 128, 255, 255}, "one map, clip: 0 black, 1 white, 2 of 5 values clipped"},
		{"auto is clip inside", []float64{0, 0.2, 0.6, 1}, []int{1, 1, 2, 2}, MapOptions{},
			[]byte{0, 51, 153, 255}, "one map, clip: 0 black, 1 white"},
		{"auto is clip with a little overshoot", []float64{1, 1, 1, 1.05, -0.02}, []int{1, 1, 1, 5}, MapOptions{},
			[]byte{255, 255, 255, 255, 0}, "one map, clip: 0 black, 1 white, 2 of 5 values clipped"},
		{"auto is minmax above", []float64{1, 2, 6}, []int{1, 1, 1, 3}, MapOptions{},
			[]byte{0, 51, 255}, "one map, minmax: 1 black, 6 white"},
		{"auto is minmax below", []float64{-6, -2, -1}, []int{1, 1, 1, 3}, MapOptions{},
			[]byte{0, 204, 255}, "one map, minmax: -6 black, -1 white"},
		{"auto is symmetric for both signs", []float64{-2, 0, 2}, []int{1, 1, 1, 3}, MapOptions{Colormap: Grayscale},
			[]byte{0, 128, 255}, "one map, symmetric: -2 black, 0 grey, 2 white"},
		{"diverging", []float64{-2, 0, 2}, []int{1, 1, 1, 3}, MapOptions{},
			[]byte{0x1c, 0x4e, 0xa5, 0xf7, 0xf7, 0xf7, 0x9a, 0x14, 0x23}, "one map, symmetric: -2 blue, 0 white, 2 red"},
		{"viridis", []float64{0, 9}, []int{1, 1, 1, 2}, MapOptions{Mapping: MinMax, Colormap: Viridis},
			[]byte{0x44, 0x01, 0x54, 0xfd, 0xe7, 0x25}, "one map, minmax: 0 to 9 in viridis"},
		{"colour", []float64{0, 1, 0.2, 0.4, 1, 0}, []int{1, 3, 1, 2}, MapOptions{},
			[]byte{0, 51, 255, 255, 102, 0}, "colour, clip: 0 black, 1 white"},
		{"signed colour", []float64{0, -4, 4, 0, 2, -2}, []int{1, 3, 1, 2}, MapOptions{},
			[]byte{128, 255, 191, 0, 128, 64}, "colour, symmetric: -4 black, 0 grey, 4 white"},
		{"a channel of three", []float64{0, 1, 0.2, 0.4, 1, 0}, []int{1, 3, 1, 2}, MapOptions{Channels: []int{1}},
			[]byte{51, 102}, "one map, clip: 0 black, 1 white"},
		{"constant", []float64{7, 7}, []int{1, 1, 1, 2}, MapOptions{Mapping: MinMax}, []byte{0, 0}, "one map, minmax: 7 black, 7 white"},
		{"all zero", []float64{0, 0}, []int{1, 1, 1, 2}, MapOptions{Mapping: Symmetric, Colormap: Grayscale},
			[]byte{128, 128}, "one map, symmetric: -0 black, 0 grey, 0 white"},
		{"not finite", []float64{0, nan, 1, inf, -inf}, []int{1, 1, 1, 5}, MapOptions{},
			[]byte{0, 0, 0, 255, 0, 255, 255, 255, 255, 255, 0, 255, 255, 0, 255}, "one map, clip: 0 black, 1 white, 1 NaN and 2 Inf values in magenta"},
		{"nothing finite", []float64{nan, nan}, []int{1, 1, 1, 2}, MapOptions{Mapping: MinMax},
			[]byte{255, 0, 255, 255, 0, 255}, "one map, minmax: 0 black, 0 white, 2 NaN and 0 Inf values in magenta"},
		{"one NaN of a colour", []float64{0, 1, nan, 1, 1, 0}, []int{1, 3, 1, 2}, MapOptions{},
			[]byte{255, 0, 255, 255, 255, 0}, "colour, clip: 0 black, 1 white, 1 NaN and 0 Inf values in magenta"},
		{"the whole range of float64", []float64{-math.MaxFloat64, 0, math.MaxFloat64}, []int{1, 1, 1, 3}, MapOptions{Mapping: MinMax},
			[]byte{0, 127, 255}, "one map, minmax: -1.798e+308 black, 1.798e+308 white"},
		{"magnified", []float64{0, 1}, []int{1, 1, 1, 2}, MapOptions{Scale: 2},
			[]byte{0, 0, 255, 255, 0, 0, 255, 255}, "one map, clip: 0 black, 1 white, magnified 2 times"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p, m, err := Map(tensor.Of(c.values, c.shape...), c.o)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(p.Pix, c.pix) {
				t.Errorf("pixels % d, want % d", p.Pix, c.pix)
			}
			if m.String() != c.says {
				t.Errorf("it says %q, want %q", m, c.says)
			}
		})
	}
}

// Reading a picture and showing it again under clip must give the file's own samples, in both depths and types.
func TestMapInvertsRead(t *testing.T) {
	for _, h := range []Header{{256, 1, 1, 8}, {7, 9, 3, 8}, {256, 256, 1, 16}, {64, 64, 3, 16}} {
		p := New(h)
		if h.Channels == 1 { // every sample there is
			for i := range p.Pix {
				p.Pix[i] = byte(i)
				if h.Depth == 16 && i%2 == 0 {
					p.Pix[i] = byte(i >> 9)
					p.Pix[i+1] = byte(i >> 1)
				} else if h.Depth == 16 {
					continue
				}
			}
		} else {
			noise(p.Pix, 9)
		}
		checkInverse[float32](t, p)
		checkInverse[float64](t, p)
	}
}

func checkInverse[T tensor.Float](t *testing.T, p *Picture) {
	t.Helper()
	x := tensor.New[T](1, p.Channels, p.Height, p.Width)
	NewUnpacker[T](p.Header, AsStored).Unpack(x.Data, p.Height*p.Width, p.Pix, p.Height*p.Width)
	q, _, err := Map(x, MapOptions{Mapping: Clip, Depth: p.Depth})
	if err != nil || !bytes.Equal(p.Pix, q.Pix) {
		t.Errorf("%+v as %T: Map gives other samples, %v", p.Header, x.Data, err)
	}
}

func TestMapGrid(t *testing.T) {
	x := tensor.New[float32](2, 5, 6, 8)
	for i := range x.Data {
		x.Data[i] = float32(i%240) / 240
	}
	for _, c := range []struct {
		o          MapOptions
		rows, cols int
		says       string
	}{
		{MapOptions{}, 3, 4, "10 maps in a 3x4 grid, clip: 0 black, 1 white, magnified 6 times"},
		{MapOptions{Cols: 5}, 2, 5, "10 maps in a 2x5 grid, clip: 0 black, 1 white, magnified 6 times"},
		{MapOptions{Rows: 1, Scale: 1}, 1, 10, "10 maps in a 1x10 grid, clip: 0 black, 1 white"},
		{MapOptions{Rows: 2, Cols: 2, Scale: 1}, 2, 2, "4 of 10 maps in a 2x2 grid, clip: 0 black, 1 white"},
		{MapOptions{Rows: math.MaxInt, Cols: math.MaxInt, Scale: 1}, 1, 10, "10 maps in a 1x10 grid, clip: 0 black, 1 white"},
		{MapOptions{Channels: []int{3}}, 1, 2, "2 maps in a 1x2 grid, clip: 0 black, 1 white, magnified 6 times"},
	} {
		p, m, err := Map(x, c.o)
		if err != nil {
			t.Fatal(err)
		}
		if m.Rows != c.rows || m.Cols != c.cols || m.String() != c.says {
			t.Errorf("%+v: %q, want %q", c.o, m, c.says)
		}
		if want := c.cols*(8*m.Magnified+gridGap) + gridGap; p.Width != want || p.Channels != 1 {
			t.Errorf("%+v: %d wide, %d channels", c.o, p.Width, p.Channels)
		}
	}
	// The values of the maps are where the layout says: the last of the last map.
	p, m, _ := Map(x, MapOptions{Rows: 1, Scale: 1})
	last := p.Row(p.Height - gridGap - 1)[p.Width-gridGap-1]
	if want := byte(254); last != want || m.Shown != 10 {
		t.Errorf("the last value is shown as %d, want %d", last, want)
	}
}

func TestMapRefuses(t *testing.T) {
	x := tensor.New[float32](1, 4, 2, 2)
	for _, c := range []struct {
		t    *tensor.Tensor[float32]
		o    MapOptions
		want string
	}{
		{x, MapOptions{Channels: []int{4}}, "there is no channel 4"},
		{x, MapOptions{Channels: []int{-1}}, "there is no channel -1"},
		{x, MapOptions{Channels: []int{}}, "no channel is selected"},
		{x, MapOptions{Depth: 12}, "8 or 16 bits"},
		{x, MapOptions{Rows: -1}, "negative"},
		{x, MapOptions{Scale: 1 << 14}, "select channels"},
		{x, MapOptions{Scale: 16, MaxPixels: 100}, "raise --max-pixels"},
		{x, MapOptions{Scale: math.MaxInt}, "too many pixels"},
		{tensor.New[float32](4, 2, 2), MapOptions{}, "not N x C x H x W"},
		{tensor.New[float32](1, 4, 0, 2), MapOptions{}, "nothing to show"},
	} {
		if _, _, err := Map(c.t, c.o); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v %+v: %v, want %s", c.t.Shape, c.o, err, c.want)
		}
	}
}

func TestParseNames(t *testing.T) {
	for i, s := range mappingNames {
		if m, err := ParseMapping(s); err != nil || m.kind != mappingKind(i) || m.String() != s {
			t.Error(s, m, err)
		}
	}
	for i, s := range colormapNames {
		if m, err := ParseColormap(s); err != nil || m != Colormap(i) || m.String() != s {
			t.Error(s, m, err)
		}
	}
	if _, err := ParseMapping("log"); err == nil || err.Error() != `unknown mapping "log": one of auto, clip, minmax, symmetric, shared, each, or LO:HI` {
		t.Error(err)
	}
	if _, err := ParseColor("blue"); err == nil {
		t.Error("blue is no colour mode")
	}
}

// A diverging map must not prefer a sign, viridis must rise in lightness all the way, and no map may use the colour of NaN.
func TestColormaps(t *testing.T) {
	lightness := func(m Colormap, v float64) float64 {
		c := m.Color(v)
		return toOklab([3]float64{float64(c.R) / 255, float64(c.G) / 255, float64(c.B) / 255})[0]
	}
	for i := range 50 {
		v := float64(i) / 100
		if d := lightness(Diverging, v) - lightness(Diverging, 1-v); math.Abs(d) > 0.02 {
			t.Errorf("diverging at %g is lighter by %.3f than at %g", v, d, 1-v)
		}
		if lightness(Diverging, v) >= lightness(Diverging, v+0.01) {
			t.Errorf("diverging does not get lighter at %g", v)
		}
		if lightness(Viridis, 2*v) >= lightness(Viridis, 2*v+0.02) {
			t.Errorf("viridis does not get lighter at %g", 2*v)
		}
	}
	for m := Grayscale; m <= Diverging; m++ {
		for i := range 256 {
			c := m.Color(float64(i) / 255)
			if c.R > 200 && c.G < 60 && c.B > 200 {
				t.Errorf("%v at %d looks like the colour of NaN: %v", m, i, c)
			}
		}
	}
}

// The range of a mapping, whichever end is further out, and what auto chooses.
func TestChoose(t *testing.T) {
	for _, c := range []struct {
		values    []float64
		asked     Mapping
		want      Mapping
		low, high float64
	}{
		{[]float64{-3, 2}, Symmetric, Symmetric, -3, 3},
		{[]float64{-2, 3}, Symmetric, Symmetric, -3, 3},
		{[]float64{-3, 2}, MinMax, MinMax, -3, 2},
		{[]float64{-3, 2}, Clip, Clip, 0, 1},
		{[]float64{-3, 2}, AutoMapping, Symmetric, -3, 3},
		{[]float64{-3, -2}, AutoMapping, MinMax, -3, -2},
		{[]float64{0, 5}, AutoMapping, MinMax, 0, 5},
		{[]float64{0, 0.5, 1}, AutoMapping, Clip, 0, 1},
	} {
		if m, low, high := surveyValues(c.values).choose(c.asked); m != c.want || low != c.low || high != c.high {
			t.Errorf("%s of %v is %s from %g to %g, want %s from %g to %g", c.asked, c.values, m, low, high, c.want, c.low, c.high)
		}
	}
}

// A picture of as many pixels as are allowed is read, one of more is not.
func TestPixelLimit(t *testing.T) {
	if err := checkSize(4, 5, 20); err != nil {
		t.Error(err)
	}
	if err := checkSize(3, 7, 20); err == nil {
		t.Error("21 pixels passed for 20")
	}
}

// LO:HI shows what it says, and says what it clips; each has a scale a map; together, values of one kind share a scale.
func TestScales(t *testing.T) {
	x := tensor.Of([]float32{-1, 0, 1, 3, 10, 20, 30, 40}, 1, 2, 2, 2)
	m, err := ParseMapping("-1:3")
	if err != nil || m.String() != "-1:3" {
		t.Fatal(m, err)
	}
	p, mapped, err := Map(x, MapOptions{Mapping: m, Channels: []int{0}})
	if err != nil || mapped.Clipped != 0 || !bytes.Equal(p.Row(0), []byte{0, 64}) || !bytes.Equal(p.Row(1), []byte{128, 255}) {
		t.Errorf("%v %v %v %s", p.Row(0), p.Row(1), err, mapped)
	}
	if _, mapped, _ = Map(x, MapOptions{Mapping: m}); mapped.Clipped != 4 || !strings.Contains(mapped.String(), "-1:3: -1 black, 3 white, 4 of 8 values clipped") {
		t.Errorf("%s", mapped)
	}
	for _, bad := range []string{"1:1", "2:1", ":", "a:b", "0:NaN", "0:Inf"} {
		if _, err := ParseMapping(bad); err == nil {
			t.Errorf("%q is a mapping", bad)
		}
	}
	p, mapped, err = Map(x, MapOptions{Mapping: EachMapping, Scale: 1})
	if err != nil || !strings.Contains(mapped.String(), "a scale of its own") {
		t.Fatal(err, mapped)
	}
	whites := 0
	for y := range p.Height {
		for _, v := range p.Row(y) {
			if v == 255 {
				whites++
			}
		}
	}
	if whites < 2 {
		t.Errorf("%d white pixels: every map has one", whites)
	}
	a, b, c := tensor.Of([]float32{-2, 2, -2, 2}, 1, 1, 2, 2), tensor.Of([]float32{-5, 1, 1, 1}, 1, 1, 2, 2), tensor.Of([]float32{5, 9, 7, 6}, 1, 1, 2, 2)
	list := Together(AutoMapping, []*tensor.Tensor[float32]{a, b, c})
	if list[0] != list[1] || list[0] != (Mapping{symmetric, -5, 5}) || list[2] != (Mapping{minMax, 5, 9}) {
		t.Errorf("auto: %+v", list)
	}
	list = Together(SharedMapping, []*tensor.Tensor[float32]{a, b, c})
	if list[0] != list[2] || list[0] != (Mapping{symmetric, -9, 9}) {
		t.Errorf("shared: %+v", list)
	}
	if list = Together(Clip, []*tensor.Tensor[float32]{a, b}); list[0] != Clip || list[1] != Clip {
		t.Errorf("clip: %+v", list)
	}
}

// Embossed at any contrast, a picture stays a picture; a difference is one.
func TestAutoTellsPicturesFromDifferences(t *testing.T) {
	for name, c := range map[string]struct {
		values []float32
		want   mappingKind
	}{
		"embossed":          {[]float32{-0.5, 0.2, 0.5, 0.5, 0.9, 1.4, 0.5, 0.5}, clip},
		"embossed strongly": {[]float32{-0.4, 0.5, 0.5, 0.5, 1.5, 0.5, 0.5, 0.5}, clip},
		"edges":             {[]float32{-0.5, 0.5, -1.5, 1.5, 0, 0, 0.1, -0.1}, symmetric},
		"a map":             {[]float32{0.2, 0.9, 1.2, 1.6, 0.4, 0.3, 0.5, 1.9}, minMax},
	} {
		if got := surveyValues(c.values).kind(); got != c.want {
			t.Errorf("%s: %s", name, Mapping{kind: got})
		}
	}
}
