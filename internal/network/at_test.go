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

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"*", "layer1.0.conv", true}, {"layer?.0.*", "layer1.0.conv", true}, {"layer?", "layer10", false},
		{"*conv*", "/a/conv1/Conv", true}, {"a*b*c", "aXbYbZc", true}, {"a*b*c", "aXbYbZ", false}, {"", "a", false}, {"[a]", "a", false}, {"fire?/*", "fire2/expand1x1/Conv", true}, {"é?", "éß", true},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 10000), false},
	} {
		if got := Matches(c.pattern, c.name); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.name, got)
		}
	}
}
