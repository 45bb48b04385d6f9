package operands

import "image"

// ReadPicture reads an input that is a picture, in colour.
func ReadPicture(s *Source) (*image.RGBA, error) {
	t, _, err := Read[float32](s)
	if err != nil {
		return nil, err
	}
	n := len(t.Shape)
	channels, h, w := t.Shape[n-3], t.Shape[n-2], t.Shape[n-1]
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	plane := h * w
	for i := range plane {
		px := img.Pix[4*i:][:4]
		for c := range 3 {
			px[c] = uint8(min(max(t.Data[min(c, channels-1)*plane+i], 0), 1)*255 + 0.5)
		}
		px[3] = 255
	}
	return img, nil
}
