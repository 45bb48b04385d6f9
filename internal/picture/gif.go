package picture

import (
	"image"
	"image/color"
	"image/gif"
	"io"
	"time"

	"convx/internal/lang"
)

// holdLast is how many times longer than the others the last frame stands, so that the end is seen before all starts again.
const holdLast = 4

// EncodeGIF writes the frames as an animation that repeats for ever; delay is the time of each, to 10 ms, and the last one
// stands for four. All frames share one palette: their own colours when there are at most 255 in all, else the best 255 by
// median cut (Heckbert 1982), without dithering. A frame holds only the rectangle that changed, and in it what did not
// change is transparent: so figures in which little moves make small files. What is less than half opaque in a frame is clear, the
// rest opaque: GIF knows nothing between. Where something becomes clear that was not, every frame is whole and cleared away before
// the next, since a frame cannot make clear what lies under it.
func EncodeGIF(w io.Writer, frames []image.Image, delay time.Duration) error {
	if len(frames) == 0 {
		return lang.New("an animation needs a frame")
	}
	all := make([]*image.RGBA, len(frames))
	for i, f := range frames {
		all[i] = clearOrOpaque(toRGBA(f))
		if all[i].Rect != all[0].Rect {
			return lang.New("the frames of an animation must be of one size")
		}
	}
	q := newQuantizer(all)
	anim := &gif.GIF{Config: image.Config{ColorModel: q.palette, Width: all[0].Rect.Dx(), Height: all[0].Rect.Dy()}}
	disposal, whole := byte(gif.DisposalNone), uncovers(all)
	if whole {
		disposal = gif.DisposalBackground
	}
	for i, f := range all {
		frame := q.frame(f, nil)
		if i > 0 && !whole {
			frame = q.frame(f, all[i-1])
		}
		anim.Image = append(anim.Image, frame)
		anim.Delay = append(anim.Delay, int(delay/(10*time.Millisecond)))
		anim.Disposal = append(anim.Disposal, disposal)
	}
	if n := len(anim.Delay); n > 1 {
		anim.Delay[n-1] *= holdLast
	}
	return gif.EncodeAll(w, anim)
}

// clearOrOpaque is an image whose pixels are one or the other, itself where they are.
func clearOrOpaque(img *image.RGBA) *image.RGBA {
	between := func(a uint8) bool { return a > 0 && a < 255 }
	out := img
	for i := 3; i < len(img.Pix); i += 4 {
		if !between(img.Pix[i]) {
			continue
		}
		if out == img {
			out = image.NewRGBA(img.Rect)
			copy(out.Pix, img.Pix)
		}
		px, a := out.Pix[i-3:i+1], int(img.Pix[i])
		for k := range 3 { // what was multiplied by its opacity is divided by it
			px[k] = uint8(int(px[k]) * 255 / a)
		}
		if px[3] = 255; a < 128 {
			clear(px)
		}
	}
	return out
}

// uncovers tells whether a pixel that is opaque in one frame is clear in the next.
func uncovers(frames []*image.RGBA) bool {
	for i := 1; i < len(frames); i++ {
		for k := 3; k < len(frames[i].Pix); k += 4 {
			if frames[i].Pix[k] == 0 && frames[i-1].Pix[k] != 0 {
				return true
			}
		}
	}
	return false
}

// quantizer knows the palette and finds colours in it. The last entry of the palette is transparent.
type quantizer struct {
	palette color.Palette
	exact   map[color.RGBA]uint8 // nil: too many colours
	bins    []uint8              // the entry for each colour of 5 bits a channel
}

// unchanged is the index of a pixel that is clear, or keeps the colour of the frame before.
func (q *quantizer) unchanged() uint8 { return uint8(len(q.palette) - 1) }

func (q *quantizer) index(c color.RGBA) uint8 {
	if q.exact != nil {
		return q.exact[c]
	}
	return q.bins[binOf(c)]
}

// frame is what changed from the frame before; nil is no frame before.
func (q *quantizer) frame(f, before *image.RGBA) *image.Paletted {
	r := f.Rect
	if before != nil {
		r = changed(f, before)
	}
	p := image.NewPaletted(r, q.palette)
	for y := r.Min.Y; y < r.Max.Y; y++ {
		for x := r.Min.X; x < r.Max.X; x++ {
			i := q.unchanged()
			if c := f.RGBAAt(x, y); c.A > 0 && (before == nil || c != before.RGBAAt(x, y)) {
				i = q.index(c)
			}
			p.Pix[p.PixOffset(x, y)] = i
		}
	}
	return p
}

// changed is the smallest rectangle outside of which the frames are equal, but at least one pixel, as GIF wants.
func changed(f, before *image.RGBA) image.Rectangle {
	r := image.Rectangle{}
	for y := range f.Rect.Dy() {
		for x := range f.Rect.Dx() {
			if f.RGBAAt(x, y) != before.RGBAAt(x, y) {
				r = r.Union(image.Rect(x, y, x+1, y+1))
			}
		}
	}
	if r.Empty() {
		return image.Rect(0, 0, 1, 1)
	}
	return r
}
