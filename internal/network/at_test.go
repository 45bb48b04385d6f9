package network

import (
	"strings"
	"testing"
)

// A layer is found by its name, or by a glob that only it fits.
func TestAt(t *testing.T) {
	r := named(t, "vgg-16")
	for name, want := range map[string]string{"conv4.pool": "conv4.pool", "conv4.po*": "conv4.pool"} {
		if n, err := r.At(name); err != nil || n.Node.Name != want {
			t.Errorf("%s: %v, %v", name, n, err)
		}
	}
	for name, want := range map[string]string{"conv?.pool": "4 layers match, from conv1.pool to conv4.pool", "conv4.pol": "did you mean conv4.pool?", "nothing": "there is no layer of that name"} {
		if _, err := r.At(name); err == nil || !strings.HasPrefix(err.Error(), name+": ") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
