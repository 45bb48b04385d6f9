package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/layer"
	"convx/internal/report"
)

type variantsOptions struct {
	Streams
	format report.Format
	name   string // empty lists them all
}

func newVariants(s Streams, run func(variantsOptions) error) *cobra.Command {
	o := variantsOptions{Streams: s}
	cmd := &cobra.Command{
		Use:   "variants [VARIANT]",
		Short: "List the variants, or say what one is and which flags it reads",
		Example: strings.Trim(`
  convx variants
  convx variants separable`, "\n"),
		Args:              argsUpTo(1),
		ValidArgsFunction: completeVariants,
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) > 0 {
				o.name = args[0]
			}
			return run(o)
		},
	}
	formatVar(cmd, &o.format)
	return cmd
}

type variantJSON struct {
	Name    string   `json:"name"`
	Summary string   `json:"summary"`
	Dims    []int    `json:"dims"`
	Keys    []string `json:"keys"`
	Paper   string   `json:"paper"`
}

func describe(v layer.Variant) variantJSON {
	return variantJSON{v.Name, v.Summary, v.Dims, slices.Concat([]string{"dims", "input"}, v.Keys, []string{"bias"}), v.Paper}
}

func runVariants(o variantsOptions) error {
	if o.name != "" {
		v, ok := layer.VariantNamed(o.name)
		if !ok {
			_, err := layer.Build(layer.Spec{Variant: o.name}) // explains
			return err
		}
		return o.print(o.format, variantPage(v))
	}
	j := []variantJSON{}
	t := report.Table{Columns: []report.Column{{Name: "variant"}, {Name: "is", Key: "summary"}, {Name: "dims"}}}
	for _, v := range layer.Variants() {
		j = append(j, describe(v))
		t.Rows = append(t.Rows, []report.Cell{report.Str(v.Name), report.Str(v.Summary), report.Str(commas(v.Dims))})
	}
	return o.print(o.format, report.Document{JSON: j, Blocks: []report.Block{t}})
}

func variantPage(v layer.Variant) report.Document {
	d := describe(v)
	t := report.Table{Columns: []report.Column{{Name: "flag"}, {Name: "takes"}, {Name: "what it says", Key: "usage"}}}
	for _, k := range layer.Keys() {
		if !v.Has(k.Name) {
			continue
		}
		flag := "--" + k.Name
		if k.Short != "" {
			flag = "-" + k.Short + ", " + flag
		}
		usage := k.Usage
		if before, after, ok := strings.Cut(usage, ": "); ok && strings.Contains(before, v.Name) {
			usage = after // "separable: …" on separable's own page
		}
		t.Rows = append(t.Rows, []report.Cell{report.Str(flag), report.Str(k.Type), report.Str(usage)})
	}
	head := report.Text{v.Name + ": " + v.Summary}
	foot := report.Text{"dimensions: " + commas(v.Dims), "paper: " + v.Paper}
	return report.Document{JSON: d, Blocks: []report.Block{head, t, foot}}
}

func commas(n []int) string {
	return strings.ReplaceAll(layer.FormatShape(n), "x", ", ")
}
