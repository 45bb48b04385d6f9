package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"convx/internal/answer/measured"
	"convx/internal/bands"
	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/memory"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/output"
	"convx/internal/picture"
	"convx/internal/report"
	"convx/internal/tensor"
)

// job is a run whose flags, input and layer are settled: what is left is to compute.
type job struct {
	runOptions
	targets []*target
	files   output.Files       // of the targets
	show    picture.MapOptions // how a picture shows the result
	source  *operands.Source
	given   operands.Files
	set     *operands.Settled
}

// runRun settles everything that can fail cheaply before it reads or computes.
func runRun(ctx context.Context, o runOptions) error {
	if len(o.whole.net.names) > 0 {
		return runNet(ctx, o)
	}
	j := &job{runOptions: o}
	defer j.close()
	if err := j.settle(); err != nil {
		return err
	}
	if j.element() == tensor.Float64 {
		return compute[float64](ctx, j)
	}
	return compute[float32](ctx, j)
}

// element is the type that is computed in.
func (j *job) element() tensor.Elem {
	if j.dtype == tensor.Float64.String() {
		return tensor.Float64
	}
	return tensor.Float32
}

func (j *job) settle() (err error) {
	if err = j.check(); err != nil {
		return err
	}
	if j.targets, err = j.runOptions.targets(); err != nil {
		return err
	}
	spec, err := j.layer.spec(j.variant)
	if err != nil {
		return err
	}
	if j.given, err = operands.OpenFiles(j.weights, j.element()); err != nil {
		return err
	}
	if j.offsets != "" {
		list, err := parseOffsets([]string{j.offsets}, j.seed)
		if err != nil {
			return err
		}
		j.given.Offsets = &list[0]
	}
	color, err := j.colorOption()
	if err != nil {
		return err
	}
	var scale *operands.Range
	if j.feed.scale != "" {
		if scale, err = operands.ParseRange(j.feed.scale); err != nil {
			return err
		}
	}
	j.source, err = operands.OpenSource(operands.Origin{
		Path: j.input, Stdin: j.In, Color: color, MaxPixels: j.maxPixels, As: j.element(), Seed: j.seed,
		Dims: spec.Dims, WeightDims: layer.DimsOf(j.given.Shapes()), Size: spec.Input, Orient: j.orient, Range: scale,
	})
	if err != nil {
		return err
	}
	for _, note := range j.source.Notes {
		j.warnf("%s", note)
	}
	spec.Input, spec.Dims = j.source.Shape, j.source.Dims
	if j.set, err = operands.Settle(spec, j.given, j.filters); err != nil {
		return err
	}
	return j.checkPicture()
}

// checkPicture refuses a picture that cannot be before anything is computed.
func (j *job) checkPicture() (err error) {
	i := slices.IndexFunc(j.targets, isPicture)
	if i < 0 {
		return nil
	}
	if j.show, err = j.picture.mapOptions(j.source.Depth()); err != nil {
		return err
	}
	if dims := j.set.Layer.Dims; dims != 2 {
		return usagef("-o %q: a picture has 2 spatial axes and the result %d: write .npy", j.targets[i].path, dims)
	}
	for _, c := range j.picture.channels {
		if c < 0 || c >= j.set.Output[1] {
			return usagef("--channel: there is no channel %d: the result has %d, counted from 0", c, j.set.Output[1])
		}
	}
	return nil
}

func (j *job) close() {
	if j.source != nil {
		j.source.Close()
	}
	j.given.Close()
}

// inputPaths are the files that must not be written to.
func (j *job) inputPaths() []string {
	paths := j.given.Paths
	if j.source.Path != "" {
		paths = append(paths, j.source.Path)
	}
	return paths
}

func (j *job) options() ops.Options {
	return ops.Options{Algorithm: j.algorithm, Threads: threadsOf(j.threads)}
}

// result is what a computation gave.
type result[T tensor.Float] struct {
	output   *tensor.Tensor[T]
	origins  []string // of the operands
	inexact  int      // elements that T could not hold
	steps    []ops.Step
	factors  []float64     // of the channels of each sample, where the layer's last stage scales them
	elapsed  time.Duration // of the layer alone
	streamed bool          // in bands: there is no output as a whole
}

// compute runs the job in element type T and writes what was asked for.
func compute[T tensor.Float](ctx context.Context, j *job) error {
	banded := bands.Job{Set: j.set, Source: j.source, Options: j.options(), Map: j.show}
	streams := len(j.targets) == 1 && isPicture(j.targets[0]) && !j.stats && j.feed.scale == "" && banded.Fits()
	if err := checkMemory[T](j); err != nil && !streams {
		return err
	}
	if err := j.open(ctx); err != nil {
		return err
	}
	defer j.files.Abort()
	var r result[T]
	err := j.attend(ctx, func(stage func(string)) (err error) {
		if streams {
			stage(j.variant)
			r, j.targets[0].shown, err = filterBands[T](ctx, banded, j.targets[0].file)
			return err
		}
		if r, err = calculate[T](ctx, j, stage); err != nil {
			return err
		}
		return writeAll(j, r.output, stage)
	})
	if err != nil {
		return err
	}
	if err := j.files.Commit(); err != nil {
		return err
	}
	return sumUp(j, r)
}

func checkMemory[T tensor.Float](j *job) error {
	m, err := ops.EstimateMemory[T](j.set.Result, j.options())
	if err != nil {
		return err
	}
	if free, known := memory.Available(); known && m.Total() > free {
		return fmt.Errorf("this run needs about %s of memory and %s is free: take a smaller input or fewer channels",
			report.Bytes(int(m.Total())), report.Bytes(int(free)))
	}
	return nil
}

// calculate reads the input and the operands and runs the layer.
func calculate[T tensor.Float](ctx context.Context, j *job, stage func(string)) (r result[T], err error) {
	stage("reading")
	x, inexact, err := operands.Read[T](j.source)
	if err != nil {
		return r, err
	}
	if err := ctx.Err(); err != nil {
		return r, err
	}
	values, err := operands.Load[T](j.set, j.seed)
	if err != nil {
		return r, err
	}
	r.inexact, r.origins = inexact+values.Inexact, values.Origins
	pipeline, err := ops.PrepareFor(ctx, j.set.Result, values.Tensors, x, j.options())
	if err != nil {
		return r, err
	}
	r.steps = pipeline.Steps()
	r.output = tensor.New[T](pipeline.Output...)
	stage(j.set.Layer.Variant)
	start := time.Now()
	err = pipeline.Run(ctx, r.output, x)
	r.elapsed = time.Since(start)
	j.show.Noise = operands.NoiseOf(j.set, values, x, r.steps)
	if err != nil {
		return r, err
	}
	r.factors, err = ops.Factors(ctx, j.set.Result, values.Tensors, x, j.options())
	return r, err
}

// filterBands has the picture filtered without ever holding the result.
func filterBands[T tensor.Float](ctx context.Context, j bands.Job, w io.Writer) (result[T], string, error) {
	b, err := bands.Run[T](ctx, j, w)
	if err != nil {
		return result[T]{}, "", err
	}
	return result[T]{steps: []ops.Step{b.Step}, elapsed: b.Elapsed, origins: j.Set.Made(), streamed: true}, b.Mapped.String(), nil
}

// algorithms names how the stages that have weights were computed: "winograd", or "depthwise: direct, pointwise: gemm".
func algorithms(steps []ops.Step) string {
	var parts []string
	for _, s := range steps {
		parts = append(parts, strings.Join(s.Stages, "+")+" "+s.Algorithm)
	}
	if len(parts) == 1 {
		return steps[0].Algorithm
	}
	return strings.Join(parts, ", ")
}

// sayData says where the data had a part in the choice of an algorithm, or had better had.
func (j *job) sayData(steps []ops.Step) {
	for _, s := range steps {
		switch stages := strings.Join(s.Stages, "+"); {
		case s.Data == "":
		case s.Keeps:
			j.sayf("%s by %s, which keeps to the definition: %s", stages, s.Algorithm, s.Data)
		default:
			j.warnf("%s by %s, as asked, whose outputs near such data may be wrong: %s; --algorithm auto keeps to the definition", stages, s.Algorithm, s.Data)
		}
	}
}

// sumUp says on standard error what was done, and prints the statistics.
func sumUp[T tensor.Float](j *job, r result[T]) error {
	count, err := flops.Of(j.set.Result)
	if err != nil {
		return err
	}
	r.elapsed = max(r.elapsed, time.Nanosecond) // a coarse clock may not have moved
	rate := float64(count.Total.FLOPs) / r.elapsed.Seconds() / 1e9
	how := algorithms(r.steps)
	if r.streamed {
		how += " in bands"
	}
	j.summary(r.origins)
	j.sayf("%s %s -> %s in %s, %s, %s: %s, %.3g GFLOP/s", j.set.Layer.Variant, layer.FormatShape(j.set.Input), layer.FormatShape(j.set.Output),
		j.dtype, report.Plural(j.options().Threads, "thread"), how, r.elapsed.Round(time.Microsecond), rate)
	j.sayData(r.steps)
	for i := 0; i < len(r.factors); i += j.set.Output[1] {
		j.sayf("%s", measured.FactorsText(r.factors[i:i+j.set.Output[1]], i/j.set.Output[1], j.set.Output[0]))
	}
	if n := r.inexact; n > 0 {
		j.warnf("values that %s cannot hold exactly: %d", j.dtype, n)
	}
	if !r.streamed {
		if nan, inf := measured.NonFinite(r.output); nan+inf > 0 {
			j.warnf("the output holds %d NaN and %d infinite values of %d", nan, inf, r.output.Len())
		}
	}
	j.sayWritten()
	if !j.stats {
		return nil
	}
	out := measured.Run{
		Variant: j.set.Layer.Variant, Input: j.set.Input, Output: j.set.Output, DType: j.dtype, Algorithm: algorithms(r.steps),
		Threads: j.options().Threads, Seconds: r.elapsed.Seconds(), GFLOPS: rate, Operands: r.origins, Channels: measured.StatsOf(r.output), Factors: r.factors,
	}
	for i, t := range j.targets {
		if i == 0 {
			out.Written = &t.path
			continue
		}
		out.More = append(out.More, t.path)
	}
	return j.print(j.format, out.Document())
}
