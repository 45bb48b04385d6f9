package report

import (
	"bytes"
	"encoding/json"
	"math"
	"testing"
)

func TestJSONKeepsNumbersOnOneLineAndLosesNothing(t *testing.T) {
	v := map[string]any{
		"shape": []int{1, -3, 224}, "one": []float64{1.5}, "none": []int{}, "words": []string{"1", "["},
		"deep": [][]int{{1, 2}, {3}}, "mixed": []any{1, "a", 2}, "text": "[\n1,\n2\n]",
	}
	var got bytes.Buffer
	if err := Write(&got, JSONFormat, Document{JSON: v}); err != nil {
		t.Fatal(err)
	}
	want := `{
  "deep": [
    [1, 2],
    [3]
  ],
  "mixed": [
    1,
    "a",
    2
  ],
  "none": [],
  "one": [1.5],
  "shape": [1, -3, 224],
  "text": "[\n1,\n2\n]",
  "words": [
    "1",
    "["
  ]
}
`
	if got.String() != want {
		t.Errorf("got %s", got.String())
	}
	var back, plain any
	if err := json.Unmarshal(got.Bytes(), &back); err != nil {
		t.Fatal(err)
	}
	raw, _ := json.Marshal(v)
	if err := json.Unmarshal(raw, &plain); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(back)
	b, _ := json.Marshal(plain)
	if !bytes.Equal(a, b) {
		t.Errorf("read back %s, want %s", a, b)
	}
}

func TestFormatsOfOneTable(t *testing.T) {
	d := Document{Blocks: []Block{
		Text{"head"},
		Table{
			Columns: []Column{{Name: "a|b", Key: "key"}, {Name: "MACs", Key: "macs", Right: true}},
			Rows:    [][]Cell{{Str("x|y"), Int(118013952)}, {Str(`say "hi", you`), Int(-1000)}},
			Footer:  []Cell{Str("total"), Int(118012952)},
		},
	}}
	tests := map[Format]string{
		TableFormat:    "head\n\n a|b                   MACs\n────────────────────────────\n x|y            118,013,952\n say \"hi\", you       -1,000\n────────────────────────────\n total          118,012,952\n",
		CSVFormat:      "key,macs\nx|y,118013952\n\"say \"\"hi\"\", you\",-1000\n",
		MarkdownFormat: "head  \n\n| a\\|b          |        MACs |\n|:--------------|------------:|\n| x\\|y          | 118,013,952 |\n| say \"hi\", you |      -1,000 |\n| total         | 118,012,952 |\n",
	}
	for f, want := range tests {
		var got bytes.Buffer
		if err := Write(&got, f, d); err != nil {
			t.Fatal(err)
		}
		if got.String() != want {
			t.Errorf("%s: got\n%s\nwant\n%s", f, got.String(), want)
		}
	}
}

// JSON has no NaN and no infinity.
func TestNumberInJSON(t *testing.T) {
	got, err := json.Marshal(Numbers([]float64{0.1, math.NaN(), math.Inf(1), math.Inf(-1), -3}))
	if want := "[0.1,null,null,null,-3]"; err != nil || string(got) != want {
		t.Errorf("%s, %v, want %s", got, err, want)
	}
	if got, err := json.Marshal(Numbers(nil)); err != nil || string(got) != "null" {
		t.Errorf("nothing is %s, %v", got, err)
	}
}

func TestNumbers(t *testing.T) {
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", -1234567: "-1,234,567", 118013952: "118,013,952"} {
		if got := Group(n); got != want {
			t.Errorf("Group(%d) = %s, want %s", n, got, want)
		}
	}
	for n, want := range map[int]string{0: "0 B", 1023: "1023 B", 1024: "1 KiB", 37632: "36.8 KiB", 1<<20 - 1: "1 MiB", 102228128: "97.5 MiB"} {
		if got := Bytes(n); got != want {
			t.Errorf("Bytes(%d) = %s, want %s", n, got, want)
		}
	}
	for v, want := range map[float64]string{0: "0", 5: "5", 999: "999", 999.9: "1 k", 1234: "1.23 k", 118013952: "118 M", 1.2e9: "1.2 G", 9.2e18: "9.2 E", 0.125: "0.125"} {
		if got := SI(v); got != want {
			t.Errorf("SI(%g) = %s, want %s", v, got, want)
		}
	}
}
