package network

import (
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"convx/internal/flops"
	"convx/internal/generated"
	"convx/internal/layer"
)

const referenceFile = "../../docs/network-files.md"

// The tables of the reference say what the tables of variants, keys and ops say; -update writes them.
func TestReferenceIsCurrent(t *testing.T) {
	for name, table := range map[string]string{"variants": variantTable(), "keys": keyTable(), "ops": opTable()} {
		generated.Table(t, referenceFile, name, table)
	}
}

// Every form and key that layers share, blocks and documents have is in the reference.
func TestReferenceIsComplete(t *testing.T) {
	data, err := os.ReadFile(referenceFile)
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range slices.Concat(documentKeys, blockKeys, forms, commonKeys, publishedKeys, opNames(), layer.VariantNames()) {
		if !strings.Contains(string(data), "`"+w+"`") {
			t.Errorf("docs/network-files.md does not mention `%s`", w)
		}
	}
}

func tableOf(head string, rows []string) string {
	columns := strings.Count(head, "|") - 1
	return head + "\n" + strings.Repeat("|---", columns) + "|\n" + strings.Join(rows, "\n") + "\n"
}

func quoted(words []string) string { return "`" + strings.Join(words, "`, `") + "`" }

func variantTable() string {
	var rows []string
	for _, v := range layer.Variants() {
		rows = append(rows, fmt.Sprintf("| [`%s`](variants/%s.md) | %s | %s |", v.Name, v.Name, v.Summary, quoted(variantKeys(v))))
	}
	return tableOf("| variant | is | keys |", rows)
}

func keyTable() string {
	var rows []string
	for _, k := range layer.Keys() {
		if k.Name != "dims" && k.Name != "input" {
			rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", k.YAML(), escaped(k.Type), escaped(k.Help())))
		}
	}
	return tableOf("| key | takes | is |", rows)
}

func opTable() string {
	var rows []string
	for _, op := range opKinds() {
		if slices.Contains(flops.Activations(), op.name) {
			continue
		}
		var keys []string
		for _, k := range op.keys {
			about := k.usage
			switch {
			case k.required:
				about += ", required"
			case k.def != "":
				about += " (" + k.def + ")"
			}
			keys = append(keys, "`"+k.name+"`: "+about)
		}
		rows = append(rows, fmt.Sprintf("| `%s` | %s | %s |", op.name, escaped(op.summary), escaped(strings.Join(keys, "; "))))
	}
	rows = append(rows, "| "+quoted(flops.Activations())+" | activations | |")
	return tableOf("| op | is | keys |", rows)
}

var bar = regexp.MustCompile(`\|`)

// escaped is text in a cell of a table.
func escaped(text string) string { return bar.ReplaceAllString(text, `\|`) }
