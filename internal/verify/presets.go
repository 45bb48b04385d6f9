package verify

import (
	"fmt"
	"math"

	"convx/internal/layer"
	"convx/internal/offset"
	"convx/internal/tensor"
)

// preset reads offsets that are known to be right.
func (d *draw) preset(text string) offset.Preset {
	p, err := offset.Parse(text)
	if err != nil {
		d.fail(err)
	}
	p.Seed = uint64(d.Int(0, 1<<20))
	return p
}

// moved is a deformable layer whose taps a preset moves: its input, keys without padding, kernel, padding, output and weights.
type moved struct {
	x       *array
	keys    []string
	kernel  [2]int
	padding [2]int
	out     *array
	weights operands
}

// deformBy draws a layer with a kernel of these extents and computes it with the offsets of a preset.
func (d *draw) deformBy(p offset.Preset, kernel [2]int) moved {
	m := moved{x: d.input(d.Int(1, 4), 2), kernel: kernel, padding: [2]int{d.Int(0, 2), d.Int(0, 2)}}
	m.keys = []string{num("stride", d.axes(2, 1, 2)...), num("out-channels", d.Int(1, 5))}
	keys := append([]string{num("kernel", kernel[:]...), num("padding", m.padding[:]...)}, m.keys...)
	shape := append([]int{m.x.Shape[0], 2 * kernel[0] * kernel[1]}, d.layer("standard", m.x.Shape, nil, keys...).Output[2:]...)
	offsets := tensor.New[float32](shape...)
	p.Fill(func(i int, v float64) { offsets.Data[i] = float32(v) }, shape, kernel, [2]int{1, 1})
	out, w := d.run("deformable", m.x, operands{"offset": offsets}, keys...)
	m.out, m.weights = out, plain(w)
	return m
}

// odd draws an extent of a kernel that has a middle.
func (d *draw) odd() int { return 2*d.Int(0, 1) + 1 }

// dilatedBy is the dilated layer of the same weights: padding grows by what the window does.
func (d *draw) dilatedBy(m moved, dilation [2]int) *array {
	padding := [2]int{}
	for a := range padding {
		padding[a] = m.padding[a] + (dilation[a]-1)*(m.kernel[a]-1)/2
	}
	return d.of("dilated", m.x, m.weights, append(m.keys, num("kernel", m.kernel[:]...), num("dilation", dilation[:]...), num("padding", padding[:]...))...)
}

func dilateIsDilated(d *draw) (left, right *array) {
	factor := d.Int(2, 4)
	m := d.deformBy(d.preset(fmt.Sprint("dilate:", factor)), [2]int{d.odd(), d.odd()})
	return m.out, d.dilatedBy(m, [2]int{factor, factor})
}

func aspectIsDilated(d *draw) (left, right *array) {
	factor := d.Int(2, 4)
	m := d.deformBy(d.preset(fmt.Sprint("aspect:", factor)), [2]int{d.Int(1, 3), d.odd()})
	return m.out, d.dilatedBy(m, [2]int{1, factor})
}

func scaleIsSpread(d *draw) (left, right *array) {
	p := d.preset(fmt.Sprint("scale:", float64(d.Int(1, 6))/2))
	m := d.deformBy(p, [2]int{d.odd(), d.odd()}) // taps at halves: shares of 1, 1/2 and 1/4 are exact
	return m.out, d.spreadBy(m, p)
}

func rotateIsSpread(d *draw) (left, right *array) {
	p := d.preset(fmt.Sprint("rotate:", d.Int(-179, 179)))
	m := d.deformBy(p, [2]int{d.Int(1, 3), d.Int(1, 3)})
	d.rounds = true
	return m.out, d.spreadBy(m, p)
}

func rotateIsTurned(d *draw) (left, right *array) {
	quarters, k := d.Int(1, 3), d.Int(1, 3)
	m := d.deformBy(d.preset(fmt.Sprint("rotate:", 90*quarters)), [2]int{k, k})
	weight := m.weights["weight"]
	for range quarters { // tap (y, x) goes counter-clockwise to (k-1-x, y)
		turned := tensor.New[float32](weight.Shape...)
		for i, v := range weight.Data {
			y, x := i/k%k, i%k
			turned.Data[i/(k*k)*k*k+(k-1-x)*k+y] = v
		}
		weight = turned
	}
	w := operands{"weight": weight, "bias": m.weights["bias"]}
	return m.out, d.of("standard", m.x, w, append(m.keys, num("kernel", k), num("padding", m.padding[:]...))...)
}

// spreadBy is the ordinary convolution whose kernel holds each weight where its tap went, shared out among the four cells around
// it as bilinear sampling weighs them.
func (d *draw) spreadBy(m moved, p offset.Preset) *array {
	low, high := [2]int{}, [2]int{m.kernel[0] - 1, m.kernel[1] - 1}
	at := func(ky, kx int) [2]float64 {
		dy, dx := p.At(m.kernel, [2]int{1, 1}, ky, kx)
		return [2]float64{float64(ky) + dy, float64(kx) + dx}
	}
	for ky := range m.kernel[0] {
		for kx := range m.kernel[1] {
			for a, v := range at(ky, kx) {
				low[a], high[a] = min(low[a], int(math.Floor(v))), max(high[a], int(math.Floor(v))+1)
			}
		}
	}
	size := [2]int{high[0] - low[0] + 1, high[1] - low[1] + 1}
	weight := m.weights["weight"]
	spread := tensor.New[float32](weight.Shape[0], weight.Shape[1], size[0], size[1])
	taps := m.kernel[0] * m.kernel[1]
	for i, w := range weight.Data {
		v := at(i%taps/m.kernel[1], i%m.kernel[1])
		y0, x0 := math.Floor(v[0]), math.Floor(v[1])
		for c := range 4 {
			cy, cx := y0+float64(c/2), x0+float64(c%2)
			share := (1 - math.Abs(v[0]-cy)) * (1 - math.Abs(v[1]-cx))
			spread.Data[(i/taps*size[0]+int(cy)-low[0])*size[1]+int(cx)-low[1]] += w * float32(share)
		}
	}
	var pads layer.Padding
	for a := range 2 {
		pads.Pairs = append(pads.Pairs, layer.Pad{Begin: m.padding[a] - low[a], End: m.padding[a] + high[a] - (m.kernel[a] - 1)})
	}
	w := operands{"weight": spread, "bias": m.weights["bias"]}
	return d.of("standard", m.x, w, append(m.keys, num("kernel", size[:]...), "padding="+pads.String())...)
}

// randomIsSumOfTaps has offsets of halves, whose shares are exact.
func randomIsSumOfTaps(d *draw) (left, right *array) {
	p := d.preset("random:3")
	kernel := [2]int{d.odd(), d.odd()}
	x, o := d.input(d.Int(1, 4), 2), num("out-channels", d.Int(1, 5))
	shape := []int{x.Shape[0], 2 * kernel[0] * kernel[1], x.Shape[2], x.Shape[3]}
	offsets := tensor.New[float32](shape...)
	p.Fill(func(i int, v float64) { offsets.Data[i] = float32(math.Round(2*v) / 2) }, shape, kernel, [2]int{1, 1})
	left, w := d.run("deformable", x, operands{"offset": offsets}, num("kernel", kernel[:]...), num("padding", kernel[0]/2, kernel[1]/2), o, "bias=false")
	weight, plane, taps := w["weight"], shape[2]*shape[3], kernel[0]*kernel[1]
	for t := range taps {
		one := tensor.New[float32](weight.Shape[0], weight.Shape[1], 1, 1)
		for i := range one.Data {
			one.Data[i] = weight.Data[i*taps+t]
		}
		place := tensor.New[float32](shape[0], 2, shape[2], shape[3])
		from := [2]float32{float32(t/kernel[1] - kernel[0]/2), float32(t%kernel[1] - kernel[1]/2)}
		for i := range place.Data {
			axis := i / plane % 2
			place.Data[i] = from[axis] + offsets.Data[(i/(2*plane)*2*taps+2*t+axis)*plane+i%plane]
		}
		part := d.of("deformable", x, operands{"offset": place, "weight": one}, "kernel=1", o, "bias=false")
		if right == nil {
			right = part
			continue
		}
		right = sum(right, part)
	}
	return left, right
}
