package cli

import (
	"fmt"
	"image/color"
	"io"
	"math"

	"convx/internal/layer"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// sheet is the maps of one result as a picture, each with its name and the scale that it is shown in.
type sheet struct {
	title   string
	maps    *tensor.Tensor[float32]
	options picture.MapOptions
	shared  bool // one scale for all of them
}

const (
	sheetMaps = 64  // shown on a sheet
	sheetSide = 112 // pixels that small maps are magnified to, about
	titleSize = 17
	titleGap  = 16
)

func (s sheet) write(w io.Writer) error {
	n, c := s.maps.Shape[0], s.maps.Shape[1]
	if s.shared || n*c == 1 || n == 1 && c == 3 && s.options.Channels == nil {
		p, _, err := picture.Map(s.maps, s.options)
		if err != nil {
			return err
		}
		return p.Encode(w, picture.WriteOptions{})
	}
	panels, dead, err := s.panels()
	if err != nil {
		return err
	}
	cols := int(math.Ceil(math.Sqrt(float64(len(panels)))))
	body := picture.Panels(panels, cols)
	text := fmt.Sprintf("%s, %s: every map in a scale of its own", s.title, layer.FormatShape(s.maps.Shape))
	if shown := len(panels); shown < n*c {
		text += fmt.Sprintf("; the first %d", shown)
	}
	if dead > 0 {
		text += fmt.Sprintf("; %d dead (all zero)", dead)
	}
	width := max(body.Bounds().Dx(), 2*titleGap+body.TextWidth(titleSize, text))
	top := titleGap + body.LineHeight(titleSize)
	page := picture.NewCanvas(width, top+body.Bounds().Dy(), color.White)
	page.Text(titleGap, titleGap/2, titleSize, color.Black, text)
	page.Image((width-body.Bounds().Dx())/2, top, body, 1)
	return page.Encode(w)
}

// panels are the maps one by one.
func (s sheet) panels() (panels []picture.Panel, dead int, err error) {
	n, c, h, w := s.maps.Shape[0], s.maps.Shape[1], s.maps.Shape[2], s.maps.Shape[3]
	channels := s.options.Channels
	if channels == nil {
		for k := range c {
			channels = append(channels, k)
		}
	}
	o := s.options
	o.Channels = nil
	if o.Scale == 0 {
		o.Scale = max(1, sheetSide/max(h, w))
	}
	o.Rows, o.Cols = 0, 0
	if s.options.Mapping == picture.AutoMapping {
		o.Mapping = picture.MinMax
	}
	for i := range n {
		for _, k := range channels {
			if k < 0 || k >= c {
				return nil, 0, usagef("--channel: there is no channel %d: %s has %d, counted from 0", k, s.title, c)
			}
			plane := s.maps.Data[(i*c+k)*h*w:][:h*w]
			low, high, zero := extremes(plane)
			if zero {
				dead++
			}
			if len(panels) >= sheetMaps {
				continue
			}
			p, _, err := picture.Map(tensor.Of(plane, 1, 1, h, w), o)
			if err != nil {
				return nil, 0, err
			}
			name := fmt.Sprint(k)
			if n > 1 {
				name = fmt.Sprintf("%d of %d", k, i)
			}
			scale := fmt.Sprintf("%.3g to %.3g", low, high)
			if zero {
				scale = "dead"
			}
			panels = append(panels, picture.Panel{Image: p.Image(), Caption: name + "\n" + scale})
		}
	}
	return panels, dead, nil
}

// extremes are the least and the greatest of numbers that are some, and whether all are zero.
func extremes(data []float32) (low, high float64, zero bool) {
	low, high, zero = math.Inf(1), math.Inf(-1), true
	for _, v := range data {
		zero = zero && v == 0
		low, high = min(low, float64(v)), max(high, float64(v))
	}
	return low, high, zero
}
