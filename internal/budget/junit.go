package budget

import (
	"encoding/xml"
	"io"
)

// The JUnit schema that CI servers agree on.
type (
	suitesXML struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Suites   []suiteXML `xml:"testsuite"`
	}
	suiteXML struct {
		Name     string    `xml:"name,attr"`
		Tests    int       `xml:"tests,attr"`
		Failures int       `xml:"failures,attr"`
		Errors   int       `xml:"errors,attr"`
		Skipped  int       `xml:"skipped,attr"`
		Time     string    `xml:"time,attr"`
		Cases    []caseXML `xml:"testcase"`
	}
	caseXML struct {
		Class   string      `xml:"classname,attr"`
		Name    string      `xml:"name,attr"`
		File    string      `xml:"file,attr,omitempty"`
		Time    string      `xml:"time,attr"`
		Failure *failureXML `xml:"failure"`
		Skipped *skippedXML `xml:"skipped"`
		Output  string      `xml:"system-out,omitempty"`
	}
	failureXML struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr"`
		Text    string `xml:",chardata"`
	}
	skippedXML struct {
		Message string `xml:"message,attr"`
	}
)

// WriteJUnit prints the checks as a test suite: a test per limit. Notes are tests that were skipped.
func WriteJUnit(w io.Writer, s Subject, checks []Check, notes []string) error {
	suite := suiteXML{Name: "convx " + s.Name, Tests: len(checks) + len(notes), Skipped: len(notes), Time: "0"}
	for _, c := range checks {
		t := caseXML{Class: s.Name, Name: c.Name, File: s.File, Time: "0"}
		if v := c.Verdict(); v != Holds {
			kind := "over-budget"
			switch {
			case v == Undecided:
				kind = "undecided"
			case c.Baseline:
				kind = "regression"
			}
			t.Failure = &failureXML{Message: c.String(), Type: kind, Text: c.line()}
			suite.Failures++
		} else {
			t.Output = c.String()
		}
		suite.Cases = append(suite.Cases, t)
	}
	for _, n := range notes {
		suite.Cases = append(suite.Cases, caseXML{Class: s.Name, Name: "note", Time: "0", Skipped: &skippedXML{n}})
	}
	doc, err := xml.MarshalIndent(suitesXML{Tests: suite.Tests, Failures: suite.Failures, Suites: []suiteXML{suite}}, "", "  ")
	if err != nil {
		return err
	}
	_, err = w.Write(append([]byte(xml.Header), append(doc, '\n')...))
	return err
}
