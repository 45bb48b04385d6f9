package main

import "math"

// Solids are signed distances: below 0 inside. Those of ellipsoids are estimates, which marching allows for.

func ellipsoid(p, radii vec) float64 {
	q := vec{p.x / radii.x, p.y / radii.y, p.z / radii.z}
	r := vec{q.x / radii.x, q.y / radii.y, q.z / radii.z}
	k := q.length()
	return k * (k - 1) / max(r.length(), 1e-9)
}

func ball(p, centre vec, radius float64) float64 { return p.sub(centre).length() - radius }

// rod goes from a to b, from radius ra to rb.
func rod(p, a, b vec, ra, rb float64) float64 {
	along := b.sub(a)
	t := min(max(p.sub(a).dot(along)/along.dot(along), 0), 1)
	return p.sub(a.along(along, t)).length() - ra - t*(rb-ra)
}

// join is the union of two solids, its crease filled over a width of k; cut takes away b with a rounded edge.
func join(a, b, k float64) float64 {
	h := max(k-math.Abs(a-b), 0) / k
	return min(a, b) - h*h*k/4
}

func cut(a, b, k float64) float64 { return -join(-a, b, k) }

// march follows a ray until it meets a solid, between from and to.
func march(o, d vec, from, to float64, solid func(vec) float64) (t float64, hit bool) {
	t = from
	for range 160 {
		s := solid(o.along(d, t))
		if s < 4e-4*max(1, t/20) {
			return t, true
		}
		if t += 0.8 * s; t > to {
			break
		}
	}
	return t, false
}

// slope is the unit normal of a solid's surface.
func slope(p vec, solid func(vec) float64) vec {
	const h = 2e-3
	return vec{
		solid(vec{p.x + h, p.y, p.z}) - solid(vec{p.x - h, p.y, p.z}),
		solid(vec{p.x, p.y + h, p.z}) - solid(vec{p.x, p.y - h, p.z}),
		solid(vec{p.x, p.y, p.z + h}) - solid(vec{p.x, p.y, p.z - h}),
	}.unit()
}

// within is where a ray is inside a ball.
func within(o, d, centre vec, radius float64) (from, to float64, ok bool) {
	m := centre.sub(o)
	b := m.dot(d)
	q := radius*radius - m.dot(m) + b*b
	if q < 0 || b+math.Sqrt(q) < 0 {
		return 0, 0, false
	}
	return max(b-math.Sqrt(q), 0), b + math.Sqrt(q), true
}
