package onnx

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// The page lists every operator that has a rule, and no other.
func TestThePageListsTheOperators(t *testing.T) {
	page, err := os.ReadFile("../../../docs/onnx.md")
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{"If": true, "Scan": true, "Where": true}
	for _, table := range append(slices.Clone(tables.Get()), microsoftRules.Get()) {
		for op := range table {
			known[op] = true
		}
	}
	for op := range binaries.Get() {
		known[op] = true
	}
	named := map[string]bool{}
	rows := regexp.MustCompile(`(?m)^\| ([^|]*) \|`).FindAllSubmatch(page, -1)
	for _, row := range rows {
		for _, word := range regexp.MustCompile(`\b[A-Z]\w+`).FindAllString(string(row[1]), -1) {
			named[word] = true
		}
	}
	delete(named, "ONNX")
	for op := range known {
		if !named[op] {
			t.Errorf("docs/onnx.md does not say what becomes of %s", op)
		}
	}
	for op := range named {
		if !known[op] {
			t.Errorf("docs/onnx.md names %s, which has no rule", op)
		}
	}
}
