package problem

// Finisher is what is still to be done to the outputs of a runner, element by element, while they are in the caches: an
// activation, or a sum with another array.
type Finisher interface {
	// Finish gets elements from..to of the output, which hold what the runner makes of them. Every element is in one call of
	// a run; calls come from all workers, at the same time.
	Finish(from, to int)
}

// Finishable is a runner or a convolution that calls a Finisher as soon as it has written some outputs.
type Finishable interface {
	// FinishBy reports false where it cannot; it is then as before.
	FinishBy(f Finisher) bool
}

// Finishing is a Finishable to embed.
type Finishing struct{ finisher Finisher }

// FinishBy implements Finishable.
func (f *Finishing) FinishBy(g Finisher) bool {
	f.finisher = g
	return true
}

// Done hands over n elements from at on of each of some planes, which are plane elements apart.
func (f *Finishing) Done(at, plane, planes, n int) {
	if f.finisher == nil {
		return
	}
	if n == plane { // one behind the other
		f.finisher.Finish(at, at+planes*n)
		return
	}
	for range planes {
		f.finisher.Finish(at, at+n)
		at += plane
	}
}

// Finishes reports whether there is somebody to hand over to.
func (f *Finishing) Finishes() bool { return f.finisher != nil }

// shifted is a Finisher for a part of an output that begins at base.
type shifted struct {
	Finisher
	base int
}

func (s *shifted) Finish(from, to int) { s.Finisher.Finish(from+s.base, to+s.base) }

// FinishingPart passes a Finisher of a whole output on to one that computes it part by part.
type FinishingPart struct{ part shifted }

// FinishPartBy gives f to the one that computes a part.
func (p *FinishingPart) FinishPartBy(f Finisher, c Finishable) bool {
	p.part.Finisher = f
	return c.FinishBy(&p.part)
}

// BeginPart says where the next part begins.
func (p *FinishingPart) BeginPart(base int) { p.part.base = base }
