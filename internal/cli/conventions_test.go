package cli

import (
	"strings"
	"testing"

	"convx/internal/flops"
	"convx/internal/settings"
)

// Every convention can be the default that a setting gives.
func TestSettingsKnowEveryConvention(t *testing.T) {
	key, ok := settings.Named("convention")
	if !ok {
		t.Fatal("there is no setting of the convention")
	}
	for _, c := range flops.Conventions() {
		if err := key.Check(c.Name); err != nil {
			t.Errorf("%s: %v", c.Name, err)
		}
	}
	if err := key.Check("flopth"); err == nil || !strings.Contains(err.Error(), "onnx-tool") {
		t.Errorf("flopth: %v", err)
	}
}
