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
			j.sayf("wrote %q: %s%s", t.Path, t.Shown, j.show.GridNote(j.set.Output))
		case t.Path != "-":
			j.sayf("wrote %q", t.Path)
		}
	}
}
