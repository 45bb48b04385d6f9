package main

import "math"

// hash is a number in [0, 1) for a point of the integer lattice.
func hash(x, y, z int64) float64 {
	h := uint64(x)*0x9E3779B97F4A7C15 ^ uint64(y)*0xC2B2AE3D27D4EB4F ^ uint64(z)*0x165667B19E3779F9
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	h *= 0xD6E8FEB86659FD93
	h ^= h >> 32
	return float64(h>>11) / (1 << 53)
}

// noise is smooth, in [-1, 1], with features about one unit large: hashed lattice values, blended.
func noise(p vec) float64 {
	x, y, z := math.Floor(p.x), math.Floor(p.y), math.Floor(p.z)
	i, j, k := int64(x), int64(y), int64(z)
	fade := func(t float64) float64 { return t * t * (3 - 2*t) }
	u, v, w := fade(p.x-x), fade(p.y-y), fade(p.z-z)
	row := func(dj, dk int64) float64 {
		a, b := hash(i, j+dj, k+dk), hash(i+1, j+dj, k+dk)
		return a + u*(b-a)
	}
	plane := func(dk int64) float64 {
		a, b := row(0, dk), row(1, dk)
		return a + v*(b-a)
	}
	a, b := plane(0), plane(1)
	return 2*(a+w*(b-a)) - 1
}

// clouds adds noise of three sizes, each half as large and half as strong as the one before.
func clouds(p vec) float64 {
	return noise(p) + noise(p.scale(2.03))/2 + noise(p.scale(4.1))/4
}

// waver is noise in three directions.
func waver(p vec) vec {
	return vec{noise(p), noise(p.add(vec{31.4, 7.1, 2.7})), noise(p.add(vec{-5.3, 19.9, 41.2}))}
}
