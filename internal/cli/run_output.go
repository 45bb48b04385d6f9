package cli

import (
	"convx/internal/answer"
	"convx/internal/lang"
	"convx/internal/layer"
)

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
		j.sayf("not used: %s", lang.List(j.set.Unused))
	}
}

func (j *job) sayWritten() {
	if len(j.targets) == 0 && !j.stats {
		j.sayf("nothing was written: add -o FILE.png or FILE.npy to keep the result, --stats to see its values")
	}
	for _, t := range j.targets {
		switch {
		case t.Shown != "":
			j.sayf("wrote %q: %s%s", t.Path, t.Shown, j.gridText())
		case t.Path != "-":
			j.sayf("wrote %q", t.Path)
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
			return lang.Sprintf("; no %s grid, for 3 channels are shown in colour: --channel 0,1,2 shows their maps", j.picture.grid)
		}
		return ""
	case m.Channels != nil:
		channels = len(m.Channels)
	}
	if n := batch * channels; m.Cols > n || m.Rows > (n+m.Cols-1)/m.Cols {
		return lang.Sprintf("; %d do not fill %s", n, j.picture.grid)
	}
	return ""
}
