package main

import "math"

// The room: a table with a checked cloth, an apple, a mug, a wall, and a window behind the camera, to its left.
const (
	tableTop = -4.5
	tableEnd = -15.0
	wall     = -34.0
)

var (
	apple = vec{8.1, tableTop + 1.85, -2}
	mug   = vec{-8.0, tableTop, -7}

	// The window: a middle, half of its width and of its height; four panes.
	window      = vec{-12.5, 17, 25}
	windowRight = vec{25, 0, 12.5}.unit().scale(8)
	windowUp    = window.unit().cross(windowRight.unit()).scale(-9)
	daylight    = vec{1, 0.97, 0.92}.scale(14)
)

const frameBar = 0.09 // of half the window

// surface is what a ray met: what light it sends back at once and what it scatters.
type surface struct {
	p, normal vec
	colour    vec
	gloss     float64 // how much a clear coat reflects straight on
	glow      vec     // the light that it sends out itself
	along     vec     // the direction of a hair, or zero
}

// appleSolid is a ring so thick that its hole closes to two dimples, with five ribs below.
func appleSolid(p vec) float64 {
	r := p.sub(apple)
	side := math.Hypot(r.x, r.z)
	ribs := 0.035 * math.Cos(5*math.Atan2(r.z, r.x)+0.5) * step(-0.5, -1.6, r.y)
	return 0.8 * (math.Hypot(side-0.75, r.y*1.02) - 1.25 - ribs - 0.1*step(-1.5, 1.2, r.y))
}

func stalkSolid(p vec) float64 {
	return rod(p.sub(apple), vec{0, 0.7, 0}, vec{0.35, 2.1, 0.1}, 0.07, 0.12)
}

// mugSolid is a hollow cylinder with a ring for a handle.
func mugSolid(p vec) float64 {
	r := p.sub(mug)
	const tall, radius = 5.4, 2.35
	side := math.Hypot(r.x, r.z)
	outside := max(side-radius, math.Abs(r.y-tall/2)-tall/2)
	inside := max(side-radius+0.22, 0.4-r.y)
	body := cut(outside, inside, 0.15)
	h := r.sub(vec{-radius - 0.1, tall/2 + 0.1, 0})
	handle := math.Hypot(math.Hypot(h.x*1.1, h.y*0.85)-1.35, h.z) - 0.3
	return join(body, max(handle, radius-side), 0.2)
}

// furnishing finds the nearest of the room's things before far.
func furnishing(o, d vec, far float64) (s surface, t float64, hit bool) {
	t = far
	if k := (tableTop - o.y) / d.y; k > 1e-4 && k < t {
		if p := o.along(d, k); p.z > tableEnd {
			s, t, hit = surface{p: p, normal: vec{0, 1, 0}, colour: cloth(p)}, k, true
		}
	}
	if k := (wall - o.z) / d.z; k > 1e-4 && k < t {
		p := o.along(d, k)
		s, t, hit = surface{p: p, normal: vec{0, 0, 1}, colour: plaster(p), glow: lamps(p)}, k, true
	}
	for _, thing := range []struct {
		centre vec
		radius float64
		solid  func(vec) float64
		look   func(vec) (vec, float64)
	}{
		{apple, 2.5, appleSolid, peel},
		{apple, 2.5, stalkSolid, func(vec) (vec, float64) { return vec{0.16, 0.09, 0.04}, 0 }},
		{mug.add(vec{-0.5, 2.7, 0}), 4.6, mugSolid, glaze},
	} {
		from, to, ok := within(o, d, thing.centre, thing.radius)
		if !ok || from > t {
			continue
		}
		if k, met := march(o, d, from+1e-3, min(to, t), thing.solid); met && k < t {
			p := o.along(d, k)
			colour, gloss := thing.look(p)
			s, t, hit = surface{p: p, normal: slope(p, thing.solid), colour: colour, gloss: gloss}, k, true
		}
	}
	return s, t, hit
}

// cloth is woven of white and red threads, four fields to a check: white, two of both, red.
func cloth(p vec) vec {
	const check, threads = 1.5, 12 // the side of a repeat, the threads in it
	turned := vec{0.86*p.x + 0.5*p.z, 0, 0.86*p.z - 0.5*p.x}
	white, red := vec{0.82, 0.80, 0.76}, vec{0.58, 0.06, 0.05}
	band := func(x float64) float64 {
		x /= check
		return step(-0.04, 0.04, math.Abs(x-math.Round(x))-0.25)
	}
	a, b := band(turned.x), band(turned.z)
	u, v := turned.x*threads/check, turned.z*threads/check
	over := math.Sin(math.Pi*u) * math.Sin(math.Pi*v) // which of the two threads is on top
	c := white.mix(red, a+(b-a)*step(-0.5, 0.5, over))
	return c.scale(0.85 + 0.15*math.Abs(math.Sin(math.Pi*u)*math.Sin(math.Pi*v)))
}

// plaster is the wall's colour.
func plaster(p vec) vec { return vec{0.16, 0.29, 0.36}.scale(1 + 0.15*clouds(p.scale(0.12))) }

// lamps are a chain of small lights on the wall, which a lens out of focus makes discs of.
func lamps(p vec) vec {
	const apart = 3.0
	i := math.Round(p.x / apart)
	at := vec{i*apart + 0.5*math.Sin(3*i), 5.9 + 0.02*(p.x-4)*(p.x-4) + 0.4*math.Sin(5*i), wall}
	if p.sub(at).length() > 0.3 {
		return vec{}
	}
	return vec{1, 0.5, 0.16}.scale(5)
}

// peel is green, lighter above and red on one side, with dots.
func peel(p vec) (vec, float64) {
	r := p.sub(apple)
	c := vec{0.20, 0.44, 0.035}.mix(vec{0.55, 0.62, 0.10}, step(-0.8, 1, clouds(r.scale(0.7))+0.3*r.y))
	c = c.mix(vec{0.62, 0.24, 0.06}, 0.55*step(0.5, 1.6, r.x+0.4*noise(r)))
	return c.mix(vec{0.8, 0.8, 0.5}, 0.5*step(0.62, 0.8, noise(r.scale(4)))), 0.05
}

// glaze is white with blue hoops.
func glaze(p vec) (vec, float64) {
	r := p.sub(mug)
	hoop := r.y / 1.25
	blue := step(-0.03, 0.03, 0.24-math.Abs(hoop-math.Round(hoop)))
	if side := math.Hypot(r.x, r.z); side < 2.2 || side > 2.45 { // inside, or the handle
		blue = 0
	}
	return vec{0.80, 0.79, 0.75}.mix(vec{0.035, 0.10, 0.42}, blue), 0.05
}

// surroundings is the light from where there is nothing: a bright ceiling, a dim floor.
func surroundings(d vec) vec {
	up := 0.5 + 0.5*d.y
	return vec{0.12, 0.09, 0.07}.mix(vec{0.36, 0.38, 0.43}, up*up)
}

// windowSeen is what a ray sees of the window, which only shiny things mirror.
func windowSeen(o, d vec) (vec, bool) {
	facing := window.unit()
	k := window.sub(o).dot(facing) / d.dot(facing)
	if k < 0 {
		return vec{}, false
	}
	r := o.along(d, k).sub(window)
	u, v := r.dot(windowRight)/windowRight.dot(windowRight), r.dot(windowUp)/windowUp.dot(windowUp)
	if math.Abs(u) > 1 || math.Abs(v) > 1 {
		return vec{}, false
	}
	if math.Abs(u) < frameBar || math.Abs(v) < frameBar {
		return vec{0.1, 0.1, 0.1}, true
	}
	return daylight, true
}
