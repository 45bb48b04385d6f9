package picture

import (
	"image/color"
	"math"

	"convx/internal/lang"
)

// Colormap turns a number in [0, 1] into a colour.
type Colormap int

const (
	AutoColor Colormap = iota // gray, but diverging for the symmetric mapping
	Grayscale
	Viridis
	Turbo
	Diverging // blue below the middle, white at it, red above
)

var colormapNames = []string{"auto", "gray", "viridis", "turbo", "diverging"}

// String is the name that ParseColormap reads.
func (m Colormap) String() string { return colormapNames[m] }

// ColormapNames lists what ParseColormap reads.
func ColormapNames() []string { return colormapNames }

// ParseColormap reads auto, gray, viridis, turbo or diverging; the empty string is auto.
func ParseColormap(s string) (Colormap, error) {
	i, err := parseName(lang.Text("colour map"), s, colormapNames)
	return Colormap(i), err
}

// Invalid is the colour of NaN and infinite values: magenta, which is in no colour map.
var Invalid = color.RGBA{255, 0, 255, 255}

// Color is the colour of t, clipped to [0, 1].
func (m Colormap) Color(t float64) color.RGBA {
	c := m.curve()(min(max(t, 0), 1))
	return color.RGBA{uint8(quantize(c[0], 8)), uint8(quantize(c[1], 8)), uint8(quantize(c[2], 8)), 255}
}

// viridisAnchors are evenly spaced samples of viridis (Smith and van der Walt 2015, CC0): dark violet to yellow, lightness
// rising evenly, readable without colour vision.
var viridisAnchors = []uint32{
	0x440154, 0x482878, 0x3e4989, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725,
}

// turboAnchors are evenly spaced samples of turbo (Mikhailov 2019): the rainbow without its false edges, for detail
// rather than order.
var turboAnchors = []uint32{
	0x30123b, 0x4145ab, 0x4675ed, 0x39a2fc, 0x1bcfd4, 0x24eca6, 0x61fc6c, 0xa4fc3b, 0xd1e834, 0xf3c63a, 0xfe9b2d,
	0xf36315, 0xd93806, 0xb11901, 0x7a0402,
}

// divergingAnchors go from blue over a neutral white to red; both arms are equally light at equal distance, so that signs look
// equally strong. Between the anchors the blend is in Oklab, where equal steps look equal.
var divergingAnchors = []uint32{0x1c4ea5, 0x6495d9, 0xf7f7f7, 0xe06f57, 0x9a1423}

// curve is the map as a function from [0, 1] to sRGB in [0, 1].
func (m Colormap) curve() func(float64) [3]float64 {
	switch m {
	case Viridis:
		return blend(viridisAnchors)
	case Turbo:
		return blend(turboAnchors)
	case Diverging:
		return blend(divergingAnchors)
	}
	return func(t float64) [3]float64 { return [3]float64{t, t, t} }
}

// lookup is a colour map sampled evenly, as samples of one depth.
type lookup [][3]uint16

// mapSteps is how finely a map is sampled: finer than 8 bits can show, and smooth enough for 16.
const mapSteps = 1 << 12

// levels samples m for samples of depth bits.
func (m Colormap) levels(depth int) lookup {
	at := m.curve()
	l := make(lookup, mapSteps+1)
	for i := range l {
		c := at(float64(i) / mapSteps)
		l[i] = [3]uint16{quantize(c[0], depth), quantize(c[1], depth), quantize(c[2], depth)}
	}
	return l
}

// at is the colour of t, clipped to [0, 1].
func (l lookup) at(t float64) [3]uint16 {
	return l[int(min(max(t, 0), 1)*mapSteps+0.5)]
}

// blend interpolates evenly spaced sRGB anchors linearly in Oklab and gives sRGB in [0, 1].
func blend(anchors []uint32) func(float64) [3]float64 {
	labs := make([][3]float64, len(anchors))
	for i, a := range anchors {
		labs[i] = toOklab([3]float64{float64(a>>16) / 255, float64(a>>8&255) / 255, float64(a&255) / 255})
	}
	return func(t float64) [3]float64 {
		x := t * float64(len(labs)-1)
		i := min(int(x), len(labs)-2)
		f := x - float64(i)
		var mixed [3]float64
		for c := range mixed {
			mixed[c] = labs[i][c]*(1-f) + labs[i+1][c]*f
		}
		return fromOklab(mixed)
	}
}

// toOklab converts sRGB in [0, 1] to Oklab (Ottosson 2020).
func toOklab(rgb [3]float64) [3]float64 {
	var lin [3]float64
	for i, v := range rgb {
		if v <= 0.04045 {
			lin[i] = v / 12.92
		} else {
			lin[i] = math.Pow((v+0.055)/1.055, 2.4)
		}
	}
	r, g, b := lin[0], lin[1], lin[2]
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return [3]float64{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// fromOklab is the way back, clipped to what sRGB can show.
func fromOklab(lab [3]float64) [3]float64 {
	l := lab[0] + 0.3963377774*lab[1] + 0.2158037573*lab[2]
	m := lab[0] - 0.1055613458*lab[1] - 0.0638541728*lab[2]
	s := lab[0] - 0.0894841775*lab[1] - 1.2914855480*lab[2]
	l, m, s = l*l*l, m*m*m, s*s*s
	rgb := [3]float64{
		4.0767416621*l - 3.3077115913*m + 0.2309699292*s,
		-1.2684380046*l + 2.6097574011*m - 0.3413193965*s,
		-0.0041960863*l - 0.7034186147*m + 1.7076147010*s,
	}
	for i, v := range rgb {
		if v <= 0.0031308 {
			v *= 12.92
		} else {
			v = 1.055*math.Pow(v, 1/2.4) - 0.055
		}
		rgb[i] = min(max(v, 0), 1)
	}
	return rgb
}

// parseName finds s in names; the empty string is the first.
func parseName(what, s string, names []string) (int, error) {
	for i, n := range names {
		if s == n || s == "" {
			return i, nil
		}
	}
	return 0, lang.Errorf("unknown %s %q: one of %s", what, s, lang.List(names))
}

// Darkened is a colour of a drawing on white as it is on black: of the same hue, as light as it was dark (in Oklab); but strong colours
// keep their order, all of them lighter, so that amber stays brighter than rust and neither sinks into black. Its opacity stays.
func Darkened(c color.NRGBA) color.NRGBA {
	if c.A == 0 {
		return c
	}
	const black, white = 0.19, 0.96 // what white and black become: softer than the ends
	lab := toOklab([3]float64{float64(c.R) / 255, float64(c.G) / 255, float64(c.B) / 255})
	const strong, visible = 0.1, 0.45 // the chroma of a strong colour, and how light a dark one is then
	strength := min(max((math.Hypot(lab[1], lab[2])/strong-0.6)/0.4, 0), 1)
	turned := white - min(max((lab[0]-0.25)/0.75, 0), 1)*(white-black) // text is not quite black, and shall not be grey
	kept := visible + min(max((lab[0]-0.3)/0.55, 0), 1)*(white-visible)
	lab[0] = turned + strength*(kept-turned)
	rgb := fromOklab(lab)
	return color.NRGBA{uint8(quantize(rgb[0], 8)), uint8(quantize(rgb[1], 8)), uint8(quantize(rgb[2], 8)), c.A}
}
