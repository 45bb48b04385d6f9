package draw

import "image/color"

func rgb(hex uint32) color.NRGBA {
	return color.NRGBA{uint8(hex >> 16), uint8(hex >> 8), uint8(hex), 255}
}

func faint(c color.NRGBA, alpha uint8) color.NRGBA {
	c.A = alpha
	return c
}

// The colours of a figure: blue comes in, green goes out, orange is the kernel.
var (
	none       color.NRGBA
	ink        = rgb(0x222222)
	muted      = rgb(0x666666)
	gridLine   = rgb(0x8a8a8a)
	white      = rgb(0xffffff)
	inputFill  = rgb(0xcfe3f5)
	inputTap   = rgb(0x5b9bd5)
	inputPale  = rgb(0xa8cbec)
	inputDark  = rgb(0x1f4e79)
	padFill    = rgb(0xfafafa)
	padLine    = rgb(0xbbbbbb)
	padTap     = rgb(0xd3dbe4)
	zeroFill   = rgb(0xf1f1f1)
	kernelFill = rgb(0xfbe3c8)
	kernelDark = rgb(0xc55a11)
	outputTodo = rgb(0xf2f9f5)
	outputFill = rgb(0xcdeadb)
	outputTap  = rgb(0x4fb98a)
	outputDark = rgb(0x17573b)
)

// hue is a colour for an area and one for its edge.
type hue struct{ light, dark color.NRGBA }

// groupColors tell groups of channels, bins and taps apart: ten that lie at least 0.13 from each other in Oklab, for normal
// vision and for deuteranopia (simulated after Machado, Oliveira & Fernandes 2009); a test holds both. Light ones are as much white.
var groupColors = []hue{
	hueOf(0x0077bb), hueOf(0xffaa11), hueOf(0x116655), hueOf(0x77ccff), hueOf(0xbb4400),
	hueOf(0x11aa99), hueOf(0x333300), hueOf(0x6699ff), hueOf(0x77ddaa), hueOf(0x002288),
}

// hueOf is a dark colour and a light one of its kind.
func hueOf(hex uint32) hue {
	c := rgb(hex)
	mix := func(v uint8) uint8 { return uint8(255 - (255-int(v))*3/10) }
	return hue{color.NRGBA{mix(c.R), mix(c.G), mix(c.B), 255}, c}
}

// inkOn is the colour of letters on a colour: black or white.
func inkOn(c color.NRGBA) color.NRGBA {
	if 2*int(c.R)+5*int(c.G)+int(c.B) > 8*150 {
		return ink
	}
	return white
}

func groupColor(g int) hue { return groupColors[g%len(groupColors)] }
