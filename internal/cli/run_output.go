package cli

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"convx/internal/answer"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// writeResult writes the output as the kind of file that was asked for, and says what a picture shows.
func writeResult[T tensor.Float](w io.Writer, j *job, kind outputKind, out *tensor.Tensor[T]) (shown string, err error) {
	switch kind {
	case npyOutput:
		return "", npy.Write(w, unbatched(j, out))
	case npzOutput:
		return "", npy.WriteArchive(w, map[string]*tensor.Tensor[T]{"output": unbatched(j, out)}, false)
	}
	p, mapped, err := picture.Map(out, j.show)
	if err != nil {
		return "", err
	}
	buffered := bufio.NewWriter(w)
	if err := p.Encode(buffered, picture.WriteOptions{Threads: j.threads}); err != nil {
		return "", err
	}
	return mapped.String(), buffered.Flush()
}

// unbatched drops the batch axis where the input had none. Regions of interest keep theirs: it counts the regions.
func unbatched[T tensor.Float](j *job, out *tensor.Tensor[T]) *tensor.Tensor[T] {
	if v, _ := layer.VariantNamed(j.set.Layer.Variant); j.source.Batched || v.Regions {
		return out
	}
	return out.Reshape(out.Shape[1:]...)
}

// summary says what went in.
func (j *job) summary(origins []string) {
	j.sayf("input %s: %s", layer.FormatShape(j.set.Input), j.source.Label())
	for _, line := range origins {
		j.sayf("%s", line)
	}
	for _, line := range answer.Defaults(j.set.Layer) {
		j.sayf("%s", line)
	}
	if len(j.set.Unused) > 0 {
		j.sayf("not used: %s", strings.Join(j.set.Unused, ", "))
	}
}

func (j *job) sayWritten() {
	if len(j.targets) == 0 && !j.stats {
		j.sayf("nothing was written: add -o FILE.png or FILE.npy to keep the result, --stats to see its values")
	}
	for _, t := range j.targets {
		switch {
		case t.shown != "":
			j.sayf("wrote %q: %s%s", t.path, t.shown, j.gridText())
		case t.path != "-":
			j.sayf("wrote %q", t.path)
		}
	}
}

// gridText says why a grid that was asked for is not what the picture shows.
func (j *job) gridText() string {
	m := j.show
	if m.Rows == 0 {
		return ""
	}
	batch, channels := j.set.Output[0], j.set.Output[1]
	switch {
	case channels == 3 && m.Channels == nil:
		if m.Rows*m.Cols > batch {
			return fmt.Sprintf("; no %s grid, for 3 channels are shown in colour: --channel 0,1,2 shows their maps", j.picture.grid)
		}
		return ""
	case m.Channels != nil:
		channels = len(m.Channels)
	}
	if n := batch * channels; m.Cols > n || m.Rows > (n+m.Cols-1)/m.Cols {
		return fmt.Sprintf("; %d do not fill %s", n, j.picture.grid)
	}
	return ""
}
