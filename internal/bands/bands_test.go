package bands

import (
	"bytes"
	"testing"

	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
)

func jobOf(t *testing.T, variant, bias string, filters ...string) Job {
	t.Helper()
	source, err := operands.OpenSource(operands.Origin{Dims: 2, MaxPixels: picture.DefaultMaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(source.Close)
	s := layer.Spec{Variant: variant, Input: source.Shape, Dims: 2}
	if err := s.Set("bias", bias); err != nil {
		t.Fatal(err)
	}
	set, err := operands.Settle(s, operands.Files{}, filters)
	if err != nil {
		t.Fatal(err)
	}
	return Job{Set: set, Source: source, Options: ops.Options{Algorithm: "auto", Threads: 2}}
}

// Only one filter on each channel, without a bias, goes in bands, and only to a picture of its channels.
func TestFits(t *testing.T) {
	for _, c := range []struct {
		variant, bias string
		filters       []string
		want          bool
	}{
		{"standard", "false", []string{"box"}, true},
		{"depthwise", "false", []string{"sobel-x"}, true},
		{"standard", "true", []string{"box"}, false},
		{"standard", "false", []string{"box", "edge"}, false},
		{"standard", "false", nil, false},
		{"separable", "false", []string{"box"}, false},
		{"transposed", "false", []string{"box"}, false},
		{"standard", "false", []string{"1e31 0 0; 0 0 0; 0 0 0"}, false},
	} {
		if got := jobOf(t, c.variant, c.bias, c.filters...).Fits(); got != c.want {
			t.Errorf("%+v: %t", c, got)
		}
	}
	j := jobOf(t, "standard", "false", "box")
	if j.Map.Channels = []int{0}; j.Fits() {
		t.Error("a channel alone is no picture of all channels")
	}
}

// Bands give the same file for every number of threads, in either mapping, with a survey and without.
func TestThreadsGiveTheSameFile(t *testing.T) {
	for _, filter := range []string{"box", "sobel-x"} {
		var want []byte
		for _, threads := range []int{1, 2, 3} {
			j := jobOf(t, "depthwise", "false", filter)
			j.Options.Threads, j.Map.Depth = threads, 8
			var b bytes.Buffer
			if _, err := Run[float32](t.Context(), j, &b); err != nil {
				t.Fatal(err)
			}
			r, err := picture.NewReader(bytes.NewReader(b.Bytes()), picture.ReadOptions{})
			if err != nil {
				t.Fatal(err)
			}
			p := picture.New(r.Header())
			if n, err := r.ReadRows(p.Pix); err != nil || n != j.Set.Output[2] {
				t.Fatalf("%d rows, %v", n, err)
			}
			if want == nil {
				want = p.Pix
			}
			if !bytes.Equal(p.Pix, want) {
				t.Errorf("%s: %d threads give another picture", filter, threads)
			}
		}
	}
}
