package draw

import "testing"

// One frame of an animation, with its text.
func BenchmarkFrame(b *testing.B) {
	r, _ := build(b, "standard", "", Options{Numbers: true})
	f, err := New(r, Options{Numbers: true})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		f.Frame(12).Paint(1)
	}
}
