package cli

import (
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/feed"
	"convx/internal/lang"
	"convx/internal/operands"
)

// feedFlags say how a picture becomes the input of a network.
type feedFlags struct {
	fit, preprocess string
	mean, std       []float64
	channels        string
	scale           string // LO:HI; run's layers read it too
	given           []string
}

// feedFlagNames are those that register adds, in the order of their mention in errors.
var feedFlagNames = []string{"preprocess", "fit", "mean", "std", "range", "channels"}

// register adds them; what --range is for differs, since layers may read it too.
func (n *feedFlags) register(cmd *cobra.Command, scaled string) {
	f := cmd.Flags()
	enumVar(cmd, &n.fit, "fit", "", "with --net: bring a picture to the network's size by", feed.Fits()...)
	enumVar(cmd, &n.preprocess, "preprocess", "", "with --net: how a picture's samples become numbers", append([]string{"auto"}, feed.PreprocessNames()...)...)
	f.Float64SliceVar(&n.mean, "mean", nil, "with --net: take this off the samples, one `NUMBER` or one for each channel")
	f.Float64SliceVar(&n.std, "std", nil, "with --net: divide by this, one `NUMBER` or one for each channel")
	f.Lookup("mean").DefValue, f.Lookup("std").DefValue = "", "" // not []
	enumVar(cmd, &n.channels, "channels", "", "with --net: give the network a picture's channels as", "auto", "rgb", "bgr", "gray")
	f.StringVar(&n.scale, "range", "", lang.Sprintf("%s to `LO:HI`, like -1:1", lang.Text(scaled)))
}

// note notes which of the flags were set.
func (n *feedFlags) note(c *cobra.Command) {
	for _, name := range feedFlagNames {
		if c.Flags().Changed(name) {
			n.given = append(n.given, "--"+name)
		}
	}
}

// as is how they ask for a preprocessing.
func (n *feedFlags) as() operands.PreprocessAs {
	return operands.PreprocessAs{Name: n.preprocess, Range: n.scale, Mean: n.mean, Std: n.std, Channels: n.channels, Fit: n.fit, Given: n.given}
}

// refuse is an error for the first of these flags that is set: what is for networks without one, what is for layers with one.
func refuse(c *cobra.Command, why string, names ...string) error {
	for _, name := range names {
		if c.Flags().Changed(name) {
			return usagef("--%s %s", name, lang.Text(why))
		}
	}
	return nil
}

// checkNetWeights refuses what is no file of all of a network's weights.
func checkNetWeights(arg string) error {
	if name, _, named := strings.Cut(arg, "="); named && !strings.ContainsAny(name, `/\`) {
		return usagef("-w %s: a network takes one file of all its weights, -w FILE.safetensors or .npz", arg)
	}
	return nil
}
