package onnx

import (
	"convx/internal/network"
	"convx/internal/shape"
)

// Rules say what the axes of their results run along, for receptive fields, where it does not follow from the shapes.

// sameAxes are axes that each run along their own.
func sameAxes(rank int) []network.Along {
	along := make([]network.Along, rank)
	for a := range along {
		along[a].From = a
	}
	return along
}

// runs says what the axes of every output run along in the first input; other inputs are no data.
func (c *call) runs(along []network.Along) {
	c.along = func(int, int) []network.Along { return along }
}

// sees says that the outputs' axes are the input's, seen through these reaches.
func (c *call) sees(rank int, reach map[int]shape.Reach) {
	along := sameAxes(rank)
	for a, r := range reach {
		along[a].Reach = r
	}
	c.runs(along)
}

// mixed are axes of which every output sees all, and which stay if keep says so.
func mixed(s []int, over func(a int) bool, keep bool) []network.Along {
	var along []network.Along
	for a, d := range s {
		switch {
		case !over(a):
			along = append(along, network.Along{From: a})
		case keep:
			along = append(along, network.Along{From: a, Reach: shape.Everything(d)})
		}
	}
	return along
}
