package main

import (
	"math"
	"math/rand/v2"
)

// scene is everything that a ray can meet.
type scene struct{ hairs *hairs }

const (
	bounces   = 4  // of a path, at most
	catRadius = 14 // of a ball that holds all of the cat but its fur
)

var catMiddle = vec{0, 0, -3}

// meet is what a ray meets first.
func (sc *scene) meet(o, d vec) (s surface, hit bool) {
	s, far, hit := furnishing(o, d, 1e3)
	found, t := sc.hairs.meet(o, d, far, false)
	local, turned := head.into(o), head.turn(d)
	if from, to, ok := within(local, turned, catMiddle, catRadius); ok && from < t {
		if k, met := march(local, turned, from+2e-3, min(to, t), catSolid); met {
			return body(local.along(turned, k)), true
		}
	}
	if found == nil {
		return s, hit
	}
	p := o.along(d, t)
	along := found.b.sub(found.a).unit()
	// The normal of the hair as a cylinder is mixed with that of the skin: fur is seen as a surface, not as wires.
	round := p.sub(found.a.along(along, p.sub(found.a).dot(along))).unit()
	normal := round.scale(0.4).add(found.normal.scale(0.6)).unit()
	return surface{p: p, normal: normal, colour: found.colour, along: along}, true
}

// body is the cat below its fur, at a place in its frame.
func body(p vec) surface {
	_, which := part(p)
	n := slope(p, catSolid)
	s := surface{normal: n, p: head.out(p.along(n, 1e-3))}
	switch q := mirrored(p); which {
	case wetEye:
		s.colour, s.gloss = iris(p, head.into(camera)), 0.045
	case leather:
		bumps := waver(p.scale(14)).scale(0.22)
		s.normal = n.add(bumps.sub(n.scale(bumps.dot(n)))).unit()
		s.colour, s.gloss = pink.scale(1+0.25*clouds(p.scale(6))).mix(soot, 0.9*step(0.1, 0.02, nostril(q))), 0.02
	default:
		s.colour = tabby(p).scale(0.5)
		if opening(q) < 0.12 && q.z > 1.5 {
			s.colour, s.gloss = soot, 0.03
		}
		if _, hollow := ear(q); hollow < 0.05 && q.y > 3.2 {
			s.colour = vec{0.72, 0.42, 0.36}
		}
		if crease(p) < 0.12 {
			s.colour = soot
		}
	}
	s.normal = head.turnBack(s.normal)
	return s
}

// blocked says whether anything is between two points.
func (sc *scene) blocked(p, to vec) bool {
	d := to.sub(p)
	far := d.length()
	d = d.scale(1 / far)
	if found, _ := sc.hairs.meet(p, d, far, true); found != nil {
		return true
	}
	if _, _, hit := furnishing(p, d, far); hit {
		return true
	}
	local, turned := head.into(p), head.turn(d)
	from, reach, ok := within(local, turned, catMiddle, catRadius)
	if !ok {
		return false
	}
	_, met := march(local, turned, from+4e-3, min(reach, far), catSolid)
	return met
}

// light is what comes along a ray: one path, with the window asked for at each of its corners, at the first of them where u and v,
// from 0 to 1, say.
func (sc *scene) light(o, d vec, u, v float64, rng *rand.Rand) (sum vec) {
	weight := vec{1, 1, 1}
	for bounce := range bounces {
		s, hit := sc.meet(o, d)
		if !hit {
			return sum.add(weight.mul(surroundings(d)))
		}
		if bounce == 0 { // seen, but too small to light anything
			sum = sum.add(s.glow)
		}
		start := s.p.along(s.normal, 2e-3)
		if s.gloss > 0 {
			facing := min(max(-d.dot(s.normal), 0), 1)
			coat := s.gloss + (1-s.gloss)*math.Pow(1-facing, 5)*0.6
			sum = sum.add(weight.scale(coat).mul(sc.mirrored(start, d.along(s.normal, -2*d.dot(s.normal)).unit())))
			weight = weight.scale(1 - coat)
		}
		if s.along != (vec{}) {
			start = s.p.along(s.normal, 0.05) // light passes some way through fur
		}
		sum = sum.add(weight.mul(sc.fromWindow(s, start, d, 2*u-1, 2*v-1)))
		u, v = rng.Float64(), rng.Float64()
		weight = weight.mul(s.colour)
		o, d = start, scattered(s.normal, rng)
	}
	return sum
}

// mirrored is what a shiny surface shows along a ray: the window, or the room in half-light.
func (sc *scene) mirrored(o, d vec) vec {
	if s, hit := sc.meet(o, d); hit {
		return s.colour.scale(0.4)
	}
	if w, seen := windowSeen(o, d); seen {
		return w
	}
	return surroundings(d)
}

// fromWindow is the light of a point of the window that a surface sends on.
func (sc *scene) fromWindow(s surface, start, d vec, u, v float64) vec {
	if math.Abs(u) < frameBar || math.Abs(v) < frameBar {
		return vec{}
	}
	at := window.add(windowRight.scale(u)).add(windowUp.scale(v))
	to := at.sub(start)
	far := to.length()
	to = to.scale(1 / far)
	facing := s.normal.dot(to)
	if s.along != (vec{}) {
		facing = max(0, 0.75*facing+0.25)
	}
	if facing <= 0 || sc.blocked(start, at) {
		return vec{}
	}
	area := 4 * windowRight.length() * windowUp.length()
	reach := math.Abs(to.dot(window.unit())) * area / (far * far)
	c := s.colour.scale(facing / math.Pi)
	if s.along != (vec{}) { // a hair's shine: Kajiya and Kay, Rendering Fur with Three Dimensional Textures, 1989
		a, b := s.along.dot(to), s.along.dot(d)
		shine := math.Pow(max(0, math.Sqrt(1-a*a)*math.Sqrt(max(0, 1-b*b))+a*b), 24)
		c = c.scale(math.Sqrt(1 - a*a)).add(vec{1, 1, 1}.scale(0.05 * shine))
	}
	return daylight.mul(c).scale(reach)
}

// scattered is a direction about a normal, more likely the nearer to it: by the cosine.
func scattered(n vec, rng *rand.Rand) vec {
	s, c := math.Sincos(2 * math.Pi * rng.Float64())
	r := rng.Float64()
	u, v := n.across()
	return u.scale(c * math.Sqrt(r)).add(v.scale(s * math.Sqrt(r))).add(n.scale(math.Sqrt(1 - r)))
}
