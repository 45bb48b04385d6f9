package main

import "math"

// The cat's own frame: x to the viewer's right, y up, z out of its face, one unit about a centimetre. What it has twice is
// described once, for x above 0.
var (
	head = tilted(vec{0.1, 0.45, 0}, 15, 2, -5)

	eye      = vec{2.05, 0.3, 2.3} // the middle of an eyeball
	eyeAxis  = vec{0.28, 0.02, 1}.unit()
	eyeUp    = vec{-0.16, 1, 0}.sub(eyeAxis.scale(vec{-0.16, 1, 0}.dot(eyeAxis))).unit() // leaning: its outer corner is higher
	eyeRight = eyeUp.cross(eyeAxis)

	nose = vec{0, -1.72, 5.2}
)

const (
	eyeball = 1.4
	lid     = 1.52 // radius of the lids
)

func mirrored(p vec) vec { return vec{math.Abs(p.x), p.y, p.z} }

// opening is how far a point is outside the almond between the lids, seen along the eye's axis.
func opening(q vec) float64 {
	const wide, high = 1.1, 0.88
	const radius = (wide*wide + high*high) / (2 * high)
	r := q.sub(eye)
	u, v := r.dot(eyeRight), math.Abs(r.dot(eyeUp))
	return max(math.Hypot(u, v+radius-high)-radius, -r.dot(eyeAxis))
}

// ear is a half-cone, and what is taken out of its front.
func ear(q vec) (solid, hollow float64) {
	const tall, base = 4.3, 2.15
	r := q.sub(vec{2.95, 2.7, -0.7})
	up, side, front := vec{0.36, 1, -0.06}.unit(), vec{1, -0.36, -0.35}.unit(), vec{0.34, 0, 1}.unit()
	h, u, w := r.dot(up), r.dot(side), r.dot(front)
	narrow := math.Pow(min(max(1-h/tall, 0), 1), 0.72)
	cone := func(width, depth, shift float64) float64 {
		width, depth = max(width*narrow, 0.02), max(depth*narrow, 0.02)
		return (math.Hypot(u/width, (w-shift)/depth) - 1) * min(width, depth)
	}
	outside := max(cone(base, 1.5, 0), h-tall, -h-1)
	hollow = 0.7 * max(cone(base-0.22, 1.5, 0.75*narrow), -h)
	return max(0.7*outside, -hollow), hollow
}

// paw is a forepaw on the table, with its toes.
func paw(q vec) float64 {
	r := q.sub(vec{3.0, -4.25, 3.4})
	toes := join(ball(r, vec{-0.62, -0.12, 0.75}, 0.46), join(ball(r, vec{0, -0.08, 0.98}, 0.5), ball(r, vec{0.62, -0.12, 0.75}, 0.46), 0.1), 0.1)
	return join(ellipsoid(r.sub(vec{0, 0, -0.8}), vec{1.1, 0.8, 2}), toes, 0.3)
}

// pelt is the solid that fur grows on.
func pelt(p vec) float64 {
	q := mirrored(p)
	d := ellipsoid(q.sub(vec{0, 0.7, -0.6}), vec{4.2, 3.7, 4.1})
	d = join(d, ellipsoid(q.sub(vec{2.5, -1.4, 0.8}), vec{2.3, 1.9, 2.2}), 1)
	d = join(d, rod(q, vec{0, 1.4, 2.7}, vec{0, -1.5, 4.5}, 1.15, 0.72), 0.9)
	d = join(d, ellipsoid(q.sub(vec{0.88, -2.65, 3.85}), vec{1.2, 0.88, 1.25}), 0.35)
	d = join(d, ball(q, vec{0, -3.5, 3.45}, 0.95), 0.3)
	d = join(d, ball(q, vec{1.95, 1.75, 2.1}, 1.15), 0.9)
	e, _ := ear(q)
	d = join(d, e, 0.5)
	d = join(d, ellipsoid(p.sub(vec{4.5, -3.9, -8.4}), vec{6.2, 5.6, 6.3}), 0.8)
	d = join(d, paw(q), 0.25)
	d = join(d, ball(q, eye, lid), 0.35)
	return cut(d, opening(q), 0.12)
}

// muzzle is the nose's leather, with nostrils.
func muzzle(p vec) float64 {
	q := mirrored(p)
	r := q.sub(nose)
	d := ellipsoid(vec{r.x, r.y - 0.1, r.z}, vec{0.7 - 0.32*step(0.15, -0.4, r.y), 0.45, 0.42})
	return cut(d, nostril(q), 0.06)
}

// nostril is what is taken out of the nose on each side.
func nostril(q vec) float64 {
	return rod(q, nose.add(vec{0.22, -0.1, 0.42}), nose.add(vec{0.5, 0.04, 0.26}), 0.09, 0.06)
}

// crease is the line under the nose and of the mouth.
func crease(p vec) float64 {
	q := mirrored(p)
	return min(rod(q, vec{0, -2.1, 5.0}, vec{0, -2.85, 4.65}, 0.08, 0.08),
		rod(q, vec{0, -2.85, 4.65}, vec{0.65, -3.42, 4.55}, 0.09, 0.09),
		rod(q, vec{0.65, -3.42, 4.55}, vec{1.6, -3.2, 3.9}, 0.09, 0.05))
}

// The parts of the cat that are no hair.
const (
	skin = iota
	leather
	wetEye
)

// part is the nearest of them.
func part(p vec) (d float64, which int) {
	d = cut(pelt(p), crease(p), 0.1)
	if m := muzzle(p); m < d {
		d, which = m, leather
	}
	if e := ball(mirrored(p), eye, eyeball); e < d {
		d, which = e, wetEye
	}
	return d, which
}

// catSolid is all of it, below the hair.
func catSolid(p vec) float64 { d, _ := part(p); return d }

var (
	brown  = vec{0.22, 0.135, 0.075}
	tawny  = vec{0.44, 0.285, 0.15}
	ginger = vec{0.46, 0.21, 0.075}
	cream  = vec{0.70, 0.61, 0.49}
	soot   = vec{0.028, 0.02, 0.015}
	pink   = vec{0.66, 0.30, 0.26}
)

// tabby is the colour of the fur at a place: light round the eyes and the mouth, ginger along the nose, dark stripes that meet
// in an M on the forehead and sweep back over the cheeks.
func tabby(p vec) vec {
	p = p.add(waver(p.scale(0.8)).scale(0.22)).add(waver(p.scale(2.6)).scale(0.07))
	q := mirrored(p)
	c := brown.mix(tawny, step(-0.8, 0.9, clouds(p.scale(1.1))+0.3))
	c = c.mix(ginger, 0.75*step(1.5, 0.4, q.x)*step(2.2, 0.2, math.Abs(q.y+0.2))*step(1, 3, q.z))

	band := func(x, width float64) float64 { // dark where x is near a whole number
		x -= math.Round(x)
		return step(width, width*0.35, math.Abs(x))
	}
	forehead := step(0.9, 1.7, q.y) * step(-4.5, -2, q.z) * step(4.2, 3.4, q.x)
	stripes := forehead * band((q.x-0.05)/(0.72+0.14*q.y)+0.5, 0.3)
	cheek := step(2.7, 3.5, q.x) * step(1.6, 0.9, q.y) * step(-5, -4, q.y)
	stripes = max(stripes, cheek*band((q.y+0.42*(q.x-3)+0.1)/1.25, 0.3))
	back := step(-2.5, -4, q.z)
	stripes = max(stripes*(1-back), back*band((q.z+0.5*q.y)/1.7, 0.34))
	c = c.mix(soot, 0.9*stripes)

	r := q.sub(eye)
	u, v := r.dot(eyeRight), r.dot(eyeUp)
	ring := math.Hypot(u/1.3, v/1.15)
	if q.z > 0 {
		c = c.mix(cream, 0.75*step(1.6, 1.15, ring))
		// A line runs back from the outer corner of the eye.
		c = c.mix(soot, 0.9*step(0.22, 0.02, math.Abs(math.Atan2(v+0.5, u-0.6)+0.12))*step(0.9, 1.2, ring)*step(2.6, 1.7, ring))
		c = c.mix(soot, 0.95*step(0.2, 0.1, opening(q)))
		// The tear line runs from the inner corner along the nose.
		c = c.mix(soot, 0.7*step(0.28, 0.06, rod(q, vec{1.15, -0.35, 3.2}, vec{0.75, -1.3, 4.4}, 0, 0)))
	}
	white := step(2.1, 1.3, vec{q.x * 0.95, (q.y + 2.9) * 1.15, (q.z - 4.2) * 0.8}.length())
	white = max(white, step(0.6, 0.2, paw(q)))
	white = max(white, step(-2.9, -3.9, q.y)*step(-3.5, -1, q.z))
	c = c.mix(cream.scale(1.1), white)
	c = c.mix(soot, 0.8*step(0.2, 0.08, crease(p)))
	// Dark dots where the whiskers grow, in rows.
	if white > 0.3 && q.x > 0.45 && q.z > 3 {
		row := (q.y + 2.75 - 0.12*q.x) / 0.36
		nearest := math.Round(row)
		column := (q.x + 0.12*nearest) / 0.42
		if math.Abs(nearest) <= 1 && q.x < 1.8 {
			c = c.mix(brown, 0.65*step(0.36, 0.16, math.Hypot(row-nearest, column-math.Round(column))))
		}
	}
	return c
}

// iris is the colour of an eye where its surface is met: a slit of a pupil, fibres that run out from it, a dark rim.
func iris(p, towards vec) vec {
	centre := eye
	if p.x < 0 {
		centre.x = -centre.x
	}
	axis := eyeAxis
	axis.x = math.Copysign(axis.x, p.x)
	axis = axis.mix(towards.sub(centre).unit(), 0.4).unit()
	r := p.sub(centre)
	right := vec{0, 1, 0}.cross(axis).unit()
	u, v := r.dot(right), r.dot(axis.cross(right))
	radius, angle := math.Hypot(u, v), math.Atan2(v, u)
	pupil := math.Hypot(u/0.4, v/0.78)
	fibres := noise(vec{8 * math.Cos(angle), 8 * math.Sin(angle), radius * 1.2})*0.6 + noise(vec{19 * math.Cos(angle), 19 * math.Sin(angle), radius * 2})*0.4
	c := vec{0.62, 0.66, 0.16}.mix(vec{0.30, 0.50, 0.13}, step(0.45, 1.1, radius+0.12*fibres))
	c = c.mix(vec{0.72, 0.52, 0.13}, 0.6*step(1.9, 1.0, pupil))
	c = c.scale(1 + 0.35*fibres)
	c = c.mix(vec{0.03, 0.035, 0.02}, step(0.9, 1.15, radius)).scale(0.75 + 0.25*step(0.8, -0.2, v))
	return c.mix(vec{0.004, 0.004, 0.005}, step(1.06, 0.94, pupil))
}
