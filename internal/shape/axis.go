package shape

import "math"

// Axis is a receptive field along one axis of the network's input. On a plane without borders, what outputs see repeats: those
// a period apart see the same, jump pixels further on. The outputs of a period are its phases.
type Axis struct {
	lo, hi []int64 // the first and the last pixel that each phase sees; hi < lo: none
	jump   int64   // of a whole period
	// far, in place of these, is the field where numbers or phases are beyond what is kept: the first output's.
	far      *far
	variance float64
	// Whole says that every output sees all of the axis; Unaligned that branches were joined whose windows match in no phase.
	Whole, Unaligned bool
	// local, of what sees all of the axis by a path beside (a gate's), is the field without it: it grows on. nil where no path is left along
	// which positions keep their place.
	local *Axis
}

// far is a field as real numbers: growing as the largest phase does.
type far struct{ size, jump, start float64 }

const (
	maxPhases = 1 << 10
	maxVisits = 1 << 16 // positions that are looked at for the phases of one layer
	maxPixel  = 1 << 30 // of a jump; products of two of them fit
)

// AxisStart is the field of the input itself.
func AxisStart() Axis { return Axis{lo: []int64{0}, hi: []int64{0}, jump: 1} }

// at is what output o sees.
func (a Axis) at(o int64) (lo, hi int64) {
	if len(a.lo) == 1 {
		return a.lo[0] + o*a.jump, a.hi[0] + o*a.jump
	}
	period := floorDiv(o, a.phases())
	phase, shift := o-period*a.phases(), period*a.jump
	return a.lo[phase] + shift, a.hi[phase] + shift
}

func (a Axis) phases() int64 { return int64(len(a.lo)) }

// step is how far apart neighbours are, in pixels.
func (a Axis) step() float64 {
	if a.far != nil {
		return a.far.jump
	}
	return float64(a.jump) / float64(len(a.lo))
}

// Along is the field of outputs that see the positions of r, of which a is the field.
func (a Axis) Along(r Reach) Axis {
	switch {
	case r.all == 0 && r.at == nil:
		return a
	case a.Whole:
		if a.local != nil && r.all == 0 {
			a.local = ptr(a.local.Along(r))
		} else {
			a.local = nil
		}
		return a
	case r.all > 0:
		b := a.Along(Blocks(r.all))
		b.Whole = true
		return b
	}
	b := Axis{variance: a.variance + r.variance*a.step()*a.step(), Unaligned: a.Unaligned}
	if a.far != nil {
		b.far = a.far.along(r)
		return b
	}
	period := a.phases()
	times := period / gcd(period, abs(r.inputs))
	phases, jump := r.outputs*times, a.jump*(r.inputs*times/period)
	if phases > maxPhases || abs(jump) > maxPixel {
		b.far = a.beyond().along(r)
		return b
	}
	b.lo, b.hi, b.jump = make([]int64, phases), make([]int64, phases), jump
	visits := int64(0)
	for o := range phases {
		first, last, step := r.at(o)
		if last < first {
			b.hi[o] = -1
			continue
		}
		// Positions a cycle apart are alike: the least and the greatest lie within the first cycle or the last.
		cycle := period / gcd(period, step) * step
		visits += 2 * min(cycle, last-first) / step
		if visits > maxVisits || last-first > maxPixel {
			b.lo, b.hi, b.far = nil, nil, a.beyond().along(r)
			return b
		}
		b.lo[o], b.hi[o] = a.hull(first, last, step, cycle)
		if max(abs(b.lo[o]), abs(b.hi[o])) > maxPixel<<10 {
			b.lo, b.hi, b.far = nil, nil, a.beyond().along(r)
			return b
		}
	}
	b.shorten()
	return b
}

// hull is the least and the greatest pixel that the positions see.
func (a Axis) hull(first, last, step, cycle int64) (lo, hi int64) {
	lo, hi = 0, -1
	visit := func(i int64) {
		l, h := a.at(i)
		if h < l {
			return
		}
		if hi < lo {
			lo, hi = l, h
		}
		lo, hi = min(lo, l), max(hi, h)
	}
	for i := first; i <= last && i < first+cycle; i += step {
		visit(i)
	}
	for i := last; i > last-cycle && i >= first+cycle; i -= step {
		visit(i)
	}
	return lo, hi
}

// shorten finds the shortest period.
func (a *Axis) shorten() {
	for _, f := range []int64{2, 3, 5, 7, 11, 13} {
		for a.phases()%f == 0 && a.jump%f == 0 {
			n, jump := a.phases()/f, a.jump/f
			for i := n; i < a.phases(); i++ {
				none := a.hi[i] < a.lo[i]
				if none != (a.hi[i-n] < a.lo[i-n]) || !none && (a.lo[i] != a.lo[i-n]+jump || a.hi[i] != a.hi[i-n]+jump) {
					n = 0
					break
				}
			}
			if n == 0 {
				break
			}
			a.lo, a.hi, a.jump = a.lo[:n], a.hi[:n], jump
		}
	}
}

func (a Axis) beyond() far {
	if a.far != nil {
		return *a.far
	}
	size, _ := a.sizes()
	start, _ := a.first()
	return far{size: size, jump: a.step(), start: start}
}

func (f far) along(r Reach) *far {
	grow, start := int64(0), int64(0)
	for o := range min(r.outputs, 64) {
		first, last, _ := r.at(o)
		if grow = max(grow, last-first); o == 0 {
			start = first
		}
	}
	return &far{f.size + float64(grow)*f.jump, f.jump * float64(r.inputs) / float64(r.outputs), f.start + float64(start)*f.jump}
}

// Join is the field of two branches that meet: what either sees. Windows line up at their centres, which one branch's may pass
// from phase to phase and which are at most half a step apart (all that "same" padding of an even extent allows), or, causal
// ones, at their ends; so do those that together are no longer than a step, as parts that
// are packed into channels; and a branch that sees everything with anything.
func (a Axis) Join(b Axis) Axis {
	out := Axis{Whole: a.Whole || b.Whole, Unaligned: a.Unaligned || b.Unaligned}
	if out.Whole {
		out.local = joinLocal(a.besides(), b.besides())
	}
	apart := (a.center() - b.center()) / 2
	out.variance = (a.variance+b.variance)/2 + apart*apart
	if a.far != nil || b.far != nil {
		f, g := a.beyond(), b.beyond()
		start := min(f.start, g.start)
		out.far = &far{max(f.start+f.size, g.start+g.size) - start, f.jump, start}
		return out
	}
	phases := a.phases()
	alike := a.jump*b.phases() == b.jump*a.phases()
	if alike {
		phases = a.phases() / gcd(a.phases(), b.phases()) * b.phases()
	}
	if phases > maxPhases {
		a.far, b.far = ptr(a.beyond()), ptr(b.beyond())
		return a.Join(b)
	}
	out.jump = a.jump * (phases / a.phases())
	aligned, before, behind := false, false, false
	for o := range phases {
		la, ha := a.at(o)
		lb, hb := b.at(o)
		switch {
		case hb < lb:
		case ha < la:
			la, ha = lb, hb
		default:
			before, behind = before || la+ha <= lb+hb, behind || la+ha >= lb+hb
			aligned = aligned || ha == hb || abs(la+ha-lb-hb)*a.phases() <= abs(a.jump)
			la, ha = min(la, lb), max(ha, hb)
			aligned = aligned || (ha-la+1)*a.phases() <= abs(a.jump)
		}
		out.lo, out.hi = append(out.lo, la), append(out.hi, ha)
	}
	out.shorten()
	out.Unaligned = out.Unaligned || !out.Whole && !(alike && (aligned || before && behind))
	return out
}

// besides is the field without paths that see everything; nil if there are no others.
func (a Axis) besides() *Axis {
	if a.Whole {
		return a.local
	}
	return &a
}

func joinLocal(a, b *Axis) *Axis {
	switch {
	case a == nil:
		return b
	case b == nil:
		return a
	}
	return ptr(a.Join(*b))
}

func ptr[T any](v T) *T { return &v }

// sizes is how many pixels the phase sees that sees most, and the one that sees least.
func (a Axis) sizes() (most, least float64) {
	if a.far != nil {
		return a.far.size, a.far.size
	}
	least = math.Inf(1)
	for i := range a.lo {
		n := float64(max(0, a.hi[i]-a.lo[i]+1))
		most, least = max(most, n), min(least, n)
	}
	return most, least
}

// first is where the window of the first output that sees something starts, and its size.
func (a Axis) first() (start, size float64) {
	if a.far != nil {
		return a.far.start, a.far.size
	}
	for i := range a.lo {
		if a.hi[i] >= a.lo[i] {
			return float64(a.lo[i]), float64(a.hi[i] - a.lo[i] + 1)
		}
	}
	return 0, 0
}

// center is the middle of the first output's window.
func (a Axis) center() float64 {
	start, size := a.first()
	return start + (size-1)/2
}

func abs(n int64) int64 { return max(n, -n) }
