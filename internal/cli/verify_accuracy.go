package cli

import (
	"context"

	"convx/internal/answer/measured"
	"convx/internal/bench"
	"convx/internal/lang"
	"convx/internal/verify"
)

// accuracy is what verify is asked for beside the identities.
const accuracy = "accuracy"

// accuracySuites are the layers that errors are measured on.
var accuracySuites = []string{"kinds", "zoo"}

// runAccuracy measures how far each algorithm is from the definition on the layers of the built-in suites.
func runAccuracy(ctx context.Context, o verifyOptions) error {
	subjects, err := accuracySubjects()
	if err != nil {
		return err
	}
	var all []verify.Accuracy
	err = o.attend(ctx, func(stage func(string)) (err error) {
		done := 0
		all, err = verify.MeasureAccuracy(ctx, subjects, o.seed, threadsOf(o.threads), func(name string) {
			done++
			stage(lang.Sprintf("measuring %d/%d %s", done, len(subjects), name))
		})
		return err
	})
	if err != nil {
		return err
	}
	if err := o.print(o.format, measured.Accuracy(all, len(subjects), o.seed)); err != nil {
		return err
	}
	for _, a := range all {
		if !a.Holds() {
			return overError{lang.Errorf("%s of %s is further off than is promised, on %s", a.Algorithm, a.Kind, a.At)}
		}
	}
	return nil
}

func accuracySubjects() ([]verify.Subject, error) {
	var subjects []verify.Subject
	for _, suite := range accuracySuites {
		entries, err := bench.OpenSuite(suite)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			subjects = append(subjects, verify.Subject{Name: e.Name, Layer: e.Layer})
		}
	}
	return subjects, nil
}
