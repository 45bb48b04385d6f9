package onnx

import "testing"

// TestSizesDoNotWrap has models whose sizes would be possible ones if they were cut down to 32 bits.
func TestSizesDoNotWrap(t *testing.T) {
	const turn int64 = 1 << 32
	for name, c := range map[string]operatorCase{
		"input":    {x: of(1, 3, turn+8, 8), parts: of(nodeMsg("Relu", "x", "y"))},
		"reshape":  {parts: of(nodeMsg("Reshape", "x s", "y"), ints("s", turn+3, 120))},
		"flatten":  {parts: of(nodeMsg("Flatten", "x", "y", attr("axis", turn+1)))},
		"pad":      {parts: of(nodeMsg("Pad", "x p", "y"), ints("p", 0, 0, turn/2-1, 0, 0, 0, turn/2-1, 0))},
		"blocks":   {x: of(1, 16, 8, 8), parts: of(nodeMsg("DepthToSpace", "x", "y", attr("blocksize", turn+2)))},
		"groups":   {parts: of(nodeMsg("Conv", "x w", "y", attr("group", turn+1)), weights("w", 3, 3, 1, 1))},
		"expand":   {parts: of(nodeMsg("Expand", "x s", "y"), ints("s", turn+1, 3, 10, 12))},
		"one-axis": {parts: of(nodeMsg("Concat", "x x", "y", attr("axis", turn+1)))},
	} {
		if g, err := decode(t, c.model()).Network(Options{}); err == nil {
			t.Errorf("%s: made %v", name, g.Nodes)
		}
	}
}
