package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/answer/measured"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/report"
	"convx/internal/verify"
)

type verifyOptions struct {
	Streams
	format     report.Format
	identities []verify.Identity
	layers     int
	seed       uint64
	threads    int
	algorithm  string
	accuracy   bool // in place of identities
}

func newVerify(s Streams, run func(context.Context, verifyOptions) error) *cobra.Command {
	o := verifyOptions{Streams: s}
	cmd := &cobra.Command{
		Use: "verify [IDENTITY... | accuracy]",
		Long: `verify computes both sides of each identity between variants on random layers: a depthwise convolution is a
grouped one, a transposed convolution is the adjoint of a standard one, and so on. Data are small integers, so both
sides must be equal; where an algorithm rounds integers too, or a sigmoid is on the way, the allowed difference is
stated. The exit status is 3 if one fails.

verify accuracy measures how far each algorithm is from the definition in float64, on the layers of the built-in suites, against
what is promised.`,
		Example: strings.Trim(`
  convx verify --layers 5
  convx verify separable --algorithm reference
  convx verify accuracy`, "\n"),
		ValidArgsFunction: func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
			return append(identityNames(), accuracy), cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) (err error) {
			if o.layers < 1 {
				return usagef("--layers %d: give a positive number", o.layers)
			}
			if err := checkThreads(o.Streams, o.threads); err != nil {
				return err
			}
			if err := ops.CheckNames(o.algorithm); err != nil {
				return err
			}
			if o.accuracy = slices.Equal(args, []string{accuracy}); o.accuracy {
				for _, other := range []string{"layers", "algorithm"} {
					if c.Flags().Changed(other) {
						return usagef("--%s does not go with verify accuracy: it measures every algorithm on the layers of the suites", other)
					}
				}
				return run(c.Context(), o)
			}
			if o.identities, err = pickIdentities(args); err != nil {
				return err
			}
			return run(c.Context(), o)
		},
	}
	formatVar(cmd, &o.format)
	f := cmd.Flags()
	f.IntVar(&o.layers, "layers", 20, "try each identity on `N` random layers")
	f.Uint64Var(&o.seed, "seed", 0, "`SEED` of the layers and their data")
	f.IntVar(&o.threads, "threads", 0, threadsUsage)
	algorithmVar(cmd, &o.algorithm, "an algorithm to use wherever it accepts: auto, or its `NAME`")
	return cmd
}

func identityNames() []string {
	var names []string
	for _, id := range verify.Identities() {
		names = append(names, id.Name)
	}
	return names
}

// pickIdentities are those that are named, or all.
func pickIdentities(names []string) ([]verify.Identity, error) {
	all := verify.Identities()
	if len(names) == 0 {
		return all, nil
	}
	var picked []verify.Identity
	for _, name := range names {
		i := slices.IndexFunc(all, func(id verify.Identity) bool { return id.Name == name })
		if i < 0 {
			if near := layer.Nearest(name, append(identityNames(), accuracy)); near != "" {
				return nil, usagef("unknown identity %q: did you mean %s?", name, near)
			}
			return nil, usagef("unknown identity %q: identities are %s", name, lang.List(identityNames()))
		}
		picked = append(picked, all[i])
	}
	return picked, nil
}

func runVerify(ctx context.Context, o verifyOptions) error {
	if o.accuracy {
		return runAccuracy(ctx, o)
	}
	results := make([]verify.Result, len(o.identities))
	err := o.attend(ctx, func(stage func(string)) (err error) {
		for i, id := range o.identities {
			stage(lang.Sprintf("checking %d/%d %s", i+1, len(o.identities), id.Name))
			if results[i], err = id.Check(ctx, o.seed, o.layers, ops.Options{Algorithm: o.algorithm, Threads: threadsOf(o.threads)}); err != nil {
				return lang.Errorf("checking %s: %w", id.Name, err)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if err := o.print(o.format, measured.Verify(o.identities, results, o.seed)); err != nil {
		return err
	}
	var failures []string
	for i, r := range results {
		if !r.Holds() {
			failures = append(failures, lang.Sprintf("%s fails: %s", o.identities[i].Name, r.Failed))
		}
	}
	if len(failures) > 0 {
		return overError{fmt.Errorf("%s", strings.Join(failures, "\n"))}
	}
	return nil
}
