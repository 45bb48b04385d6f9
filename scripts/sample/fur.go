package main

import (
	"math"
	"math/rand/v2"
)

// strand is a piece of a hair in the world, from a to b, with its radii and its colour.
type strand struct {
	a, b   vec
	ra, rb float64
	colour vec
	normal vec // of the skin below, which shades it as fur and not as wire
}

// fur grows so many hairs a square unit, and whiskers. Roots are spread evenly: points drawn in a thin shell about
// the surface are moved onto it.
func fur(density float64, rng *rand.Rand) (strands []strand) {
	const cell, shell = 0.5, 0.06
	for x := -6.5; x < 11; x += cell {
		for y := -5.5; y < 8; y += cell {
			for z := -8.0; z < 6; z += cell {
				corner := vec{x, y, z}
				if math.Abs(pelt(corner.add(vec{cell / 2, cell / 2, cell / 2}))) > cell {
					continue
				}
				want := density * cell * cell * cell / (2 * shell)
				for n := int(want + rng.Float64()); n > 0; n-- {
					p := corner.add(vec{rng.Float64(), rng.Float64(), rng.Float64()}.scale(cell))
					if d := pelt(p); math.Abs(d) < shell {
						n := slope(p, pelt)
						strands = append(strands, hair(p.along(n, -d), n, rng)...)
					}
				}
			}
		}
	}
	return append(strands, whiskers(rng)...)
}

// hair grows from a root: away from the nose, close to the skin, its tip bent down.
func hair(root, normal vec, rng *rand.Rand) []strand {
	q := mirrored(root)
	almond := opening(q)
	if almond < 0.1 && q.z > 1.5 || muzzle(root) < 0.14 || crease(root) < 0.05 || head.out(root).y < tableTop-0.3 {
		return nil
	}
	from := root.sub(vec{0, -1.3, 5.6})
	far := from.length()
	flow := from.unit().add(waver(root.scale(0.9)).scale(0.22)).add(waver(root.scale(3.1)).scale(0.22))
	flow = flow.add(vec{0, -0.45 * step(0, -3, q.y), 0})
	length := 0.14 + 0.55*step(0.8, 5, far) + 0.7*step(5, 9, far) + 0.5*step(2.6, 4.6, q.x)*step(1.2, -1.5, q.y)
	lift, width, colour := 0.42, 0.028, tabby(root)
	if crease(root) < 0.25 || muzzle(root) < 0.35 {
		length, lift = 0.12, 0.2
	}
	if paw(q) < 0.2 {
		flow, length = vec{0, 0.3, 1}, 0.22
	}
	if q.z > 1 && almond < 0.8 { // short and flat round the eye, away from it
		length *= 0.35 + 0.65*step(0.1, 0.8, almond)
		flow = flow.add(q.sub(eye).mul(vec{math.Copysign(1, root.x), 1, 0}).unit().scale(0.5 * step(0.6, 0.1, almond)))
		lift = 0.25
	}
	if e, hollow := ear(q); e < 0.25 && q.y > 3.2 {
		flow, length, lift = vec{0.2 * root.x / q.x, 1, -0.2}, 0.3, 0.3
		if hollow < 0.1 && e < 0.1 {
			colour = colour.mix(cream, 0.5)
			if rng.Float64() > 0.08*step(7, 3.5, q.y)+0.03 {
				return nil
			}
			flow, length, lift = vec{-0.75 * root.x / q.x, 0.65, 0.5}, step(7, 3, q.y)+0.1, 0.4
		}
	}
	flow = flow.sub(normal.scale(flow.dot(normal))).unit()
	flow = flow.add(vec{rng.Float64() - 0.5, rng.Float64() - 0.5, rng.Float64() - 0.5}.scale(0.55)).unit()
	length *= 0.65 + 0.7*rng.Float64()
	width *= 0.7 + 0.6*rng.Float64()

	light := 0.62 + 0.76*rng.Float64()
	const pieces = 4
	dir := flow.scale(math.Cos(lift)).add(normal.scale(math.Sin(lift) + 0.25))
	p := root.along(normal, -0.03)
	strands := make([]strand, 0, pieces)
	for i := range pieces {
		t := float64(i) / pieces
		next := p.along(dir.unit(), length/pieces)
		// Hairs of a tabby are banded: dark at the root, light, and darker again at the tip.
		shade := light * (0.55 + 0.75*step(0, 0.45, t) - 0.35*step(0.6, 1, t))
		strands = append(strands, strand{head.out(p), head.out(next), width * (1 - t*t), width * (1 - (t+0.25)*(t+0.25)), colour.scale(shade), head.turnBack(normal)})
		p, dir = next, dir.add(flow.scale(0.22)).add(vec{0, -0.10, 0}).sub(normal.scale(0.12))
	}
	return strands
}

// whiskers are long, stiff and white: four rows on each side of the mouth, and a few above the eyes.
func whiskers(rng *rand.Rand) (strands []strand) {
	grow := func(root, dir vec, length, droop float64) {
		const pieces = 12
		p, normal := root, vec{0, 0, 1}
		for i := range pieces {
			t := float64(i) / pieces
			next := p.along(dir.unit(), length/pieces)
			r := func(t float64) float64 { return 0.034*(1-t) + 0.008 }
			strands = append(strands, strand{head.out(p), head.out(next), r(t), r(t + 1.0/pieces), vec{0.97, 0.96, 0.93}, head.turnBack(normal)})
			p, dir = next, dir.add(vec{0, -droop / pieces, -0.25 / pieces})
		}
	}
	for _, side := range []float64{-1, 1} {
		for row := range 4 {
			for i := range 3 {
				r, c := float64(row), float64(i)
				root := vec{side * (0.85 + 0.38*c), -2.25 - 0.27*r + 0.05*c, 5.0 - 0.22*c}
				dir := vec{side * (1 + 0.1*c), 0.34 - 0.24*r + 0.16*(rng.Float64()-0.5), 0.5 - 0.25*c}
				grow(root, dir, 4.2+2.8*rng.Float64()+0.5*c, 0.35+0.5*rng.Float64())
			}
		}
		for i := range 3 {
			c := float64(i)
			grow(vec{side * (1.7 + 0.25*c), 2.1, 3.1 - 0.1*c}, vec{side * (0.25 + 0.28*c), 1, 0.55}, 3+rng.Float64(), 0.7)
		}
	}
	return strands
}
