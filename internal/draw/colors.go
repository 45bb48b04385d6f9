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
	outputTodo = rgb(0xf4f8f2)
	outputFill = rgb(0xd5e8cb)
	outputTap  = rgb(0x70ad47)
	outputDark = rgb(0x385723)
)

// hue is a colour for an area and one for its edge.
type hue struct{ light, dark color.NRGBA }

// groupColors tell groups of channels apart, also without colour vision (Okabe & Ito 2008), one light and one dark each.
var groupColors = []hue{
	{rgb(0xbfdcf0), rgb(0x0072b2)},
	{rgb(0xf8dcae), rgb(0xd07d00)},
	{rgb(0xbfe6d9), rgb(0x008a64)},
	{rgb(0xf0d3e3), rgb(0xb3578f)},
	{rgb(0xf3c9b4), rgb(0xc04f00)},
	{rgb(0xf5efad), rgb(0x9c9100)},
	{rgb(0xd6d6d6), rgb(0x555555)},
	{rgb(0xd3ecfa), rgb(0x2b8fc9)},
}

func groupColor(g int) hue { return groupColors[g%len(groupColors)] }
