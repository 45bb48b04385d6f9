package answer

import (
	"slices"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
)

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

// Variants is the list of them all.
func Variants() report.Document {
	j := []variantJSON{}
	t := report.Table{Columns: []report.Column{{Name: "variant"}, {Name: "is", Key: "summary"}, {Name: "dims"}}}
	for _, v := range layer.Variants() {
		j = append(j, describe(v))
		t.Rows = append(t.Rows, []report.Cell{report.Str(v.Name), report.Str(lang.Text(v.Summary)), report.Str(commas(v.Dims))})
	}
	return report.Document{JSON: j, Blocks: []report.Block{t}}
}

// Variant is what a variant is, and which keys it reads, as flags.
func Variant(v layer.Variant) report.Document {
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
		t.Rows = append(t.Rows, []report.Cell{report.Str(flag), report.Str(k.Type), report.Str(usageFor(v, k.Help()))})
	}
	head := report.Text{v.Name + lang.Text(": ") + lang.Text(v.Summary)}
	foot := report.Text{lang.Sprintf("dimensions: %s", commas(v.Dims)), lang.Sprintf("paper: %s", v.Paper)}
	return report.Document{JSON: d, Blocks: []report.Block{head, t, foot}}
}

// usageFor is what a key's usage says of a variant: "x" of "se, mbconv: x; deform-roi-pool: y" for se.
func usageFor(v layer.Variant, usage string) string {
	var kept []string
	about := true
	for part := range strings.SplitSeq(usage, lang.Text("; ")) {
		if names, said, ok := strings.Cut(part, lang.Text(": ")); ok {
			of := strings.FieldsFunc(names, func(r rune) bool { return strings.ContainsRune(" ,、", r) })
			if !slices.ContainsFunc(of, func(name string) bool { _, known := layer.VariantNamed(name); return !known }) {
				about, part = slices.Contains(of, v.Name), said
			}
		}
		if about {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, lang.Text("; "))
}

func commas(n []int) string {
	return lang.List(strings.Split(layer.FormatShape(n), "x"))
}
