package cli

import (
	"github.com/spf13/cobra"

	"convx/internal/answer"
	"convx/internal/network"
)

// trainingFlags ask for a step of training in place of an inference.
type trainingFlags struct {
	on        bool
	optimizer string
}

func (t *trainingFlags) register(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&t.on, "training", false, "count a step of training: backward MACs, saved activations, gradients, what the optimiser keeps")
	var names []string
	for _, o := range network.Optimizers() {
		names = append(names, o.Name)
	}
	enumVar(cmd, &t.optimizer, "optimizer", "", "with --training: what trains the weights", names...)
}

// settle keeps flags of inference from training.
func (t *trainingFlags) settle(c *cobra.Command, o *flopsOptions) error {
	if !t.on {
		if c.Flags().Changed("optimizer") {
			return usagef("--optimizer %s is for --training", t.optimizer)
		}
		return nil
	}
	for _, name := range []string{"budget", "baseline", "device", "depth", "by", "sort", "convention", "explain", "fps", "output", "batch-file"} {
		if c.Flags().Changed(name) {
			return usagef("--training counts a step by itself: it goes without --%s", name)
		}
	}
	return nil
}

// runFlopsTraining counts a step of training, of a network or of a layer inside of one: only a network's first layers need no
// gradient by their input.
func runFlopsTraining(o flopsOptions) error {
	r, inner, err := o.trained()
	if err != nil {
		return err
	}
	optimizer, _ := network.OptimizerNamed(o.training.optimizer)
	t, err := network.Train(r, optimizer, inner)
	if err != nil {
		return err
	}
	d, err := answer.Training(r, t, optimizer, o.view.Top)
	if err != nil {
		return err
	}
	return o.print(o.format, d)
}

func (o flopsOptions) trained() (r *network.Result, inner bool, err error) {
	if len(o.net.names) == 0 {
		r, err = network.OfSpec(o.spec, network.Options{Types: o.types.types()})
		return r, true, err
	}
	if r, err = o.net.one(); err != nil {
		return nil, false, err
	}
	r, _, err = o.swaps.apply(r)
	return r, false, err
}
