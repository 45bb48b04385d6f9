package main

import "math"

// vec is a point, a direction or a colour (linear light: red, green, blue).
type vec struct{ x, y, z float64 }

func (a vec) add(b vec) vec              { return vec{a.x + b.x, a.y + b.y, a.z + b.z} }
func (a vec) sub(b vec) vec              { return vec{a.x - b.x, a.y - b.y, a.z - b.z} }
func (a vec) mul(b vec) vec              { return vec{a.x * b.x, a.y * b.y, a.z * b.z} }
func (a vec) scale(s float64) vec        { return vec{a.x * s, a.y * s, a.z * s} }
func (a vec) dot(b vec) float64          { return a.x*b.x + a.y*b.y + a.z*b.z }
func (a vec) length() float64            { return math.Sqrt(a.dot(a)) }
func (a vec) unit() vec                  { return a.scale(1 / a.length()) }
func (a vec) along(d vec, t float64) vec { return vec{a.x + t*d.x, a.y + t*d.y, a.z + t*d.z} }

func (a vec) cross(b vec) vec {
	return vec{a.y*b.z - a.z*b.y, a.z*b.x - a.x*b.z, a.x*b.y - a.y*b.x}
}

// mix goes from a to b as t goes from 0 to 1.
func (a vec) mix(b vec, t float64) vec { return a.scale(1 - t).add(b.scale(t)) }

// across are two directions that make a right-handed frame with the unit direction n.
func (n vec) across() (u, v vec) {
	other := vec{0, 1, 0}
	if math.Abs(n.y) > 0.9 {
		other = vec{1, 0, 0}
	}
	u = other.cross(n).unit()
	return u, n.cross(u)
}

// frame is a place and three unit directions there.
type frame struct{ origin, x, y, z vec }

func (f frame) into(p vec) vec     { return f.turn(p.sub(f.origin)) }
func (f frame) turn(d vec) vec     { return vec{d.dot(f.x), d.dot(f.y), d.dot(f.z)} }
func (f frame) out(p vec) vec      { return f.origin.add(f.turnBack(p)) }
func (f frame) turnBack(d vec) vec { return f.x.scale(d.x).add(f.y.scale(d.y)).add(f.z.scale(d.z)) }

// tilted is a frame turned about its own y axis, then x, then z, in degrees.
func tilted(origin vec, yaw, pitch, roll float64) frame {
	turn := func(a, b vec, degrees float64) (vec, vec) {
		s, c := math.Sincos(degrees * math.Pi / 180)
		return a.scale(c).add(b.scale(s)), b.scale(c).sub(a.scale(s))
	}
	f := frame{origin, vec{1, 0, 0}, vec{0, 1, 0}, vec{0, 0, 1}}
	f.z, f.x = turn(f.z, f.x, yaw)
	f.y, f.z = turn(f.y, f.z, pitch)
	f.x, f.y = turn(f.x, f.y, roll)
	return f
}

// step rises smoothly from 0 at from to 1 at to.
func step(from, to, x float64) float64 {
	t := min(max((x-from)/(to-from), 0), 1)
	return t * t * (3 - 2*t)
}
