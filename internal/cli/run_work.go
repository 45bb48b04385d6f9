package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/dustin/go-humanize"

	"convx/internal/flops"
	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/output"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// job is a run whose flags, input and layer are settled: what is left is to compute.
type job struct {
	runOptions
	kind   outputKind
	source *source
	given  operandFiles
	made   map[string]madeOperand
	unused []string
	layer  layer.Layer
	shape  shape.Result
}

// runRun settles everything that can fail cheaply before it reads or computes.
func runRun(ctx context.Context, o runOptions) error {
	j, err := newJob(o)
	if err != nil {
		return err
	}
	defer j.close()
	if o.dtype == "float64" {
		return compute[float64](ctx, j)
	}
	return compute[float32](ctx, j)
}

func newJob(o runOptions) (*job, error) {
	j := &job{runOptions: o}
	if err := j.settle(); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

func (j *job) settle() (err error) {
	if err = j.check(); err != nil {
		return err
	}
	if j.kind, err = j.outputKind(); err != nil {
		return err
	}
	spec, err := j.runOptions.layer.spec(j.variant)
	if err != nil {
		return err
	}
	maxBytes := int64(0)
	if free, known := ops.AvailableMemory(); known {
		maxBytes = int64(free)
	}
	if j.given, err = openOperands(j.weights, maxBytes); err != nil {
		return err
	}
	shapes := j.given.shapes()
	color, err := j.colorOption()
	if err != nil {
		return err
	}
	j.source, err = openSource(inputOptions{
		path: j.input, color: color, maxPixels: j.maxPixels, maxBytes: maxBytes, seed: j.seed,
		dims: spec.Dims, weights: inferDims(shapes), size: spec.Input,
	}, j.In)
	if err != nil {
		return err
	}
	spec.Input, spec.Dims = j.source.shape, j.source.dims
	if err := j.build(spec, shapes); err != nil {
		return err
	}
	return j.checkPicture()
}

// build makes the layer from the flags, the operands' shapes and the filters.
func (j *job) build(spec layer.Spec, shapes map[string][]int) (err error) {
	complete := len(spec.Input) == spec.Dims+2 && !hasZero(spec.Input) // else the build says what is wrong
	if complete {
		inferSpec(&spec, shapes)
		easeDefaults(&spec)
	}
	var filters filterSet
	if len(j.filters) > 0 && complete {
		if filters, err = parseFilters(j.filters, spec); err != nil {
			return err
		}
		if err = filters.apply(&spec, j.given.given); err != nil {
			return err
		}
	}
	if j.layer, err = layer.Build(spec); err != nil {
		return err
	}
	if j.shape, err = shape.Of(j.layer); err != nil {
		return err
	}
	if filters.kernels != nil {
		j.made = filters.operands(j.layer)
	}
	needed, err := ops.Operands(j.layer)
	if err != nil {
		return err
	}
	j.unused, err = checkOperands(j.given, needed, j.layerText())
	return err
}

// checkPicture refuses a picture that cannot be before anything is computed.
func (j *job) checkPicture() error {
	if j.kind != pngOutput {
		return nil
	}
	if _, err := j.picture.mapOptions(j.source.depth()); err != nil {
		return err
	}
	if j.layer.Dims != 2 {
		return usagef("-o %q: a picture has 2 spatial axes and the result %d: write .npy", j.output, j.layer.Dims)
	}
	for _, c := range j.picture.channels {
		if c < 0 || c >= j.shape.Output[1] {
			return usagef("--channel: there is no channel %d: the result has %d, counted from 0", c, j.shape.Output[1])
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
	paths := j.given.paths
	if j.source.path != "" {
		paths = append(paths, j.source.path)
	}
	return paths
}

func (j *job) options() ops.Options {
	return ops.Options{Algorithm: j.algorithm, Threads: j.threads}
}

// result is what a computation gave.
type result[T tensor.Float] struct {
	output   *tensor.Tensor[T]
	operands operandValues[T]
	inexact  int // input elements that T could not hold
	steps    []ops.Step
	elapsed  time.Duration // of the layer alone
	streamed bool          // in bands: there is no output as a whole
}

// compute runs the job in element type T and writes what was asked for.
func compute[T tensor.Float](ctx context.Context, j *job) error {
	streams := j.streamable()
	if err := checkMemory[T](j); err != nil && !streams {
		return err
	}
	var file *output.File
	if j.kind != noOutput {
		var err error
		file, err = output.Create(ctx, j.output, output.Options{Stdout: j.Out, Terminal: j.OutTerminal, Inputs: j.inputPaths()})
		if err != nil {
			return err
		}
		defer file.Abort()
	}
	var r result[T]
	var wrote string
	err := attend(ctx, j.Streams, func(p *progress) (err error) {
		if streams {
			r, wrote, err = stream[T](ctx, j, file, p)
			return err
		}
		if r, err = calculate[T](ctx, j, p); err != nil || file == nil {
			return err
		}
		p.stage("writing " + j.output)
		wrote, err = writeResult(file, j, r.output)
		return err
	})
	if err != nil {
		return err
	}
	if file != nil {
		if err := file.Commit(); err != nil {
			return err
		}
	}
	return sumUp(j, r, wrote)
}

func checkMemory[T tensor.Float](j *job) error {
	m, err := ops.EstimateMemory[T](j.layer, j.options())
	if err != nil {
		return err
	}
	if free, known := ops.AvailableMemory(); known && m.Total() > free {
		return fmt.Errorf("this run needs about %s of memory and %s is free: take a smaller input or fewer channels",
			humanize.IBytes(uint64(m.Total())), humanize.IBytes(uint64(free)))
	}
	return nil
}

// calculate reads the input and the operands and runs the layer.
func calculate[T tensor.Float](ctx context.Context, j *job, p *progress) (r result[T], err error) {
	p.stage("reading")
	x, inexact, err := readSource[T](j.source)
	if err != nil {
		return r, err
	}
	r.inexact = inexact
	if err := ctx.Err(); err != nil {
		return r, err
	}
	if r.operands, err = loadOperands[T](j.layer, j.given, j.made, j.seed); err != nil {
		return r, err
	}
	pipeline, err := ops.PrepareLayer(j.layer, r.operands.tensors, j.options())
	if err != nil {
		return r, err
	}
	r.steps = pipeline.Steps()
	r.output = tensor.New[T](pipeline.Output...)
	p.stage(j.layer.Variant)
	start := time.Now()
	err = pipeline.Run(ctx, r.output, x)
	r.elapsed = time.Since(start)
	return r, err
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

// sumUp says on standard error what was done, and prints the statistics.
func sumUp[T tensor.Float](j *job, r result[T], wrote string) error {
	count, err := flops.Of(j.shape)
	if err != nil {
		return err
	}
	r.elapsed = max(r.elapsed, time.Nanosecond) // a coarse clock may not have moved
	rate := float64(count.Total.FLOPs) / r.elapsed.Seconds() / 1e9
	how := algorithms(r.steps)
	if r.streamed {
		r.operands.origins = []string{"weight " + layer.FormatShape(j.weightShape()) + ": " + j.made["weight"].label}
		how += " in bands"
	}
	j.summary(r.operands.origins)
	j.sayf("%s %s -> %s in %s, %s, %s: %s, %.3g GFLOP/s", j.layer.Variant, layer.FormatShape(j.shape.Input), layer.FormatShape(j.shape.Output),
		j.dtype, threadsText(j.options()), how, r.elapsed.Round(time.Microsecond), rate)
	if n := r.inexact + r.operands.inexact; n > 0 {
		j.warnf("values that %s cannot hold exactly: %d", j.dtype, n)
	}
	if !r.streamed {
		if nan, inf := nonFinite(r.output); nan+inf > 0 {
			j.warnf("the output holds %d NaN and %d infinite values of %d", nan, inf, r.output.Len())
		}
	}
	j.sayWritten(wrote)
	if !j.stats {
		return nil
	}
	out := runJSON{
		Variant: j.layer.Variant, Input: j.shape.Input, Output: j.shape.Output, DType: j.dtype, Algorithm: algorithms(r.steps),
		Threads: threadsOf(j.options()), Seconds: r.elapsed.Seconds(), GFLOPS: rate, Operands: r.operands.origins, Channels: statsOf(r.output),
	}
	if j.output != "" {
		out.Written = &j.output
	}
	return writeStats(j, out)
}
