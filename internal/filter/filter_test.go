package filter

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func kernel(t *testing.T, text string) Kernel {
	t.Helper()
	k, err := Parse(text, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(k.Weights) != k.Rows*k.Cols {
		t.Fatalf("%s: %d weights in %dx%d", text, len(k.Weights), k.Rows, k.Cols)
	}
	return k
}

// sum is that of the weights: 1 keeps the brightness, 0 finds differences.
func sum(k Kernel) (s float64) {
	for _, w := range k.Weights {
		s += w
	}
	return s
}

func TestKnownKernels(t *testing.T) {
	for text, want := range map[string][]float64{
		"sobel-x":                    {-1, 0, 1, -2, 0, 2, -1, 0, 1},
		"sobel-y":                    {-1, -2, -1, 0, 0, 0, 1, 2, 1},
		"scharr-x":                   {-3, 0, 3, -10, 0, 10, -3, 0, 3},
		"prewitt-y":                  {-1, -1, -1, 0, 0, 0, 1, 1, 1},
		"box:2":                      {0.25, 0.25, 0.25, 0.25},
		"identity:1":                 {1},
		"motion:3":                   {0, 0, 0, 1. / 3, 1. / 3, 1. / 3, 0, 0, 0},
		"motion:3:90":                {0, 1. / 3, 0, 0, 1. / 3, 0, 0, 1. / 3, 0},
		"0 -1 0; -1 5 -1; 0, -1, 0;": {0, -1, 0, -1, 5, -1, 0, -1, 0},
		"1/4 1/2 1/4":                {0.25, 0.5, 0.25},
	} {
		k := kernel(t, text)
		ok := len(k.Weights) == len(want)
		for i := range min(len(want), len(k.Weights)) {
			ok = ok && math.Abs(k.Weights[i]-want[i]) < 1e-12
		}
		if !ok {
			t.Errorf("%s is %v, want %v", text, k.Weights, want)
		}
	}
	// The row of the 5x5 Sobel filter through the middle, as OpenCV's getDerivKernels has it.
	if k := kernel(t, "sobel-x:5"); !slices.Equal(k.Weights[10:15], []float64{-6, -12, 0, 12, 6}) {
		t.Errorf("the middle row of sobel-x:5 is %v", k.Weights[10:15])
	}
	// FCN's factor 2: the four phases interpolate with 1/4 and 3/4.
	if k := kernel(t, "bilinear:4"); !slices.Equal(k.Weights[4:8], []float64{0.1875, 0.5625, 0.5625, 0.1875}) {
		t.Errorf("the second row of bilinear:4 is %v", k.Weights[4:8])
	}
}

// Blurs keep the brightness, edge filters have none, whatever their size.
func TestSums(t *testing.T) {
	for _, f := range List() {
		want := 0.0
		switch f.Name {
		case "identity", "gaussian", "box", "motion", "sharpen", "unsharp", "emboss":
			want = 1
		case "bilinear":
			continue
		}
		sizes := []float64{1, 3, 5, 7, 21, MaxSize}
		if f.Sizes != nil {
			sizes = []float64{3, 5, 7}
		}
		if f.Params == nil {
			sizes = []float64{3}
		}
		for _, n := range sizes {
			var params []float64
			if f.Params != nil {
				params = []float64{n}
			}
			k, err := f.Kernel(params...)
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(sum(k)-want) > 1e-9 {
				t.Errorf("%s of size %g sums to %g, not %g", f.Name, n, sum(k), want)
			}
			if k.Rows != int(n) || k.Cols != int(n) {
				t.Errorf("%s of size %g is %dx%d", f.Name, n, k.Rows, k.Cols)
			}
		}
	}
}

// A transposed convolution with the bilinear kernel gives every output the same total weight.
func TestBilinearIsEven(t *testing.T) {
	for _, stride := range []int{1, 2, 3, 4, 5} {
		n := 2*stride - stride%2
		k, err := Parse("bilinear", n)
		if err != nil {
			t.Fatal(err)
		}
		for phase := range stride * stride {
			var sum float64
			for y := phase / stride; y < n; y += stride {
				for x := phase % stride; x < n; x += stride {
					sum += k.Weights[y*n+x]
				}
			}
			if math.Abs(sum-1) > 1e-12 {
				t.Errorf("stride %d: phase %d has weight %g", stride, phase, sum)
			}
		}
	}
}

// At either end of the range of sigmas the kernels are what they should tend to.
func TestSigmas(t *testing.T) {
	for text, middle := range map[string]float64{
		"gaussian:5:0.01": 1, "gaussian:5:1000": 1. / 25, "laplacian-of-gaussian:9:0.01": -1, "laplacian-of-gaussian:9:1000": -1. / 21,
	} {
		k := kernel(t, text)
		if w := k.Weights[len(k.Weights)/2]; math.Abs(w-middle) > 1e-4 {
			t.Errorf("%s has %g in the middle, want %g", text, w, middle)
		}
		if total := sum(k); strings.HasPrefix(text, "laplacian") && math.Abs(total) > 1e-9 {
			t.Errorf("%s sums to %g", text, total)
		}
	}
}

func TestMotionAngles(t *testing.T) {
	for angle := range 360 {
		f, _ := Named("motion")
		k, err := f.Kernel(9, float64(angle))
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(sum(k)-1) > 1e-9 {
			t.Errorf("motion at %d degrees sums to %g", angle, sum(k))
		}
	}
}

func TestErrors(t *testing.T) {
	for text, want := range map[string]string{
		"":                              "the filter is empty",
		"sobel":                         `unknown filter "sobel": did you mean sobel-x or sobel-y?`,
		"nonesuch":                      `unknown filter "nonesuch": filters are identity, sobel-x`,
		"sobel-x:4":                     "sobel-x: size 4 is not one of 3, 5, 7",
		"gaussian:4":                    "gaussian: size 4 has no middle: 3 and 5 do",
		"gaussian:x":                    `"gaussian:x": "x" is not a number`,
		"box:1e9":                       "box: size 1000000000 is not a whole number from 1 to 127",
		"box:2.5":                       "box: size 2.5 is not a whole number",
		"box:NaN":                       `"NaN" is not a number`,
		"edge:3":                        "filter edge takes no numbers, not 1 numbers",
		"gaussian:5:0":                  "sigma 0 is not from 0.01 to 1000",
		"gaussian:5:1e-200":             "sigma 1e-200 is not from 0.01 to 1000",
		"laplacian-of-gaussian:9:1e200": "sigma 1e+200 is not from 0.01 to 1000",
		"1 2; 3":                        `row 2 of the filter "1 2; 3" has 1 weight and the first has 2`,
		"1 2;;3 4":                      `row 2 of the filter "1 2;;3 4" is empty`,
		"1 x":                           `"x" is not a number`,
		"1/0":                           `"1/0" is not a number`,
	} {
		_, err := Parse(text, 0)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Parse(%q) gave %v, want %q", text, err, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"gaussian:5:1", "0 -1 0; -1 5 -1", "1/3", "-", ":::", "box:127", "1;2;3"} {
		f.Add(s)
	}
	f.Add("gaussian:3:1e-200")
	f.Fuzz(func(t *testing.T, text string) {
		k, err := Parse(text, 0)
		if err != nil {
			return
		}
		if k.Rows < 1 || k.Cols < 1 || k.Rows > MaxSize || k.Cols > MaxSize || len(k.Weights) != k.Rows*k.Cols {
			t.Fatalf("%q is a kernel of %dx%d with %d weights", text, k.Rows, k.Cols, len(k.Weights))
		}
		for _, w := range k.Weights {
			if w-w != 0 {
				t.Fatalf("%q has a weight of %g", text, w)
			}
		}
	})
}
