package cli

import (
	"context"
	"slices"
	"strings"
	"time"

	"convx/internal/answer/measured"
	"convx/internal/apply"
	"convx/internal/drawing"
	"convx/internal/flops"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/results"
	"convx/internal/tensor"
)

// job is a run whose flags, input and layer are settled: what is left is to compute.
type job struct {
	runOptions
	targets results.Targets
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
	if j.targets, err = j.layerTargets(); err != nil {
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
	from := j.origin(j.input, j.In)
	from.As, from.Seed, from.Dims, from.WeightDims, from.Size = j.element(), j.seed, spec.Dims, layer.DimsOf(j.given.Shapes()), spec.Input
	if j.feed.scale != "" {
		if from.Range, err = operands.ParseRange(j.feed.scale); err != nil {
			return err
		}
	}
	if j.source, err = operands.OpenSource(from); err != nil {
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

// layerTargets are the files of the output, and refuses flags that have no use with them.
func (o runOptions) layerTargets() (results.Targets, error) {
	if err := checkOutputs(o.outputs); err != nil {
		return nil, err
	}
	all, err := results.ForLayer(o.outputs)
	switch {
	case err != nil:
		return nil, err
	case o.stats && slices.Contains(o.outputs, "-"):
		return nil, usagef("--stats and -o - would both write to standard output: name a file with -o")
	case len(o.picture.given) > 0 && all.Picture() == nil:
		return nil, usagef("--%s is for pictures: write one with -o FILE.png", o.picture.given[0])
	}
	return all, nil
}

// checkPicture refuses a picture that cannot be before anything is computed.
func (j *job) checkPicture() (err error) {
	shown := j.targets.Picture()
	if shown == nil {
		return nil
	}
	if j.show, err = j.picture.mapOptions(j.source.Depth()); err != nil {
		return err
	}
	if dims := j.set.Layer.Dims; dims != 2 {
		return usagef("-o %q: a picture has 2 spatial axes and the result %d: write .npy", shown.Path, dims)
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

// compute runs the job in element type T and writes what was asked for.
func compute[T tensor.Float](ctx context.Context, j *job) error {
	work := apply.Job{Set: j.set, Source: j.source, Seed: j.seed, Options: j.options(), Show: j.show}
	streams := len(j.targets) == 1 && j.targets.Picture() != nil && !j.stats && j.feed.scale == "" && j.picture.look.For == drawing.Page && work.Banded()
	if err := apply.Fits[T](work); err != nil && !streams {
		return err
	}
	files, err := j.targets.Create(ctx, j.outputOptions(j.inputPaths()))
	if err != nil {
		return err
	}
	defer files.Abort()
	var r apply.Result[T]
	err = j.attend(ctx, func(stage func(string)) (err error) {
		if streams {
			stage(j.variant)
			r, err = apply.InBands[T](ctx, work, j.targets[0].File)
			j.targets[0].Shown = r.Shown
			return err
		}
		if r, err = apply.Whole[T](ctx, work, stage); err != nil {
			return err
		}
		j.show.Noise = r.Noise
		return results.Layer[T]{Output: r.Output, Show: j.show, Look: j.picture.look, Batched: j.batched(), Threads: j.threads}.Write(j.targets, stage)
	})
	if err != nil {
		return err
	}
	if err := files.Commit(); err != nil {
		return err
	}
	return sumUp(j, r)
}

// batched: arrays keep their batch axis where the input had one. Regions of interest keep theirs: it counts the regions.
func (j *job) batched() bool {
	v, _ := layer.VariantNamed(j.set.Layer.Variant)
	return j.source.Batched || v.Regions
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
func sumUp[T tensor.Float](j *job, r apply.Result[T]) error {
	count, err := flops.Of(j.set.Result)
	if err != nil {
		return err
	}
	streamed := r.Output == nil
	r.Elapsed = max(r.Elapsed, time.Nanosecond) // a coarse clock may not have moved
	rate := float64(count.Total.FLOPs) / r.Elapsed.Seconds() / 1e9
	how := r.Algorithms()
	if streamed {
		how += lang.Text(" in bands")
	}
	j.summary(r.Origins)
	j.sayf("%s %s -> %s in %s, %s, %s: %s, %.3g GFLOP/s", j.set.Layer.Variant, layer.FormatShape(j.set.Input), layer.FormatShape(j.set.Output),
		j.dtype, lang.Plural(j.options().Threads, "thread"), how, r.Elapsed.Round(time.Microsecond), rate)
	j.sayData(r.Steps)
	for i := 0; i < len(r.Factors); i += j.set.Output[1] {
		j.sayf("%s", measured.FactorsText(r.Factors[i:i+j.set.Output[1]], i/j.set.Output[1], j.set.Output[0]))
	}
	if n := r.Inexact; n > 0 {
		j.warnf("values that %s cannot hold exactly: %d", j.dtype, n)
	}
	if !streamed {
		if nan, inf := measured.NonFinite(r.Output); nan+inf > 0 {
			j.warnf("the output holds %d NaN and %d infinite values of %d", nan, inf, r.Output.Len())
		}
	}
	j.sayWritten()
	if !j.stats {
		return nil
	}
	out := measured.Run{
		Variant: j.set.Layer.Variant, Input: j.set.Input, Output: j.set.Output, DType: j.dtype, Algorithm: r.Algorithms(),
		Threads: j.options().Threads, Seconds: r.Elapsed.Seconds(), GFLOPS: rate, Operands: r.Origins, Channels: measured.StatsOf(r.Output), Factors: r.Factors,
	}
	if paths := j.targets.Paths(); len(paths) > 0 {
		out.Written, out.More = &paths[0], paths[1:]
	}
	return j.print(j.format, out.Document())
}
