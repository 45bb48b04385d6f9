package budget

import (
	"encoding/xml"

	"convx/internal/report"
)

// The JUnit schema that CI servers agree on.
type (
	suitesXML struct {
		XMLName  xml.Name   `xml:"testsuites"`
		Tests    int        `xml:"tests,attr"`
		Failures int        `xml:"failures,attr"`
		Errors   int        `xml:"errors,attr"`
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
		Error   *failureXML `xml:"error"`
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

// suiteOf is the checks as a test suite: a test per limit, under a name that does not depend on what was measured. Notes are
// tests that were skipped.
func suiteOf(s Subject, checks []Check, notes []string) suiteXML {
	s.Name = report.Printable(s.Name) // names from files hold what XML cannot
	suite := suiteXML{Name: "convx " + s.Name, Tests: len(checks) + len(notes), Skipped: len(notes), Time: "0"}
	for _, c := range checks {
		t := caseXML{Class: s.Name, Name: c.rule(), File: s.File, Time: "0"}
		switch v := c.Verdict(); {
		case v == Holds || v == Warned || v == Noisy:
			t.Output = report.Printable(c.String())
		default:
			kind := "over-budget"
			switch {
			case v == Undecided:
				kind = "undecided"
			case c.Baseline:
				kind = "regression"
			}
			t.Failure = &failureXML{Message: report.Printable(c.String()), Type: kind, Text: report.Printable(c.line())}
			suite.Failures++
		}
		suite.Cases = append(suite.Cases, t)
	}
	for _, n := range notes {
		suite.Cases = append(suite.Cases, caseXML{Class: s.Name, Name: "note", Time: "0", Skipped: &skippedXML{n}})
	}
	return suite
}
