package page

import (
	"context"

	"convx/internal/feed"
	"convx/internal/layer"
	"convx/internal/tensor"
)

// maxRow bounds how many positions one question covers.
const maxRow = 256

// occlude covers a square of the input by its mean, at each of a row of positions, and gives what becomes of one class
// (Zeiler & Fergus 2014): where covering takes much away, the network looked. The page asks row by row.
func (e *Engine) occlude(ctx context.Context, request []byte) (any, error) {
	q, err := read[struct {
		modelRequest
		Class int `json:"class"`
		Side  int `json:"side"` // of the square, in pixels of the network's input
		Row   int `json:"row"`  // of its centre
		Every int `json:"every"`
	}](request)
	if err != nil {
		return nil, err
	}
	r, fed, release, err := e.fed(ctx, q.modelRequest)
	if err != nil {
		return nil, err
	}
	defer release()
	l, _ := feed.LayoutOf(r.shape)
	if fed.Elem != tensor.Float32 || l.Last {
		return nil, layer.Errorf("an input of %v is not covered: the page covers float32, N x C x H x W", fed)
	}
	if q.Side < 1 || q.Every < 1 || q.Row < 0 || q.Row >= l.Height || (l.Width+q.Every-1)/q.Every > maxRow {
		return nil, layer.Errorf("a square of side %d, every %d pixels, in row %d of %d", q.Side, q.Every, q.Row, l.Height)
	}
	var kept []float64
	for x := 0; x < l.Width; x += q.Every {
		covered := fed.Clone()
		cover(tensor.Data[float32](covered), l, q.Row-q.Side/2, x-q.Side/2, q.Side)
		if err := r.run(ctx, covered); err != nil {
			return nil, err
		}
		out, ok := tensor.Floats(r.net.Result(r.net.At[0]))
		if !ok || q.Class < 0 || q.Class >= len(out) {
			return nil, layer.Errorf("the network has no class %d", q.Class)
		}
		kept = append(kept, shares(out)[q.Class])
	}
	return kept, nil
}

// cover puts the mean of each channel into a square.
func cover(data []float32, l feed.Layout, top, left, side int) {
	for c := range l.Channels {
		plane := data[c*l.Height*l.Width:][:l.Height*l.Width]
		var sum float64
		for _, v := range plane {
			sum += float64(v)
		}
		mean := float32(sum / float64(len(plane)))
		for y := max(0, top); y < min(l.Height, top+side); y++ {
			for x := max(0, left); x < min(l.Width, left+side); x++ {
				plane[y*l.Width+x] = mean
			}
		}
	}
}
