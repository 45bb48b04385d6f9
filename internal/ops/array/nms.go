package array

import (
	"slices"

	"convx/internal/tensor"
)

// nonMaxSuppression takes boxes of each class by falling score, unless they overlap one that was taken.
func nonMaxSuppression(c *Call) {
	boxes, scores := c.In[0], c.In[1]
	b, s := data[float32](c, boxes), data[float32](c, scores)
	if len(boxes.Shape) != 3 || len(scores.Shape) != 3 || boxes.Shape[2] != 4 || boxes.Shape[0] != scores.Shape[0] || boxes.Shape[1] != scores.Shape[2] {
		c.refusef("boxes %v and scores %v", boxes, scores)
	}
	most := int64(0)
	if a := c.in(2); a != nil {
		most = c.scalar(a, "max_output_boxes_per_class")
	}
	overlap, least, some := c.number32(3), c.number32(4), c.in(4) != nil
	n, classes, count := scores.Shape[0], scores.Shape[1], scores.Shape[2]
	centre := c.flag("center_point_box", false)
	var taken [][3]int64
	order, kept := make([]int, 0, count), make([]int, 0, count)
	for i := range n * classes {
		c.check()
		score := s[i*count:][:count]
		order, kept = order[:0], kept[:0]
		for k, v := range score {
			if !some || v > least {
				order = append(order, k)
			}
		}
		slices.SortStableFunc(order, func(a, b int) int {
			switch {
			case score[a] > score[b]:
				return -1
			case score[a] < score[b]:
				return 1
			}
			return 0
		})
		corners := b[i/classes*count*4:][:count*4]
		for _, k := range order {
			if int64(len(kept)) >= most {
				break
			}
			box := boxOf(corners[k*4:], centre)
			if !slices.ContainsFunc(kept, func(other int) bool { return box.overlaps(boxOf(corners[other*4:], centre), overlap) }) {
				kept = append(kept, k)
				taken = append(taken, [3]int64{int64(i / classes), int64(i % classes), int64(k)})
			}
		}
	}
	out := data[int64](c, c.out(0, tensor.Int64, append(c.shape(2)[:0], len(taken), 3)))
	for i, t := range taken {
		copy(out[i*3:], t[:])
	}
}

// number32 is the one float of an input, 0 without it.
func (c *Call) number32(i int) float32 {
	a := c.in(i)
	if a == nil {
		return 0
	}
	if a.Len() != 1 {
		c.refusef("input %d is %v, expected one number", i, a)
	}
	return data[float32](c, a)[0]
}

type box struct{ x1, y1, x2, y2 float32 }

// boxOf reads two opposite corners, or the centre and the extents.
func boxOf(v []float32, centre bool) box {
	if centre {
		return box{v[0] - v[2]/2, v[1] - v[3]/2, v[0] + v[2]/2, v[1] + v[3]/2}
	}
	return box{min(v[1], v[3]), min(v[0], v[2]), max(v[1], v[3]), max(v[0], v[2])}
}

// overlaps reports an intersection over union above the limit.
func (a box) overlaps(b box, limit float32) bool {
	w, h := min(a.x2, b.x2)-max(a.x1, b.x1), min(a.y2, b.y2)-max(a.y1, b.y1)
	if !(w > 0 && h > 0) {
		return false
	}
	both := w * h
	either := (a.x2-a.x1)*(a.y2-a.y1) + (b.x2-b.x1)*(b.y2-b.y1) - both
	return either > 0 && both/either > limit
}
