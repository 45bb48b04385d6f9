package cli

import (
	"context"
	"io"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"convx/internal/draw"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/offset"
	"convx/internal/picture"
)

type drawOptions struct {
	Streams
	spec    layer.Spec
	outputs []string
	options draw.Options
	look    draw.Look

	dilations string
	offsets   []string
	scene     sceneOptions
}

// sceneOptions are the picture that a figure is drawn on, and what is made of it.
type sceneOptions struct {
	input string // "" is the sample picture
	sourceFlags
	weights []string
	mapping string // of the output's values to brightness
}

func (s sceneOptions) asked() bool { return s.input != "" || len(s.filters) > 0 || s.color != "" }

func newDraw(s Streams, run func(context.Context, drawOptions) error) *cobra.Command {
	o := drawOptions{Streams: s}
	var flags layerFlags
	cmd := &cobra.Command{
		Use: "draw VARIANT [PICTURE] -o FILE [flags]",
		Long: `draw makes a classroom figure of a layer: the window that slides over a small grid, the channels that see each other,
the blocks of a composed variant. A .png or .svg is a still, a .gif steps through the output positions.

Large layers are drawn on a small grid with the same kernel, stride and dilation, and draw says so. Without -i each
variant has a size that shows it well.

With a PICTURE, or a --filter, the window slides over the picture itself, averaged to a few dozen cells, and the cells of
the output are what the layer makes of it. --filter without a PICTURE takes the sample picture; a PICTURE without one
takes seeded weights, or those of -w.

The factors of squeeze-and-excitation are those that run prints: of PICTURE, which may be an array, and -w, or of seeds.`,
		Example: strings.Trim(`
  convx draw standard -o standard.png
  convx draw transposed -k 3 -s 2 -p 1 -o transposed.gif
  convx draw dilated -d 3 --numbers -o dilated.svg
  convx draw dilated --dims 1 -k 2 -p causal --dilations 1,2,4,8 -o wavenet.png
  convx draw deformable --offsets dilate:2 --offsets scale:1.5 --offsets aspect:2 --offsets rotate:30 -o special.png
  convx draw grouped -g 3 --for slide --theme dark -o slide.png
  convx draw depthwise photo.png --filter sobel-x -p 1 -o slide.gif`, "\n"),
		Args:              argsUpTo(2),
		ValidArgsFunction: completeVariants,
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.spec, err = flags.spec(firstArg(args)); err != nil {
				return err
			}
			if len(args) > 1 {
				if o.scene.input = args[1]; o.scene.input == "" {
					return usagef("the PICTURE is empty: leave it out, or name a file")
				}
			}
			if !c.Flags().Changed("delay") {
				switch {
				case o.options.Numbers: // there is a sum to read
					o.look.Delay *= 2
				case o.scene.asked(): // many outputs
					o.look.Delay /= 5
				}
			}
			return run(c.Context(), o)
		},
	}
	flags.register(cmd)
	o.scene.register(cmd, 1<<26, lang.Key("draw what an image `FILTER` makes of a picture: a name like sobel-x, or rows of weights"))
	f := cmd.Flags()
	f.StringArrayVarP(&o.outputs, "output", "o", nil, "write the figure to `FILE`: .png, .gif or .svg; repeat for more")
	f.BoolVar(&o.options.Numbers, "numbers", false, "small whole numbers in the cells, and the arithmetic of the current output")
	f.Uint64Var(&o.options.Seed, "seed", 0, "`SEED` of numbers and offsets")
	f.DurationVar(&o.look.Delay, "delay", 500*time.Millisecond, "GIF: `TIME` of a frame, twice that with --numbers, a fifth on a picture; the last one stands for four")
	f.StringArrayVarP(&o.scene.weights, "weights", "w", nil, "on a picture, and of se: operand `NAME=FILE`, or a file of operands by name; repeat for more")
	f.StringVar(&o.scene.mapping, "map", "auto", lang.Sprintf("of a picture's output: `MAPPING` of values to brightness: %s, or LO:HI", lang.List(picture.MappingNames())))
	lookVars(cmd, &o.look.Look)
	f.BoolVar(&o.look.Transparent, "transparent", false, "nothing behind the figure")
	f.Float64Var(&o.look.Scale, "scale-pixels", 0, "`PIXELS` per unit (default: as --for has it)")
	f.StringArrayVar(&o.offsets, "offsets", nil, lang.Sprintf("deformable: `OFFSETS` of the taps by name: %s; several are drawn beside each other", offset.Usage()))
	f.StringVar(&o.dilations, "dilations", "", "dilated: draw a stack of layers of these dilations, `D,D,...`, like WaveNet's 1,2,4,8")
	completeKey(cmd, "map", picture.MappingNames()...)
	return cmd
}

func runDraw(ctx context.Context, o drawOptions) error {
	if err := o.checkOutputs(); err != nil {
		return err
	}
	if err := o.settleLook(); err != nil {
		return err
	}
	if o.look.Delay < 10*time.Millisecond || o.look.Delay > time.Minute {
		return usagef("--delay: %s is not between 10ms and 1m", o.look.Delay)
	}
	if err := o.stage(ctx); err != nil {
		return err
	}
	figure, note, err := draw.For(ctx, o.spec, o.options)
	if err != nil {
		return err
	}
	var files []pending
	for _, path := range o.outputs {
		files = append(files, pending{path, func(w io.Writer) error { return o.look.Write(w, figure, path) }})
	}
	if err := writeFiles(ctx, o.Streams, []string{o.scene.input}, files...); err != nil {
		return err
	}
	if note != "" {
		o.sayf("%s", note)
	}
	return nil
}

// stage puts the picture and what the layer makes of it into the figure's options, or the data that factors come from.
func (o *drawOptions) stage(ctx context.Context) (err error) {
	if err := o.scene.check(); err != nil {
		return err
	}
	from := o.scene.origin(o.scene.input, o.In)
	from.Seed = o.options.Seed
	if draw.Gated(o.spec.Variant) {
		if len(o.scene.filters) > 0 {
			return usagef("--filter %s: %s slides no window", o.scene.filters[0], o.spec.Variant)
		}
		o.options.Data = draw.Data{Origin: from, Weights: o.scene.weights}
		return nil
	}
	if !o.scene.asked() {
		if len(o.scene.weights) > 0 {
			return usagef("-w %s: the weights are those of a layer on a picture: name one", o.scene.weights[0])
		}
		return nil
	}
	p := draw.OnPicture{Origin: from, Filters: o.scene.filters, Weights: o.scene.weights}
	if p.Mapping, err = picture.ParseMapping(o.scene.mapping); err != nil {
		return usagef("--map: %w", err)
	}
	if o.options.Numbers {
		return usagef("--numbers and a picture: a figure has one of them")
	}
	if o.spec.Given("input") {
		return usagef("--input and a picture: the size is the picture's own")
	}
	if len(o.options.Offsets) == 1 {
		p.Offsets = &o.options.Offsets[0]
	}
	o.spec, o.options.Scene, err = p.Scene(ctx, o.spec)
	return err
}

// settleLook reads the flags that say how the figure looks, and the stack of dilations.
func (o *drawOptions) settleLook() (err error) {
	if o.look.Scale != 0 && !(o.look.Scale >= 0.25 && o.look.Scale <= 8) {
		return usagef("--scale-pixels: %g is not between 0.25 and 8", o.look.Scale)
	}
	o.options.For = o.look.For
	if o.options.Offsets, err = parseOffsets(o.offsets, o.options.Seed); err != nil {
		return err
	}
	v, _ := layer.VariantNamed(o.spec.Variant)
	switch n := len(o.options.Offsets); {
	case n > 0 && !v.MovesTaps():
		return usagef("--offsets %s: %s has no taps to move: deformable has", o.offsets[0], o.spec.Variant)
	case n > 1 && o.scene.asked():
		return usagef("--offsets is given %d times: on a picture there is room for one", n)
	}
	if o.dilations == "" {
		return nil
	}
	switch {
	case v.Undilated == "":
		return usagef("--dilations is for dilated: it draws a stack of its layers")
	case o.spec.Given("dilation"):
		return usagef("--dilations and --dilation: a figure has one of them")
	case o.options.Numbers || o.scene.asked():
		return usagef("--dilations draws a stack from the side: leave --numbers and the picture out")
	}
	for part := range strings.SplitSeq(o.dilations, ",") {
		n, err := layer.ParseInts(part, 1)
		if err != nil || len(n) != 1 {
			return usagef("--dilations: %q is not a dilation: give whole numbers from 1, like 1,2,4,8", part)
		}
		o.options.Stack = append(o.options.Stack, n[0])
	}
	return nil
}

func (o drawOptions) checkOutputs() error {
	if firstArg(o.outputs) == "" && o.spec.Variant != "" {
		return usagef("no file given: draw writes to -o FILE.png, .gif or .svg")
	}
	for _, path := range o.outputs {
		switch strings.ToLower(filepath.Ext(path)) {
		case ".png", ".gif", ".svg":
		default:
			return usagef("-o %q: a figure is written to a .png, .gif or .svg file", path)
		}
	}
	return checkOutputs(o.outputs)
}
