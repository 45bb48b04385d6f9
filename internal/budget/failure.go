package budget

import (
	"strings"

	"convx/internal/lang"
)

// Error is limits that were passed: a line each. The command line exits with 3.
type Error struct{ Checks []Check }

func (e *Error) Error() string {
	lines := make([]string, len(e.Checks))
	for i, c := range e.Checks {
		lines[i] = c.line()
	}
	return strings.Join(lines, "\n")
}

// line names the failure in front.
func (c Check) line() string {
	switch {
	case c.Verdict() == Undecided:
		return lang.Sprintf("undecided: %s", c)
	case c.Baseline:
		return lang.Sprintf("regression: %s", c)
	}
	return lang.Sprintf("over budget: %s", c)
}

// Failed is an *Error with the checks that failed, or nil.
func Failed(checks []Check) error {
	if over := With(checks, Over); len(over) > 0 {
		return &Error{Checks: over}
	}
	return nil
}

// Open is an error that names the limits which are undecided, or nil; uncounted is what the counts lack.
func Open(checks []Check, uncounted string) error {
	open := With(checks, Undecided)
	if len(open) == 0 {
		return nil
	}
	limits := make([]string, len(open))
	for i, c := range open {
		limits[i] = c.Name
	}
	return lang.Errorf("undecided: %s: not counted is %s; --allow-uncounted decides by what is counted", lang.List(limits), uncounted)
}
