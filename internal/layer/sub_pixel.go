package layer

// subPixel: a convolution at the small size makes, for every output channel, one plane for each pixel of a block; depth
// to space lays the planes into one another.
func subPixel(s *Spec) ([]Stage, error) {
	if err := s.scales(); err != nil {
		return nil, err
	}
	block := make([]int, s.Dims)
	for i, f := range s.Scale {
		if block[i] = int(f); float64(block[i]) != f {
			return nil, Errorf("scale %s is not whole: every pixel becomes a block of pixels", formatFloats(s.Scale)).Hint("use resize-conv for other scales")
		}
	}
	out := s.outChannels()
	planes, err := Product(append([]int{out}, block...)...)
	if err != nil || planes > MaxExtent {
		return nil, Errorf("%d channels of blocks of %s are more than %d planes", out, FormatInts(block), MaxExtent)
	}
	s.OutChannels = planes
	stages, err := conv(s, convDefaults{kernel: 3, dilation: 1, groups: 1})
	s.OutChannels = out
	if err != nil {
		return nil, err
	}
	return append(stages, Stage{Name: "depth-to-space", Op: DepthToSpace{Block: block}, Inputs: []string{"conv"}}), nil
}

var subPixelFollows = []Follow{{"weight", 2, func(f following, w []int) {
	f.kernel(w)
	area := 1
	for axis := range f.Dims {
		scale := 2.0
		if n := len(f.Scale); n > 0 {
			scale = f.Scale[min(axis, n-1)]
		}
		area *= max(1, int(scale))
	}
	if w[0]%area == 0 {
		f.set("out-channels", w[0]/area)
	}
	if c := f.Channels(); c%w[1] == 0 && c != w[1] {
		f.set("groups", c/w[1])
	}
}}}
