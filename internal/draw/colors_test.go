package draw

import (
	"image/color"
	"math"
	"testing"

	"convx/internal/picture"
)

// oklab is a colour in Oklab (Ottosson 2020), as it is or as it is seen with deuteranopia (Machado et al. 2009, severity 1).
func oklab(c color.NRGBA, deuteranopia bool) [3]float64 {
	mul := func(m [9]float64, v [3]float64) (out [3]float64) {
		for i := range 3 {
			out[i] = m[3*i]*v[0] + m[3*i+1]*v[1] + m[3*i+2]*v[2]
		}
		return out
	}
	var lin [3]float64
	for i, v := range []uint8{c.R, c.G, c.B} {
		if f := float64(v) / 255; f <= 0.04045 {
			lin[i] = f / 12.92
		} else {
			lin[i] = math.Pow((f+0.055)/1.055, 2.4)
		}
	}
	if deuteranopia {
		lin = mul([9]float64{0.367322, 0.860646, -0.227968, 0.280085, 0.672501, 0.047413, -0.011820, 0.042940, 0.968881}, lin)
	}
	lms := mul([9]float64{0.4122214708, 0.5363325363, 0.0514459929, 0.2119034982, 0.6806995451, 0.1073969566, 0.0883024619, 0.2817188376, 0.6299787005}, lin)
	for i := range lms {
		lms[i] = math.Cbrt(max(0, lms[i]))
	}
	return mul([9]float64{0.2104542553, 0.7936177850, -0.0040720468, 1.9779984951, -2.4285922050, 0.4505937099, 0.0259040371, 0.7827717662, -0.8086757660}, lms)
}

// Nine bins have nine colours, which can be told apart with and without colour vision for green.
func TestGroupColorsCanBeToldApart(t *testing.T) {
	if len(groupColors) < 9 {
		t.Errorf("%d colours for nine bins", len(groupColors))
	}
	roles := []color.NRGBA{inputTap, outputTap, kernelDark}
	for name, list := range map[string][]color.NRGBA{"groups": darkOnes(), "roles": roles, "roles on black": onBlack(roles), "groups on black": onBlack(darkOnes())} {
		least := 0.11
		switch name { // which are told apart by their places, too
		case "roles on black":
			least = 0.1
		case "groups on black":
			least = 0.075
		}
		for _, blind := range []bool{false, true} {
			for i, a := range list {
				for _, b := range list[:i] {
					if d := apart(a, b, blind); d < least {
						t.Errorf("%s: %v and %v are %.3f apart, deuteranopia %v", name, a, b, d, blind)
					}
				}
			}
		}
	}
}

// On black every group's colour stands out from what lies behind it, by as much as two of them do.
func TestGroupColorsStandOutOnBlack(t *testing.T) {
	behind := oklab(picture.Darkened(white), false)
	for i, c := range onBlack(darkOnes()) {
		if l := oklab(c, false)[0] - behind[0]; l < 0.2 {
			t.Errorf("group %d, %v: %.2f lighter than what lies behind it", i, c, l)
		}
	}
}

// The two signs of a diverging map have different colours without colour vision for green.
func TestSignsCanBeToldApart(t *testing.T) {
	for _, blind := range []bool{false, true} {
		for _, out := range []float64{0.1, 0.25, 0.5} {
			below, above := picture.Diverging.Color(0.5-out), picture.Diverging.Color(0.5+out)
			if d := apart(color.NRGBA(below), color.NRGBA(above), blind); d < 0.4*out {
				t.Errorf("%v and %v are %.3f apart, deuteranopia %v", below, above, d, blind)
			}
		}
	}
}

// apart is how far two colours are from each other in Oklab.
func apart(a, b color.NRGBA, deuteranopia bool) float64 {
	p, q := oklab(a, deuteranopia), oklab(b, deuteranopia)
	return math.Sqrt((p[0]-q[0])*(p[0]-q[0]) + (p[1]-q[1])*(p[1]-q[1]) + (p[2]-q[2])*(p[2]-q[2]))
}

func onBlack(list []color.NRGBA) (out []color.NRGBA) {
	for _, c := range list {
		out = append(out, picture.Darkened(c))
	}
	return out
}

func darkOnes() (list []color.NRGBA) {
	for _, h := range groupColors {
		list = append(list, h.dark)
	}
	return list
}
