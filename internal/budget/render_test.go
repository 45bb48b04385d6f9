package budget

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// hostile is a subject whose names want to end a line, a property or an attribute.
func hostile() (Subject, []Check) {
	s := small()
	s.Name, s.File = "net: a,b\n::error::x", "dir/a,b.yaml"
	s.Layers[0].Name = "<stem>\r\n\"&\x01"
	checks, _ := Budget{Limits: []Limit{{Quantity: MACs, Most: Amount{Count: 1}}, {Quantity: Params, Most: Amount{Count: 5000}}}}.Check(s)
	return s, checks
}

func TestGitHub(t *testing.T) {
	s, checks := hostile()
	var b bytes.Buffer
	if err := WriteGitHub(&b, s, checks, []string{"100% sure"}); err != nil {
		t.Fatal(err)
	}
	want := "::error file=dir/a%2Cb.yaml,title=convx net%3A a%2Cb\\n%3A%3Aerror%3A%3Ax%3A max-macs::max-macs: 2,000 MACs, 1 allowed, 1,999 over (199900%25); " +
		"most in <stem>\\r\\n\"&\\x01 900 (45.0%25), block.0 600 (30.0%25), block.1 500 (25.0%25)\n" +
		"::notice file=dir/a%2Cb.yaml,title=convx net%3A a%2Cb\\n%3A%3Aerror%3A%3Ax%3A max-params::max-params: 1,000 params, 5,000 allowed, 4,000 left\n" +
		"::warning file=dir/a%2Cb.yaml,title=convx net%3A a%2Cb\\n%3A%3Aerror%3A%3Ax%3A budget::100%25 sure\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestJUnit(t *testing.T) {
	s, checks := hostile()
	var b bytes.Buffer
	all := Report{Parts: []Held{{Outcome: Outcome{Subject: s, Checks: checks, Notes: []string{"a note"}}}}}
	if err := all.writeJUnit(&b); err != nil {
		t.Fatal(err)
	}
	var doc suitesXML
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if doc.Tests != 3 || doc.Failures != 1 || doc.Suites[0].Skipped != 1 || len(doc.Suites[0].Cases) != 3 {
		t.Errorf("%+v", doc)
	}
	first := doc.Suites[0].Cases[0]
	if first.Name != "max-macs" || first.Failure == nil || first.Failure.Type != "over-budget" || !strings.Contains(first.Failure.Message, "1,999 over") {
		t.Errorf("%+v", first)
	}
	if second := doc.Suites[0].Cases[1]; second.Failure != nil || !strings.Contains(second.Output, "4,000 left") {
		t.Errorf("%+v", second)
	}
}

// Whatever the names, an annotation is one line, and XML is well-formed.
func TestRenderersKeepTheirForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := small()
		s.Name, s.File, s.Layers[0].Name = rapid.String().Draw(t, "name"), rapid.String().Draw(t, "file"), rapid.String().Draw(t, "layer")
		checks, _ := Budget{Limits: []Limit{{Quantity: MACs, Most: Amount{Count: int64(rapid.IntRange(0, 4000).Draw(t, "most"))}}}}.Check(s)
		var b bytes.Buffer
		WriteGitHub(&b, s, checks, nil)
		if lines := strings.Split(b.String(), "\n"); len(lines) != 2 || strings.ContainsRune(b.String(), '\r') {
			t.Fatalf("%q", b.String())
		}
		b.Reset()
		Report{Parts: []Held{{Outcome: Outcome{Subject: s, Checks: checks}}}}.writeJUnit(&b)
		dec := xml.NewDecoder(&b)
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}
