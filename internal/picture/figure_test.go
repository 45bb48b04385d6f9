package picture

import (
	"bytes"
	"flag"
	"image"
	"image/color"
	"image/draw"
	"image/gif"
	"image/png"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"convx/internal/tensor"
)

var update = flag.Bool("update", false, "write the golden pictures")

// golden compares a figure with the one in testdata/golden, to a few levels: letters and slanted edges may round differently
// on other processors.
func golden(t *testing.T, name string, p *Picture) {
	t.Helper()
	file := filepath.Join("testdata", "golden", name+".png")
	var b bytes.Buffer
	if err := p.Encode(&b, WriteOptions{Level: 9}); err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	rd, err := NewReader(bytes.NewReader(data), ReadOptions{})
	if err != nil {
		t.Fatal(err)
	}
	want, err := readPicture(rd)
	if err != nil {
		t.Fatal(err)
	}
	if want.Header != p.Header {
		t.Fatalf("%+v, the golden picture is %+v", p.Header, want.Header)
	}
	for i, v := range p.Pix {
		if d := int(v) - int(want.Pix[i]); d < -6 || d > 6 {
			t.Fatalf("byte %d of %d is %d, in the golden picture %d: look at it, and run with -update if it is right", i, len(p.Pix), v, want.Pix[i])
		}
	}
}

// waves are maps of both signs, more regular with each channel.
func waves(channels, h, w int) *tensor.Tensor[float32] {
	x := tensor.New[float32](1, channels, h, w)
	for i := range x.Data {
		c, y, u := i/(h*w), i/w%h, i%w
		x.Data[i] = float32(math.Sin(float64((c+1)*u)*0.2) * math.Cos(float64(y)*0.3))
	}
	return x
}

func TestGoldenGrid(t *testing.T) {
	x := waves(7, 16, 24)
	x.Data[16*24*2+100] = float32(math.NaN())
	p, _, err := Map(x, MapOptions{})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "grid", p)
	p, _, err = Map(x, MapOptions{Mapping: MinMax, Channels: []int{0, 1, 3, 4}, Rows: 1, Depth: 16})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "grid16", p)
}

func TestGoldenPanels(t *testing.T) {
	small, _, _ := Map(waves(1, 8, 8), MapOptions{Scale: 4})
	double, _, _ := Map(waves(1, 8, 8), MapOptions{Scale: 8})
	large, _, _ := Map(waves(1, 40, 60), MapOptions{Mapping: MinMax, Colormap: Viridis})
	c := Panels([]Panel{
		{small.Image(), "8×8"},
		{large.Image(), "viridis\n−1 → 1"},
		{double.Image(), "a caption wider than its picture"},
	}, 2, false)
	golden(t, "panels", FromImage(c))
}

// The figure of an uneven transposed convolution: kernel 3, stride 2, how often each output is written.
func TestGoldenCounts(t *testing.T) {
	const n = 7
	counts := make([]int, n*n)
	for i := range counts {
		once := func(k int) int { return 1 + (k+1)%2*boolInt(k > 0 && k < n-1) }
		counts[i] = once(i/n) * once(i%n)
	}
	h := Counts(counts, n, n, 22)
	c := NewCanvas(n*22+20, n*22+60, color.White)
	c.Heat(10, 10, h)
	c.Frame(image.Rect(10, 10, 10+n*22, 10+n*22), color.Black)
	c.ColorBar(image.Rect(10, n*22+20, n*22+10, n*22+32), h.Colormap)
	golden(t, "counts", FromImage(c))
}

func boolInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// The figure of a deformable convolution: taps moved from their places.
func TestGoldenArrows(t *testing.T) {
	c := NewCanvas(120, 120, color.White)
	red, grey := color.RGBA{200, 30, 30, 255}, color.Gray{0xa0}
	for i := range 9 {
		x, y := float64(20+i%3*40), float64(20+i/3*40)
		dx, dy := 14*math.Cos(float64(i)), 14*math.Sin(float64(i))
		c.Circle(x, y, 3, grey)
		c.Arrow(x, y, x+dx, y+dy, 1.5, red)
	}
	c.Arrow(60, 60, 62, 60, 1.5, red)  // too short for a head
	c.Line(5, 5, 5, 5, 1.5, red)       // no length at all
	c.Circle(130, -4, 20, grey)        // partly outside
	c.Line(-50, 200, 50, 100, 2, grey) // the same
	golden(t, "arrows", FromImage(c))
}

func TestCanvasEncodesGray(t *testing.T) {
	var b bytes.Buffer
	c := NewCanvas(5, 4, color.Gray{77})
	if err := c.Encode(&b); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if g, ok := img.(*image.Gray); err != nil || !ok || g.GrayAt(4, 3).Y != 77 {
		t.Errorf("%T, %v", img, err)
	}
}

// composite plays an animation.
func composite(t *testing.T, data []byte) []*image.RGBA {
	t.Helper()
	g, err := gif.DecodeAll(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	screen := image.NewRGBA(image.Rect(0, 0, g.Config.Width, g.Config.Height))
	var shown []*image.RGBA
	for _, f := range g.Image {
		draw.Draw(screen, f.Rect, f, f.Rect.Min, draw.Over)
		shown = append(shown, &image.RGBA{Pix: bytes.Clone(screen.Pix), Stride: screen.Stride, Rect: screen.Rect})
	}
	return shown
}

func TestGIFOfFigure(t *testing.T) {
	var frames []image.Image
	for i := range 12 {
		c := NewCanvas(200, 120, color.White)
		c.Text(4, 4, 12, color.Black, "a kernel slides")
		c.Frame(image.Rect(10+10*i, 40, 41+10*i, 71), color.RGBA{200, 0, 0, 255})
		frames = append(frames, c)
	}
	frames = append(frames, frames[11]) // nothing changes
	var b bytes.Buffer
	if err := EncodeGIF(&b, frames, 80*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if b.Len() > 6000 {
		t.Errorf("%d bytes for a small figure", b.Len())
	}
	for i, got := range composite(t, b.Bytes()) {
		if !bytes.Equal(got.Pix, frames[i].(*Canvas).Pix) {
			t.Errorf("frame %d is not what was drawn", i)
		}
	}
	g, _ := gif.DecodeAll(&b)
	if g.LoopCount != 0 || g.Delay[3] != 8 || g.Delay[12] != 32 || len(g.Image) != 13 {
		t.Errorf("loop %d, delays %d, %d frames", g.LoopCount, g.Delay, len(g.Image))
	}
}

// More colours than a palette holds: a photograph comes out near.
func TestGIFOfPhotograph(t *testing.T) {
	x := tensor.New[float32](1, 3, 64, 64)
	for i := range x.Data {
		c, y, u := i/4096, i/64%64, i%64
		x.Data[i] = float32(0.5 + 0.5*math.Sin(float64(c)+float64(u)*0.05)*math.Cos(float64(y)*0.07*float64(c+1)))
	}
	p, _, err := Map(x, MapOptions{Mapping: Clip})
	if err != nil {
		t.Fatal(err)
	}
	img := p.Image()
	var b bytes.Buffer
	if err := EncodeGIF(&b, []image.Image{img}, 0); err != nil {
		t.Fatal(err)
	}
	got := composite(t, b.Bytes())[0]
	var sum float64
	for i, v := range img.Pix {
		d := float64(v) - float64(got.Pix[i])
		sum += d * d
	}
	if psnr := 10 * math.Log10(255*255*float64(len(img.Pix))/sum); psnr < 30 {
		t.Errorf("%.1f dB from the original", psnr)
	}
}

func TestGIFRefuses(t *testing.T) {
	var b bytes.Buffer
	if EncodeGIF(&b, nil, 0) == nil {
		t.Error("no frames were accepted")
	}
	if EncodeGIF(&b, []image.Image{NewCanvas(4, 4, color.White), NewCanvas(4, 5, color.White)}, 0) == nil {
		t.Error("frames of two sizes were accepted")
	}
}

// Squares of 0 can be told from small ones.
func TestHeatOfNothing(t *testing.T) {
	h := Counts([]int{0, 1, 50}, 3, 1, 4)
	h.Nothing = color.Gray{0xe4}
	c := NewCanvas(12, 4, color.White)
	c.Heat(0, 0, h)
	if got := c.RGBAAt(1, 1); got != (color.RGBA{0xe4, 0xe4, 0xe4, 0xff}) {
		t.Errorf("0 is %v", got)
	}
	if got, want := c.RGBAAt(5, 1), Viridis.Color(1./50); got != want {
		t.Errorf("1 is %v, not %v", got, want)
	}
}

// Clear pixels stay clear, over frames that cover and uncover them; what is half opaque is one or the other.
func TestClearAnimation(t *testing.T) {
	at := func(x int, c color.Color) image.Image {
		img := image.NewRGBA(image.Rect(0, 0, 4, 1))
		img.Set(x, 0, c)
		return img
	}
	red, faint := color.RGBA{255, 0, 0, 255}, color.NRGBA{0, 0, 255, 100}
	for name, frames := range map[string][]image.Image{
		"uncovers": {at(0, red), at(1, red), at(2, color.NRGBA{255, 0, 0, 200}), at(3, faint)},
		"covers":   {at(0, color.RGBA{}), at(0, color.RGBA{}), at(0, red)},
	} {
		var b bytes.Buffer
		if err := EncodeGIF(&b, frames, 10*time.Millisecond); err != nil {
			t.Fatal(err)
		}
		g, err := gif.DecodeAll(&b)
		if err != nil {
			t.Fatal(err)
		}
		shown := image.NewRGBA(image.Rect(0, 0, 4, 1))
		for i, f := range g.Image {
			draw.Draw(shown, f.Rect, f, f.Rect.Min, draw.Over)
			for x := range 4 {
				want := color.RGBA{}
				if _, _, _, a := frames[i].At(x, 0).RGBA(); a >= 0x8080 {
					want = red
				}
				if got := shown.RGBAAt(x, 0); got != want {
					t.Errorf("%s, frame %d, pixel %d is %v, want %v", name, i, x, got, want)
				}
			}
			if g.Disposal[i] == gif.DisposalBackground {
				draw.Draw(shown, f.Rect, image.Transparent, image.Point{}, draw.Src)
			}
		}
	}
}

// Captions are broken to the width of their picture, at blanks, between Chinese characters and, where a word is longer, after its
// commas; nothing of them is lost.
func TestCaptionsKeepToTheWidth(t *testing.T) {
	c := NewCanvas(1, 1, color.White)
	for _, text := range []string{
		"input\none map, clip: 0 black, 1 white, magnified 3 times (one scale for 4)", "transposed,stride=2,padding=1,output-padding=1,out-channels=3\n1x3x104x160",
		"输入\n彩色，clip：0 为黑，1 为白，199680 个值中截去 5838 个（3 张共用一个标尺）",
	} {
		lines := c.wrapped(text, letters{18, 14}, 200)
		if len(lines) < 3 {
			t.Errorf("%q: %d lines", text, len(lines))
		}
		joined := ""
		for _, l := range lines {
			joined += l.text
			if w := c.TextWidth(l.size, l.text); w > 200 {
				t.Errorf("%q is %d pixels wide", l.text, w)
			}
		}
		bare := strings.NewReplacer(" ", "", "\n", "")
		if bare.Replace(joined) != bare.Replace(text) {
			t.Errorf("%q became %q", text, joined)
		}
	}
	if wide, high, l := lettersFor(700, 250, 340), lettersFor(700, 500, 340), lettersFor(700, 500, 80); high.caption < 1.25*wide.caption || l != wide {
		t.Errorf("letters of %v in a high picture, %v in a wide one, %v in narrow columns", high, wide, l)
	}
	if l := lettersFor(1280, 0, 0); l.caption < 24 || l.name <= l.caption {
		t.Errorf("letters of %v in a picture of 1280 pixels", l)
	}
}

// In the dark, what maps lie on and its letters change places; the maps' colours stay.
func TestMapsInTheDark(t *testing.T) {
	x := tensor.New[float32](1, 4, 64, 64)
	for i := range x.Data {
		x.Data[i] = 1
	}
	sheet := func(shared bool) func(o MapOptions) (*Picture, error) {
		return func(o MapOptions) (*Picture, error) { return Sheet{Maps: x, Options: o, Shared: shared}.Picture() }
	}
	for name, draw := range map[string]func(MapOptions) (*Picture, error){"grid": sheet(true), "sheet": sheet(false)} {
		light, err := draw(MapOptions{Colormap: Viridis})
		if err != nil {
			t.Fatal(err)
		}
		dark, err := draw(MapOptions{Colormap: Viridis, Dark: true})
		if err != nil {
			t.Fatal(err)
		}
		turned, kept := 0, 0
		a, b := light.Image(), dark.Image()
		for i := 0; i < len(a.Pix); i += 4 {
			grey := a.Pix[i] == a.Pix[i+1] && a.Pix[i] == a.Pix[i+2]
			switch {
			case !grey && !bytes.Equal(a.Pix[i:i+3], b.Pix[i:i+3]):
				t.Fatalf("%s: a map's %v is %v in the dark", name, a.Pix[i:i+3], b.Pix[i:i+3])
			case !grey:
				kept++
			case a.Pix[i] > 0xc0 && b.Pix[i] < 0x60:
				turned++
			case a.Pix[i] > 0xc0 || a.Pix[i] < 0x20 && b.Pix[i] < 0xa0:
				t.Fatalf("%s: grey %#x is %#x in the dark", name, a.Pix[i], b.Pix[i])
			}
		}
		if turned == 0 || kept < 4*64*64 {
			t.Errorf("%s: %d pixels turned dark, %d of maps stayed", name, turned, kept)
		}
	}
}

// A sheet is about as wide as a slide for its height, with no row emptier than it need be, and a vector is no line of one pixel.
func TestSheetsHaveASlidesShape(t *testing.T) {
	for _, c := range []struct {
		shape      []int
		wide, high int // at least, in pixels
	}{{[]int{1, 32, 16, 16}, 900, 500}, {[]int{1, 8, 208, 320}, 1300, 600}, {[]int{1, 96, 14, 14}, 1400, 800}, {[]int{1, 1, 1, 640}, 640, 40}} {
		x := tensor.New[float32](c.shape...)
		for i := range x.Data {
			x.Data[i] = float32(i%37) - 5
		}
		p, err := Sheet{Title: "a layer", Maps: x}.Picture()
		if err != nil {
			t.Fatal(err)
		}
		size := p.Image().Bounds().Size()
		if size.X < c.wide || size.Y < c.high || c.shape[1] > 1 && (10*size.X < 11*size.Y || 10*size.X > 24*size.Y) {
			t.Errorf("%v: %v", c.shape, size)
		}
	}
}
