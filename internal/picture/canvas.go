package picture

import (
	"image"
	"image/color"
	"image/draw"
	"io"
	"math"
	"sync"

	scale "golang.org/x/image/draw"
	"golang.org/x/image/font"
	"golang.org/x/image/font/gofont/goregular"
	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	"golang.org/x/image/vector"
)

// Canvas is an opaque drawing. Coordinates are pixels from the top left corner; the centre of the first pixel is (0.5, 0.5).
// Drawing outside of it is cut off. It is not for use by several goroutines.
type Canvas struct {
	*image.RGBA
	raster *vector.Rasterizer
	// faces are those of the Go font by size, foreignFaces of the system's font.
	faces, foreignFaces map[float64]font.Face
	advances            map[letter]float64 // of letters of the system's font, which reads its file for each
}

// NewCanvas returns a canvas of one colour.
func NewCanvas(width, height int, background color.Color) *Canvas {
	c := &Canvas{
		RGBA:         image.NewRGBA(image.Rect(0, 0, width, height)),
		raster:       vector.NewRasterizer(width, height),
		faces:        map[float64]font.Face{},
		foreignFaces: map[float64]font.Face{},
		advances:     map[letter]float64{},
	}
	c.Fill(c.Rect, background)
	return c
}

// Fill paints a rectangle.
func (c *Canvas) Fill(r image.Rectangle, col color.Color) {
	draw.Draw(c.RGBA, r, image.NewUniform(col), image.Point{}, draw.Over)
}

// Frame draws the outline of a rectangle, one pixel wide, just inside it.
func (c *Canvas) Frame(r image.Rectangle, col color.Color) {
	for _, side := range []image.Rectangle{
		{r.Min, image.Pt(r.Max.X, r.Min.Y+1)},
		{image.Pt(r.Min.X, r.Max.Y-1), r.Max},
		{r.Min, image.Pt(r.Min.X+1, r.Max.Y)},
		{image.Pt(r.Max.X-1, r.Min.Y), r.Max},
	} {
		c.Fill(side, col)
	}
}

// Image copies img with its top left corner at (x, y), each pixel magnified to scale pixels a side without smoothing.
func (c *Canvas) Image(x, y int, img image.Image, scale int) {
	b := img.Bounds()
	if scale == 1 {
		draw.Draw(c.RGBA, image.Rect(x, y, x+b.Dx(), y+b.Dy()), img, b.Min, draw.Over)
		return
	}
	c.Stretch(image.Rect(x, y, x+b.Dx()*scale, y+b.Dy()*scale), img)
}

// Stretch draws img into a rectangle: pixels that are enlarged stay squares, smaller ones are averaged.
func (c *Canvas) Stretch(r image.Rectangle, img image.Image) {
	if b := img.Bounds(); r.Dx() < b.Dx() || r.Dy() < b.Dy() {
		scale.CatmullRom.Scale(c.RGBA, r, img, b, scale.Over, nil)
		return
	}
	scale.NearestNeighbor.Scale(c.RGBA, r, img, img.Bounds(), scale.Over, nil)
}

// Line draws a straight line of the given width.
func (c *Canvas) Line(x0, y0, x1, y1, width float64, col color.Color) {
	dx, dy := x1-x0, y1-y0
	length := math.Hypot(dx, dy)
	if length == 0 {
		return
	}
	nx, ny := -dy/length*width/2, dx/length*width/2
	c.polygon(col, x0+nx, y0+ny, x1+nx, y1+ny, x1-nx, y1-ny, x0-nx, y0-ny)
}

// Arrow draws a line with a head at (x1, y1). An arrow too short for a head is a line.
func (c *Canvas) Arrow(x0, y0, x1, y1, width float64, col color.Color) {
	dx, dy := x1-x0, y1-y0
	length := math.Hypot(dx, dy)
	head := 4 * width
	if length <= head {
		c.Line(x0, y0, x1, y1, width, col)
		return
	}
	ux, uy := dx/length, dy/length
	bx, by := x1-ux*head, y1-uy*head
	c.Line(x0, y0, bx, by, width, col)
	c.polygon(col, x1, y1, bx-uy*head/2, by+ux*head/2, bx+uy*head/2, by-ux*head/2)
}

// Circle draws a filled circle.
func (c *Canvas) Circle(x, y, radius float64, col color.Color) {
	const corners = 32
	points := make([]float64, 0, 2*corners)
	for i := range corners {
		sin, cos := math.Sincos(2 * math.Pi * float64(i) / corners)
		points = append(points, x+radius*cos, y+radius*sin)
	}
	c.polygon(col, points...)
}

// polygon fills a convex shape given by its corners x, y, x, y…, with smooth edges. Only the pixels around it are visited.
func (c *Canvas) polygon(col color.Color, points ...float64) {
	box := image.Rectangle{Min: image.Pt(math.MaxInt32, math.MaxInt32), Max: image.Pt(math.MinInt32, math.MinInt32)}
	for i := 0; i < len(points); i += 2 {
		x, y := points[i], points[i+1]
		box.Min = image.Pt(min(box.Min.X, int(math.Floor(x))), min(box.Min.Y, int(math.Floor(y))))
		box.Max = image.Pt(max(box.Max.X, int(math.Ceil(x))), max(box.Max.Y, int(math.Ceil(y))))
	}
	if box = box.Intersect(c.Rect); box.Empty() {
		return
	}
	at := func(i int) (x, y float32) {
		return float32(points[i] - float64(box.Min.X)), float32(points[i+1] - float64(box.Min.Y))
	}
	c.raster.Reset(box.Dx(), box.Dy())
	c.raster.MoveTo(at(0))
	for i := 2; i < len(points); i += 2 {
		c.raster.LineTo(at(i))
	}
	c.raster.ClosePath()
	c.raster.Draw(c.RGBA, box, image.NewUniform(col), image.Point{})
}

// regular is the Go font, read once when the first letter is drawn.
var regular = sync.OnceValue(func() *sfnt.Font {
	f, err := opentype.Parse(goregular.TTF)
	if err != nil {
		panic("picture: the embedded font does not parse: " + err.Error())
	}
	return f
})

func (c *Canvas) face(size float64) font.Face {
	if f, ok := c.faces[size]; ok {
		return f
	}
	f, err := opentype.NewFace(regular(), &opentype.FaceOptions{Size: size, DPI: 72, Hinting: font.HintingFull})
	if err != nil {
		panic("picture: " + err.Error()) // only for a size that is not positive
	}
	c.faces[size] = f
	return f
}

// TextWidth is how many pixels wide text of that size is.
func (c *Canvas) TextWidth(size float64, text string) int {
	width := 0.0
	for _, run := range runsOf(text) {
		if run.foreign {
			width += c.foreignWidth(size, run.text)
			continue
		}
		width += float64(font.MeasureString(c.face(size), run.text)) / 64
	}
	return int(math.Ceil(width))
}

// LineHeight is the distance from one line of text to the next.
func (c *Canvas) LineHeight(size float64) int { return c.face(size).Metrics().Height.Ceil() }

// Text writes one line whose top left corner is (x, y); size is that of the letters, in pixels. Characters that the Go font lacks,
// Chinese, Japanese and Korean ones among them, are written with a font of the system, and with a bitmap font where it has none.
func (c *Canvas) Text(x, y int, size float64, col color.Color, text string) {
	f := c.face(size)
	dot := fixed.P(x, y+f.Metrics().Ascent.Ceil())
	for _, run := range runsOf(text) {
		if run.foreign {
			dot.X += fixed.Int26_6(64 * c.foreign(float64(dot.X)/64, float64(dot.Y)/64, size, col, run.text))
			continue
		}
		d := font.Drawer{Dst: c.RGBA, Src: image.NewUniform(col), Face: f, Dot: dot}
		d.DrawString(run.text)
		dot = d.Dot
	}
}

// Encode writes the canvas as a PNG, in grey when it has no colour.
func (c *Canvas) Encode(w io.Writer) error {
	return FromImage(c.RGBA).Encode(w, WriteOptions{Level: 6})
}

// toRGBA is img with its top left corner at 0, 0: itself when it is such an RGBA image, else a copy.
func toRGBA(img image.Image) *image.RGBA {
	if c, ok := img.(*Canvas); ok {
		return c.RGBA
	}
	if rgba, ok := img.(*image.RGBA); ok && rgba.Rect.Min == (image.Point{}) {
		return rgba
	}
	b := img.Bounds()
	rgba := image.NewRGBA(image.Rect(0, 0, b.Dx(), b.Dy()))
	draw.Draw(rgba, rgba.Rect, img, b.Min, draw.Src)
	return rgba
}

// FromImage copies an image without its transparency: 8-bit grey when all of it is grey, else RGB.
func FromImage(img image.Image) *Picture {
	b, rgba := img.Bounds(), toRGBA(img)
	h := Header{Width: b.Dx(), Height: b.Dy(), Channels: 1, Depth: 8}
	for i := 0; i < len(rgba.Pix); i += 4 {
		if rgba.Pix[i] != rgba.Pix[i+1] || rgba.Pix[i] != rgba.Pix[i+2] {
			h.Channels = 3
			break
		}
	}
	p := New(h)
	for y := range h.Height {
		row, src := p.Row(y), rgba.Pix[y*rgba.Stride:]
		for x := range h.Width {
			copy(row[x*h.Channels:(x+1)*h.Channels], src[4*x:])
		}
	}
	return p
}

// Image is a copy of the picture for the standard library, in 8 bits a sample.
func (p *Picture) Image() *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	step := p.Depth / 8
	for y := range p.Height {
		row, dst := p.Row(y), img.Pix[y*img.Stride:]
		for x := range p.Width {
			px := row[x*p.PixelBytes():]
			r, g, b := px[0], px[0], px[0]
			if p.Channels == 3 {
				g, b = px[step], px[2*step]
			}
			copy(dst[4*x:4*x+4], []byte{r, g, b, 0xff})
		}
	}
	return img
}
