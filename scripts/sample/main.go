// Command sample renders the sample picture, configs/samples/cat.png: a tabby cat at a table, by path tracing.
//
//	go run ./scripts/sample -o configs/samples/cat.png
//
// The cat is a solid described by its signed distance, with some hundred thousand hairs grown on it; a window lights it. A
// camera with a lens of some width looks at its eyes, so that what is nearer or farther is out of focus. All that is random
// comes from the seed: the same options give the same picture, whatever the number of threads.
package main

import (
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
)

const width, height = 320, 208

// options say how carefully to paint, and what.
type options struct {
	crop    image.Rectangle
	step    int     // the side of a pixel's square, in pixels of the whole picture
	samples int     // paths a pixel
	density float64 // hairs a square unit
	seed    uint64
}

// committed are the options of the picture that convx carries.
var committed = options{crop: image.Rect(0, 0, width, height), step: 1, samples: 96, density: 500, seed: 1}

func main() {
	o := committed
	flag.IntVar(&o.samples, "samples", o.samples, "paths a pixel")
	flag.IntVar(&o.step, "step", o.step, "the side of a pixel's square, in pixels of the whole picture")
	flag.Float64Var(&o.density, "density", o.density, "hairs a square unit")
	flag.Uint64Var(&o.seed, "seed", o.seed, "the seed of hairs and paths")
	flag.Func("crop", "only the pixels of a box, `X0,Y0,X1,Y1`", func(s string) error {
		_, err := fmt.Sscanf(s, "%d,%d,%d,%d", &o.crop.Min.X, &o.crop.Min.Y, &o.crop.Max.X, &o.crop.Max.Y)
		return err
	})
	out := flag.String("o", "cat.png", "the `FILE` to write")
	flag.Parse()
	if err := write(*out, paint(o)); err != nil {
		fmt.Fprintln(os.Stderr, "sample:", err)
		os.Exit(1)
	}
}

func write(name string, img image.Image) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(f, img); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

var (
	camera = vec{0, 5, 36}
	target = vec{0, 0.3, 0}
)

const (
	lens = 0.75 // its radius
	unit = 16   // pixels of a unit at the target's distance
)

// paint renders the rows on every processor.
func paint(o options) *image.RGBA {
	sc := newScene(o)
	img := image.NewRGBA(image.Rect(0, 0, o.crop.Dx()/o.step, o.crop.Dy()/o.step))
	var next atomic.Int64
	var wait sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		wait.Go(func() {
			for {
				y := int(next.Add(1)) - 1
				if y >= img.Rect.Dy() {
					return
				}
				for x := range img.Rect.Dx() {
					img.SetRGBA(x, y, sc.pixel(o, o.crop.Min.X+x*o.step, o.crop.Min.Y+y*o.step))
				}
			}
		})
	}
	wait.Wait()
	return img
}

// newScene grows the hairs.
func newScene(o options) *scene {
	return &scene{newHairs(fur(o.density, rand.New(rand.NewPCG(o.seed, 0))))}
}

// pixel averages paths through a square of step pixels.
func (sc *scene) pixel(o options, x, y int) color.RGBA {
	rng := rand.New(rand.NewPCG(o.seed, uint64(1+y*width+x)))
	forward := target.sub(camera)
	distance := forward.length()
	forward = forward.scale(1 / distance)
	right := forward.cross(vec{0, 1, 0}).unit()
	up := right.cross(forward)
	focus := distance - 3.2 // the eyes
	// The points of the window and of the lens are spread evenly over the paths, by Roberts' sequence in four dimensions (The
	// Unreasonable Effectiveness of Quasirandom Sequences, 2018), which makes less noise than chance.
	spread := [4]float64{rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64()}
	var sum vec
	for range o.samples {
		for k, by := range [4]float64{0.8566748838545029, 0.733891856627126, 0.6287067210378087, 0.5385972572236101} {
			_, spread[k] = math.Modf(spread[k] + by)
		}
		u := (float64(x) + rng.Float64()*float64(o.step) - width/2) / unit / distance
		v := (height/2 - float64(y) - rng.Float64()*float64(o.step)) / unit / distance
		at := camera.add(forward.add(right.scale(u)).add(up.scale(v)).scale(focus))
		s, c := math.Sincos(2 * math.Pi * spread[2])
		r := lens * math.Sqrt(spread[3])
		from := camera.add(right.scale(r * c)).add(up.scale(r * s))
		l := sc.light(from, at.sub(from).unit(), spread[0], spread[1], rng)
		// A mirrored window is as bright as film shows, and no path counts more.
		sum = sum.add(vec{min(l.x, 25), min(l.y, 25), min(l.z, 25)})
	}
	sum = sum.scale(1 / float64(o.samples))
	return color.RGBA{film(sum.x), film(sum.y), film(sum.z), 255}
}

// film turns linear light into a byte: brightness rolls off softly, then come the curve of sRGB and some contrast.
func film(l float64) uint8 {
	l = 1 - math.Exp(-1.6*l)
	if l < 0.0031308 {
		l *= 12.92
	} else {
		l = 1.055*math.Pow(l, 1/2.4) - 0.055
	}
	return uint8(math.Round(255 * (0.7*l + 0.3*l*l*(3-2*l))))
}
