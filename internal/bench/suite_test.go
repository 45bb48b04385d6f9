package bench

import (
	"slices"
	"strings"
	"testing"

	"convx/configs"
	"convx/internal/layer"
)

func TestBuiltInSuitesAreValid(t *testing.T) {
	names := configs.SuiteNames()
	if !slices.Contains(names, "kinds") {
		t.Fatalf("suites are %v", names)
	}
	for _, name := range names {
		data, _ := configs.Suite(name)
		if _, err := readSuite(name, data); err != nil {
			t.Error(err)
		}
	}
}

// The suite of kinds has a layer of every variant that has numbers of its own.
func TestKindsCoversTheVariants(t *testing.T) {
	data, _ := configs.Suite("kinds")
	entries, err := readSuite("kinds", data)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range layer.VariantNames() {
		if v == "pointwise" || v == "deform-roi-pool" { // standard with kernel 1; a few thousand samples
			continue
		}
		if !slices.ContainsFunc(entries, func(e Entry) bool { return e.Layer.Variant == v }) {
			t.Errorf("configs/suites/kinds.yaml has no layer of %s", v)
		}
	}
}

func TestSuiteKeysAreLayerKeys(t *testing.T) {
	entries, err := readSuite("s", []byte("layers:\n  - {name: a, variant: grouped, input: 4x9x9, kernel: [3, 5], groups: 2, out_channels: 8, bias: false}\n"))
	if err != nil {
		t.Fatal(err)
	}
	l := entries[0].Layer
	if entries[0].Name != "a" || l.Variant != "grouped" || layer.FormatShape(l.Kernel) != "3x5" || l.OutChannels != 8 || !l.NoBias {
		t.Errorf("got %+v", entries[0])
	}
}

// Every fault is reported with its line, all at once.
func TestSuiteFaults(t *testing.T) {
	const suite = `layers:
  - {name: a, variant: standard, input: 3x8x8, kernal: 3}
  - {name: b, variant: standrd, input: 3x8x8}
  - {name: b, variant: standard, input: 3x8x8, out-channels: 4}
  - {variant: standard, input: 3x8x8}
  - {name: c, variant: standard, input: 3x8x8, kernel: 2.7}
  - {name: d, variant: standard, input: 3x5x5, kernel: 7}
  - {name: e, variant: standard, input: 3x8x8, kernel: {a: 1}}
  - 7
  - {name: f, variant: standard, input: 3x8x8, kernel: 3, kernel: 5}
extra: 1
`
	_, err := readSuite("s.yaml", []byte(suite))
	if err == nil {
		t.Fatal("accepted")
	}
	for _, want := range []string{
		`s.yaml:2: unknown key "kernal": did you mean kernel?`,
		`s.yaml:3: b: unknown variant "standrd": did you mean standard?`,
		`s.yaml:4: unknown key "out-channels": did you mean out_channels?`,
		`s.yaml:4: the name "b" is taken`,
		`s.yaml:5: a layer needs a name`,
		`s.yaml:6: kernel: "2.7" is not a whole number`,
		`s.yaml:7: d: H: kernel 7 is larger than the padded input 5`,
		`s.yaml:8: kernel needs one value`,
		`s.yaml:9: a layer is a mapping`,
		`s.yaml:11: unknown key "extra"`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing from\n%v", want, err)
		}
	}
}

func TestBrokenSuites(t *testing.T) {
	for _, text := range []string{"", "layers:", "layers: []", "[1]", "layers: 3", "a: [", strings.Repeat("[", 20000), "\xff"} {
		if _, err := readSuite("s", []byte(text)); err == nil {
			t.Errorf("%.20q was accepted", text)
		}
	}
}

func FuzzSuite(f *testing.F) {
	kinds, _ := configs.Suite("kinds")
	f.Add(kinds[:2000])
	f.Add([]byte("layers: [{name: a, variant: se, input: 16x4x4}]"))
	f.Add([]byte("layers: &a [*a]"))
	f.Fuzz(func(t *testing.T, data []byte) {
		entries, err := readSuite("s", data)
		if err != nil {
			return
		}
		for _, e := range entries {
			if e.Name == "" || len(e.Layer.Stages) == 0 {
				t.Errorf("an entry without name or stages: %+v", e)
			}
		}
	})
}
