package cli

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/lang"
	"convx/internal/report"
	"convx/internal/sample"
)

type sampleOptions struct {
	Streams
	name   string
	output string
	format report.Format
}

func newSample(s Streams, run func(context.Context, sampleOptions) error) *cobra.Command {
	o := sampleOptions{Streams: s}
	cmd := &cobra.Command{
		Use: "sample [NAME] -o FILE.png",
		Long: `sample writes a picture that convx carries, to try the other commands on: a cat, rendered like a photograph, a drawing, a
page of text, a test chart. Without -o it lists them.`,
		Example: strings.Trim(`
  convx sample
  convx sample -o photo.png
  convx sample chart -o chart.png`, "\n"),
		Args: argsUpTo(1),
		ValidArgsFunction: func(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
			var names []string
			for _, s := range sample.All() {
				names = append(names, s.Name+"\t"+lang.Text(s.Summary))
			}
			return names[:len(names)*(1-min(1, len(args)))], cobra.ShellCompDirectiveNoFileComp
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.name = firstArg(args)
			return run(c.Context(), o)
		},
	}
	formatVar(cmd, &o.format)
	cmd.Flags().StringVarP(&o.output, "output", "o", "", "write the picture to `FILE.png`")
	return cmd
}

func runSample(ctx context.Context, o sampleOptions) error {
	all := sample.All()
	chosen := all[0]
	if o.name != "" {
		var err error
		if chosen, err = sample.Named(o.name); err != nil {
			return usageError{err}
		}
	}
	if o.output == "" {
		if o.name != "" {
			return usagef("no file given: sample writes %s to -o FILE.png", o.name)
		}
		return o.print(o.format, sample.Document(all))
	}
	if !strings.HasSuffix(strings.ToLower(o.output), ".png") {
		return usagef("-o %q: a sample is written as .png", o.output)
	}
	data, err := chosen.PNG()
	if err != nil {
		return err
	}
	err = writeFile(ctx, o.Streams, o.output, nil, func(w io.Writer) error {
		_, err := w.Write(data)
		return err
	})
	if err == nil {
		o.sayf("wrote %q: %s", o.output, lang.Text(chosen.Summary))
	}
	return err
}
