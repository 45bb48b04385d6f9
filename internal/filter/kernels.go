package filter

import "math"

var (
	sizeOnly = []string{"size"}
	sobel    = []int{3, 5, 7}
)

var filters = []Filter{
	{Name: "identity", Summary: "the picture itself: 1 in the middle", Params: sizeOnly, Defaults: []float64{3}, Odd: true, make: identity},
	{Name: "sobel-x", Summary: "brightness growing to the right (Sobel & Feldman 1968)", Params: sizeOnly, Defaults: []float64{3}, Sizes: sobel, make: across(sobelPair)},
	{Name: "sobel-y", Summary: "brightness growing downwards", Params: sizeOnly, Defaults: []float64{3}, Sizes: sobel, make: down(sobelPair)},
	{Name: "scharr-x", Summary: "as sobel-x, more even over directions (Scharr 2000)", make: across(scharrPair)},
	{Name: "scharr-y", Summary: "as sobel-y, more even over directions", make: down(scharrPair)},
	{Name: "prewitt-x", Summary: "as sobel-x, all rows alike (Prewitt 1970)", make: across(prewittPair)},
	{Name: "prewitt-y", Summary: "as sobel-y, all columns alike", make: down(prewittPair)},
	{Name: "laplacian", Summary: "second differences over the 4 neighbours: edges and points", make: fixed(0, 1, 0, 1, -4, 1, 0, 1, 0)},
	{Name: "laplacian-of-gaussian", Summary: "laplacian of a blur (Marr & Hildreth 1980); sigma is size/6", Params: []string{"size", "sigma"}, Defaults: []float64{9, 0}, Odd: true, make: laplacianOfGaussian},
	{Name: "edge", Summary: "difference from the 8 neighbours", make: fixed(-1, -1, -1, -1, 8, -1, -1, -1, -1)},
	{Name: "outline", Summary: "another name of edge", make: fixed(-1, -1, -1, -1, 8, -1, -1, -1, -1)},
	{Name: "gaussian", Summary: "blur; sigma is 0.3 ((size-1)/2 - 1) + 0.8", Params: []string{"size", "sigma"}, Defaults: []float64{5, 0}, Odd: true, make: gaussian},
	{Name: "box", Summary: "blur: the mean of a square", Params: sizeOnly, Defaults: []float64{3}, make: box},
	{Name: "motion", Summary: "blur along a line; angle in degrees, counter-clockwise", Params: []string{"size", "angle"}, Defaults: []float64{9, 0}, Odd: true, make: motion},
	{Name: "sharpen", Summary: "the picture minus its laplacian", make: fixed(0, -1, 0, -1, 5, -1, 0, -1, 0)},
	{Name: "unsharp", Summary: "the picture plus amount times what a gaussian takes away", Params: []string{"size", "amount"}, Defaults: []float64{5, 1}, Odd: true, make: unsharp},
	{Name: "emboss", Summary: "a relief lit from the top left", make: fixed(-2, -1, 0, -1, 1, 1, 0, 1, 2)},
	{Name: "bilinear", Summary: "for transposed: upsampling by linear interpolation; size 2s - s%2 for stride s", Params: sizeOnly, Defaults: []float64{4}, make: bilinear},
}

// fixed is a 3x3 kernel without parameters.
func fixed(w ...float64) func([]float64) Kernel {
	return func([]float64) Kernel { return Kernel{Rows: 3, Cols: 3, Weights: w} }
}

// separable is the outer product of a column and a row.
func separable(column, row []float64) Kernel {
	k := Kernel{Rows: len(column), Cols: len(row)}
	for _, c := range column {
		for _, r := range row {
			k.Weights = append(k.Weights, c*r)
		}
	}
	return k
}

// pair gives the smoothing and the differentiating factor of an edge filter.
type pair func(p []float64) (smooth, difference []float64)

func across(f pair) func([]float64) Kernel {
	return func(p []float64) Kernel { s, d := f(p); return separable(s, d) }
}

func down(f pair) func([]float64) Kernel {
	return func(p []float64) Kernel { s, d := f(p); return separable(d, s) }
}

// sobelPair: binomial smoothing, and its product with the central difference -1 0 1; size 3 is the classical Sobel.
func sobelPair(p []float64) (smooth, difference []float64) {
	n := int(p[0])
	smooth = binomial(n)
	narrow := binomial(n - 2)
	difference = make([]float64, n)
	for i, b := range narrow {
		difference[i] -= b
		difference[i+2] += b
	}
	return smooth, difference
}

// binomial is row n-1 of Pascal's triangle.
func binomial(n int) []float64 {
	row := []float64{1}
	for len(row) < n {
		next := make([]float64, len(row)+1)
		for i, v := range row {
			next[i] += v
			next[i+1] += v
		}
		row = next
	}
	return row
}

func scharrPair([]float64) (smooth, difference []float64) {
	return []float64{3, 10, 3}, []float64{-1, 0, 1}
}

func prewittPair([]float64) (smooth, difference []float64) {
	return []float64{1, 1, 1}, []float64{-1, 0, 1}
}

func identity(p []float64) Kernel {
	n := int(p[0])
	k := Kernel{Rows: n, Cols: n, Weights: make([]float64, n*n)}
	k.Weights[n*n/2] = 1
	return k
}

func box(p []float64) Kernel {
	n := int(p[0])
	k := Kernel{Rows: n, Cols: n, Weights: make([]float64, n*n)}
	for i := range k.Weights {
		k.Weights[i] = 1 / float64(n*n)
	}
	return k
}

// gaussian samples the bell at whole pixels and makes the weights sum to 1.
func gaussian(p []float64) Kernel {
	row := bell(int(p[0]), p[1])
	return separable(row, row)
}

func bell(n int, sigma float64) []float64 {
	if sigma == 0 {
		sigma = 0.3*(float64(n-1)/2-1) + 0.8 // as OpenCV chooses it
	}
	row := make([]float64, n)
	var sum float64
	for i := range row {
		x := float64(i) - float64(n-1)/2
		row[i] = math.Exp(-x * x / (2 * sigma * sigma))
		sum += row[i]
	}
	for i := range row {
		row[i] /= sum
	}
	return row
}

// laplacianOfGaussian samples (r²/sigma² - 2) exp(-r²/2sigma²) and subtracts the mean, so that flat areas give 0; the
// weights are scaled so that the negative ones sum to -1.
func laplacianOfGaussian(p []float64) Kernel {
	n, sigma := int(p[0]), p[1]
	if sigma == 0 {
		sigma = max(float64(n)/6, 0.5)
	}
	k := Kernel{Rows: n, Cols: n}
	var mean float64
	for y := range n {
		for x := range n {
			dx, dy := float64(x)-float64(n-1)/2, float64(y)-float64(n-1)/2
			r := (dx*dx + dy*dy) / (sigma * sigma)
			w := (r - 2) * math.Exp(-r/2)
			k.Weights = append(k.Weights, w)
			mean += w / float64(n*n)
		}
	}
	var negative float64
	for i := range k.Weights {
		k.Weights[i] -= mean
		negative -= min(k.Weights[i], 0)
	}
	for i := range k.Weights {
		if negative > 0 {
			k.Weights[i] /= negative
		}
	}
	return k
}

// unsharp is identity + amount * (identity - gaussian).
func unsharp(p []float64) Kernel {
	k := gaussian([]float64{p[0], 0})
	for i := range k.Weights {
		k.Weights[i] *= -p[1]
	}
	k.Weights[len(k.Weights)/2] += 1 + p[1]
	return k
}

// motion spreads size points of a line through the middle, one pixel apart, over the pixels around each; the weights sum
// to 1.
func motion(p []float64) Kernel {
	n := int(p[0])
	k := Kernel{Rows: n, Cols: n, Weights: make([]float64, n*n)}
	sin, cos := math.Sincos(p[1] * math.Pi / 180)
	middle := n / 2
	for i := range n {
		t := float64(i - middle)
		k.splat(float64(middle)+t*cos, float64(middle)-t*sin, 1/float64(n))
	}
	return k
}

// splat adds weight w at a point between pixels.
func (k *Kernel) splat(x, y, w float64) {
	x0, y0 := math.Floor(x+1e-9), math.Floor(y+1e-9)
	fx, fy := max(0, x-x0), max(0, y-y0)
	for _, c := range []struct{ x, y, w float64 }{
		{x0, y0, (1 - fx) * (1 - fy)}, {x0 + 1, y0, fx * (1 - fy)}, {x0, y0 + 1, (1 - fx) * fy}, {x0 + 1, y0 + 1, fx * fy},
	} {
		if c.w > 1e-12 {
			k.Weights[int(c.y)*k.Cols+int(c.x)] += w * c.w
		}
	}
}

// bilinear is the triangle that a transposed convolution of stride (size+1)/2 interpolates with (Long, Shelhamer &
// Darrell 2015, Fully Convolutional Networks).
func bilinear(p []float64) Kernel {
	n := int(p[0])
	factor := (n + 1) / 2
	center := float64(factor) - 1
	if n%2 == 0 {
		center = float64(factor) - 0.5
	}
	row := make([]float64, n)
	for i := range row {
		row[i] = 1 - math.Abs(float64(i)-center)/float64(factor)
	}
	return separable(row, row)
}
