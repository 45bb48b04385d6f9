package network

import (
	"strings"
	"testing"
)

// A layer is found by its name, else by the tensor that it makes, else by a glob that only it fits.
func TestAt(t *testing.T) {
	r := named(t, "vgg-16")
	first := r.Counted()[0].Node // its tensor goes by the name of a later layer
	first.Tensor, r.Counted()[1].Node.Tensor = "conv4.pool", "made"
	for name, want := range map[string]string{"conv4.pool": "conv4.pool", "conv3.po*": "conv3.pool", "made": r.Counted()[1].Node.Name} {
		if n, err := r.At(name); err != nil || n.Node.Name != want {
			t.Errorf("%s: %v, %v", name, n, err)
		}
	}
	for name, want := range map[string]string{"conv?.pool": "5 layers match, from " + first.Name + " to conv4.pool", "conv4.pol": "did you mean conv4.pool?", "nothing": "there is no layer of that name"} {
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
