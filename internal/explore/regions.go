package explore

import (
	"math"
	"strings"

	"charm.land/lipgloss/v2"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// region is what deformable RoI pooling does to a region, its whole input: bins, each moved by an offset, and in each the points
// whose mean is the output.
type region struct {
	op            layer.ROIPool
	height, width float64 // of the map
	y, x, h, w    float64 // of the region, in pixels of the map from its edge
	offsets       [][2]float64
}

// regionOf is that of a layer that pools regions: the whole plane.
func regionOf(r shape.Result) (*region, bool) {
	if len(r.Layer.Stages) == 0 {
		return nil, false
	}
	op, ok := r.Layer.Stages[len(r.Layer.Stages)-1].Op.(layer.ROIPool)
	if !ok || len(r.Input) != 4 {
		return nil, false
	}
	height, width := float64(r.Input[2]), float64(r.Input[3])
	g := &region{op: op, height: height, width: width, h: height, w: width}
	s := tensor.NewStream(0, "explore offset")
	for range g.bins() {
		g.offsets = append(g.offsets, [2]float64{s.Uniform(), s.Uniform()})
	}
	return g, true
}

// array are the offsets of the bins, as the layer takes them: 1 x 2 x bins, dx before dy.
func (g *region) array() *tensor.Tensor[float32] {
	a := tensor.New[float32](append([]int{1, 2}, g.op.Pooled...)...)
	for bin, o := range g.offsets {
		a.Data[bin], a.Data[g.bins()+bin] = float32(o[1]), float32(o[0])
	}
	return a
}

func (g *region) bins() int { return g.op.Pooled[0] * g.op.Pooled[1] }

// move is how far a bin goes, in pixels: gamma times the region's size times its offset (Dai et al. 2017).
func (g *region) move(bin int) (dy, dx float64) {
	return g.op.Gamma * g.h * g.offsets[bin][0], g.op.Gamma * g.w * g.offsets[bin][1]
}

// corner is where a bin stands before it is moved, and its size.
func (g *region) corner(bin int) (y, x, h, w float64) {
	h, w = g.h/float64(g.op.Pooled[0]), g.w/float64(g.op.Pooled[1])
	return g.y + float64(bin/g.op.Pooled[1])*h, g.x + float64(bin%g.op.Pooled[1])*w, h, w
}

// points are the places that a moved bin is sampled at.
func (g *region) points(bin int) (all [][2]float64) {
	y, x, h, w := g.corner(bin)
	dy, dx := g.move(bin)
	n := g.op.SamplingRatio
	for i := range n * n {
		all = append(all, [2]float64{y + dy + (float64(i/n)+0.5)/float64(n)*h, x + dx + (float64(i%n)+0.5)/float64(n)*w})
	}
	return all
}

// says is what happens at a step.
func (g *region) says(step int) []string {
	bin := step % g.bins()
	dy, dx := g.move(bin)
	n := g.op.SamplingRatio
	return []string{
		lang.Sprintf("bin %d, %d: offset (dy, dx) = (%+.2f, %+.2f) × gamma %g × the region, %gx%g = moved by (%+.1f, %+.1f) pixels",
			bin/g.op.Pooled[1], bin%g.op.Pooled[1], g.offsets[bin][0], g.offsets[bin][1], g.op.Gamma, g.h, g.w, dy, dx),
		lang.Sprintf("output %d, %d is the mean of its %dx%d points, each between four pixels, in every channel", bin/g.op.Pooled[1], bin%g.op.Pooled[1], n, n),
	}
}

// draw shows the map, the bins where they stand, and at a step the bin at hand where it is moved to, in at most so many columns and
// rows; beside it what is pooled so far.
func (g *region) draw(step, width, height int) string {
	bin := step % g.bins()
	edgeY, edgeX := math.Ceil(g.op.Gamma*g.h), math.Ceil(g.op.Gamma*g.w) // bins move beyond the map
	beside := 2*g.op.Pooled[1] + 3
	// A character is about twice as high as it is wide.
	scale := min(float64(height-2)/(g.height+2*edgeY), float64(width-beside-1)/(2*(g.width+2*edgeX)))
	if scale < 0.2 {
		return lang.Text("(there is no room for the region)")
	}
	scale = min(scale, 2)
	at := func(y, x float64) (row, col int) {
		return int(math.Floor((y + edgeY) * scale)), int(math.Floor((x + edgeX) * 2 * scale))
	}
	rows, cols := at(g.height+edgeY, g.width+edgeX)
	c := newCharacters(rows+1, cols+1)
	for y := range int(g.height) {
		for x := range int(g.width) {
			r, q := at(float64(y)+0.5, float64(x)+0.5)
			c.set(r, q, "·", "")
		}
	}
	outline := func(bin int, dy, dx float64, across, down, colour string) {
		y, x, h, w := g.corner(bin)
		r0, q0 := at(y+dy, x+dx)
		r1, q1 := at(y+dy+h, x+dx+w)
		c.outline(r0, q0, r1, q1, across, down, colour)
	}
	for i := range g.bins() {
		outline(i, 0, 0, "-", ":", "6")
	}
	for i := range bin {
		for _, p := range g.points(i) {
			r, q := at(p[0], p[1])
			c.set(r, q, "○", "")
		}
	}
	dy, dx := g.move(bin)
	outline(bin, dy, dx, "━", "┃", "3")
	for _, p := range g.points(bin) {
		r, q := at(p[0], p[1])
		c.set(r, q, "●", "3")
	}
	head := lang.Text("bins -, moved ━; points ●, done ○")
	return head + "\n" + lipgloss.JoinHorizontal(lipgloss.Top, c.String(), "  ", strings.Join(g.pooled(bin), "\n"))
}

// pooled is the output as far as a bin, a line each row below its size.
func (g *region) pooled(bin int) []string {
	lines := []string{lang.Sprintf("output %s", layer.FormatShape(g.op.Pooled))}
	for row := range g.op.Pooled[0] {
		var b strings.Builder
		for col := range g.op.Pooled[1] {
			switch i := row*g.op.Pooled[1] + col; {
			case i == bin:
				b.WriteString(colored("2").Render("██"))
			case i < bin:
				b.WriteString("▒▒")
			default:
				b.WriteString("░░")
			}
		}
		lines = append(lines, b.String())
	}
	return lines
}
