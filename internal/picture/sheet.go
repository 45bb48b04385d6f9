package picture

import (
	"fmt"
	"math"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// Sheet is the maps of one result as a picture, each with its name and the scale that it is shown in.
type Sheet struct {
	Title   string
	Maps    *tensor.Tensor[float32] // N x C x H x W, or N x (C Deep) x H x W
	Deep    int                     // planes of a channel of volumes; 0 is 1
	Options MapOptions
	Shared  bool // one scale for all of them
}

const (
	sheetMaps = 64  // shown on a sheet
	sheetSide = 112 // pixels that small maps are magnified to, about
	titleSize = 17
	// captionRoom is what a map's name and scale take, about; more than manyMaps have scales of two digits, which fit on a line.
	captionRoom, manyMaps = 48, 24
	titleGap              = 16
)

// Picture draws the sheet.
func (s Sheet) Picture() (*Picture, error) {
	n, c := s.Maps.Shape[0], s.Maps.Shape[1]
	if s.Maps.Shape[2] == 1 && s.Maps.Shape[3] > stripes {
		s.Maps = striped(s.Maps)
	}
	dims := s.Maps.Shape
	if s.Deep > 1 {
		dims = []int{n, c / s.Deep, s.Deep, dims[2], dims[3]}
	}
	if s.Shared || n*c == 1 || n == 1 && c == 3 && s.Deep <= 1 && s.Options.Channels == nil {
		p, _, err := Map(s.Maps, s.Options)
		return p, err
	}
	panels, dead, err := s.panels()
	if err != nil {
		return nil, err
	}
	shape := 1.0
	if len(panels) > 6 { // a slide's, captions included: more columns, and larger letters with the width
		size := panels[0].Image.Bounds().Size()
		shape = 16.0 / 9 * float64(size.Y+panelGap+captionRoom) / float64(size.X+panelGap)
	}
	cols := int(math.Ceil(math.Sqrt(float64(len(panels)) * shape)))
	rows := (len(panels) + cols - 1) / cols
	cols = (len(panels) + rows - 1) / rows // no emptier than need be
	body := Panels(panels, cols, s.Options.Dark)
	text := lang.Sprintf("%s, %s: every map in a scale of its own", s.Title, tensor.Format(dims))
	switch shown := len(panels); {
	case shown < n*c && s.Options.Channels != nil:
		text += fmt.Sprintf("; %d of %d", shown, n*c)
	case shown < n*c:
		text += lang.Sprintf("; the first %d", shown)
	}
	if dead > 0 {
		text += lang.Sprintf("; %d dead (all zero)", dead)
	}
	size := max(titleSize, lettersFor(body.Bounds().Dx(), 0, 0).name)
	heads := body.wrapped(text, letters{name: size}, body.Bounds().Dx()-2*titleGap)
	width, top := body.Bounds().Dx(), titleGap+len(heads)*body.LineHeight(size)
	for _, l := range heads {
		width = max(width, 2*titleGap+body.TextWidth(size, l.text))
	}
	page := NewCanvas(width, top+body.Bounds().Dy(), shade(white, s.Options.Dark))
	for i, l := range heads {
		page.Text(titleGap, titleGap/2+i*body.LineHeight(size), size, shade(black, s.Options.Dark), l.text)
	}
	page.Image((width-body.Bounds().Dx())/2, top, body, 1)
	return FromImage(page), nil
}

// stripes are how many times a row of so many values is wider than high as a picture.
const stripes = 16

// striped is rows of values, N x C x 1 x W, as stripes that are high enough to be seen.
func striped(t *tensor.Tensor[float32]) *tensor.Tensor[float32] {
	n, c, w := t.Shape[0], t.Shape[1], t.Shape[3]
	out := tensor.New[float32](n, c, w/stripes, w)
	for i := range n * c * (w / stripes) {
		copy(out.Data[i*w:(i+1)*w], t.Data[i/(w/stripes)*w:])
	}
	return out
}

// panels are the maps one by one.
func (s Sheet) panels() (panels []Panel, dead int, err error) {
	n, c, h, w := s.Maps.Shape[0], s.Maps.Shape[1], s.Maps.Shape[2], s.Maps.Shape[3]
	channels := s.Options.Channels
	if channels == nil {
		for k := range c {
			channels = append(channels, k)
		}
	}
	o := s.Options
	o.Channels = nil
	if o.Scale == 0 {
		o.Scale = max(1, sheetSide/max(h, w))
	}
	o.Rows, o.Cols = 0, 0
	if k := s.Options.Mapping.kind; k == auto || k == each {
		o.Mapping = MinMax
	}
	for i := range n {
		for _, k := range channels {
			if k < 0 || k >= c {
				return nil, 0, lang.Errorf("there is no channel %d: %s has %d, counted from 0", k, s.Title, c)
			}
			plane := s.Maps.Data[(i*c+k)*h*w:][:h*w]
			low, high := extremes(plane)
			zero := allZero(plane)
			if zero {
				dead++
			}
			if len(panels) >= sheetMaps {
				continue
			}
			p, _, err := Map(tensor.Of(plane, 1, 1, h, w), o)
			if err != nil {
				return nil, 0, err
			}
			name := fmt.Sprint(k)
			if s.Deep > 1 {
				name = fmt.Sprintf("%d:%d", k/s.Deep, k%s.Deep)
			}
			if n > 1 {
				name += fmt.Sprintf(" of %d", i)
			}
			digits := 3
			if n*len(channels) > manyMaps {
				digits = 2
			}
			scale := fmt.Sprintf("%.*g to %.*g", digits, low, digits, high)
			if zero {
				scale = "dead"
			}
			panels = append(panels, Panel{Image: p.Image(), Caption: name + "\n" + scale})
		}
	}
	return panels, dead, nil
}

// extremes are the least and the greatest of numbers that are some.
func extremes(data []float32) (low, high float64) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range data {
		low, high = min(low, float64(v)), max(high, float64(v))
	}
	return low, high
}
