package kernel

// WinogradTile reports whether there are transforms for tiles of points x points
// pixels and m x m outputs, of kernels of points+1-m taps: m is 2 or 3 for 4
// points, 2 to 5 for 6, 2 to 6 for 8.
func WinogradTile(points, m int) bool {
	return (points == 4 || points == 6 || points == 8) && m >= 2 && m < min(points, 7)
}

// WinogradInput writes the transform B^T d B of n tiles d of points x points
// (4, 6 or 8) pixels, in Block channels at once. Pixel (y, x) of tile t is the
// block at src[t*ts + y*rs + x*cs], point (i, j) of its transform the block at
// dst[(i*points+j)*df + t*Block].
//
// The points of interpolation are 0, 1, -1 and infinity, from 6 on also 2 and
// -2, and for 8 also 1/2 and -1/2 (Lavin & Gray, Fast Algorithms for Convolutional Neural Networks, 2016).
func (l ISA) WinogradInput(points int, dst []float32, df int, src []float32, rs, cs, ts, n int) {
	w := l.Block()
	if !WinogradTile(points, 2) || n <= 0 || rs < 0 || cs < 0 || ts < 0 {
		panic("kernel: winograd input: tile out of range")
	}
	if len(dst) < (points*points-1)*df+n*w || len(src) < (n-1)*ts+(points-1)*(rs+cs)+w {
		panic("kernel: winograd input: short operand")
	}
	l.winogradInput(points, dst, df, src, rs, cs, ts, n)
}

// WinogradOutput writes the m x m outputs clamp(A^T p A + bias) of n tiles of
// products p, in Block channels at once: point (i, j) of tile t is the block at
// src[(i*points+j)*sf + t*Block], output (y, x) the block at
// dst[t*ts + y*rs + x*cs]. post holds three blocks: the bias, the lowest and
// the highest value. WinogradTile says which m there are.
func (l ISA) WinogradOutput(points, m int, dst []float32, rs, cs, ts int, src []float32, sf int, post []float32, n int) {
	w := l.Block()
	if !WinogradTile(points, m) || n <= 0 || rs < 0 || cs < 0 || ts < 0 {
		panic("kernel: winograd output: tile out of range")
	}
	if len(dst) < (n-1)*ts+(m-1)*(rs+cs)+w || len(src) < (points*points-1)*sf+n*w || len(post) < 3*w {
		panic("kernel: winograd output: short operand")
	}
	l.winogradOutput(points, m, dst, rs, cs, ts, src, sf, post, n)
}

// WinogradInputLine is WinogradInput along one axis alone: tiles of points
// pixels, B^T d. Point i of tile t is the block at dst[i*df + t*Block].
func (l ISA) WinogradInputLine(points int, dst []float32, df int, src []float32, cs, ts, n int) {
	w := l.Block()
	if !WinogradTile(points, 2) || n <= 0 || cs < 0 || ts < 0 {
		panic("kernel: winograd input: tile out of range")
	}
	if len(dst) < (points-1)*df+n*w || len(src) < (n-1)*ts+(points-1)*cs+w {
		panic("kernel: winograd input: short operand")
	}
	l.winogradInputLine(points, dst, df, src, cs, ts, n)
}

// WinogradOutputLine is WinogradOutput along one axis alone: clamp(A^T p + bias),
// m outputs a tile, output x of tile t the block at dst[t*ts + x*cs].
func (l ISA) WinogradOutputLine(points, m int, dst []float32, cs, ts int, src []float32, sf int, post []float32, n int) {
	w := l.Block()
	if !WinogradTile(points, m) || n <= 0 || cs < 0 || ts < 0 {
		panic("kernel: winograd output: tile out of range")
	}
	if len(dst) < (n-1)*ts+(m-1)*cs+w || len(src) < (points-1)*sf+n*w || len(post) < 3*w {
		panic("kernel: winograd output: short operand")
	}
	l.winogradOutputLine(points, m, dst, cs, ts, src, sf, post, n)
}
