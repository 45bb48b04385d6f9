package array

import (
	"slices"
	"strings"

	"convx/internal/tensor"
)

// einsum multiplies operands from left to right; a label is summed as soon as no later operand and not the output has it.
func einsum[T number](c *Call) {
	e := c.equation()
	value, labels := data[T](c, c.In[0]), e.inputs[0]
	shape := c.In[0].Shape
	for i := range c.In {
		keep := e.keep(i+1, labels)
		if i == 0 {
			if len(c.In) > 1 && slices.Equal(keep, labels) {
				continue
			}
			to, n := e.contract(keep, operand{labels, shape}, operand{})
			sums := make([]T, n)
			sumAlong(&e.nest, sums, value)
			value, labels, shape = sums, keep, to
			continue
		}
		b := c.In[i]
		keep = e.keep(i+1, append(slices.Clone(labels), e.inputs[i]...))
		to, n := e.contract(keep, operand{labels, shape}, operand{e.inputs[i], b.Shape})
		sums := make([]T, n)
		sumProducts(&e.nest, sums, value, data[T](c, b))
		value, labels, shape = sums, keep, to
	}
	out := c.typed(0, e.shapeOf(e.output))
	copy(data[T](c, out), value)
}

func sumAlong[T number](n *nest, out, x []T) {
	n.rows(func(at [operands]int, count int, step [operands]int) {
		for i := range count {
			out[at[0]+i*step[0]] += x[at[1]+i*step[1]]
		}
	})
}

func sumProducts[T number](n *nest, out, a, b []T) {
	n.rows(func(at [operands]int, count int, step [operands]int) {
		if step[0] == 0 {
			sum := out[at[0]]
			for i := range count {
				sum += a[at[1]+i*step[1]] * b[at[2]+i*step[2]]
			}
			out[at[0]] = sum
			return
		}
		for i := range count {
			out[at[0]+i*step[0]] += a[at[1]+i*step[1]] * b[at[2]+i*step[2]]
		}
	})
}

// equation is an Einsum's: labels are letters, and those of the ellipsis negative numbers, counted from its last axis.
type equation struct {
	c      *Call
	inputs [][]int
	output []int
	extent map[int]int
	nest   nest
}

// operand is an array with a label for each axis.
type operand struct{ labels, shape []int }

// equation parses the attribute and takes every label's extent from the operands.
func (c *Call) equation() *equation {
	text := strings.ReplaceAll(get(c, "equation", ""), " ", "")
	left, right, explicit := strings.Cut(text, "->")
	terms := strings.Split(left, ",")
	if len(terms) != len(c.In) {
		c.refusef("equation %q has %d terms for %d inputs", text, len(terms), len(c.In))
	}
	e := &equation{c: c, extent: map[int]int{}}
	counts, dots := map[int]int{}, 0
	for i, term := range terms {
		labels, hidden := e.labels(term, len(c.In[i].Shape))
		dots = max(dots, hidden)
		if len(labels) != len(c.In[i].Shape) {
			c.refusef("term %q for %v", term, c.In[i])
		}
		for axis, label := range labels {
			counts[label]++
			d := c.In[i].Shape[axis]
			if had, ok := e.extent[label]; ok && had != d && had != 1 && d != 1 {
				c.refusef("a label of %q has extents %d and %d", text, had, d)
			} else if !ok || had == 1 {
				e.extent[label] = d
			}
		}
		e.inputs = append(e.inputs, labels)
	}
	if explicit {
		e.output, _ = e.labels(right, strings.Count(right, "")-1-3*strings.Count(right, "...")+dots*strings.Count(right, "..."))
	} else {
		e.output = implicit(counts, dots)
	}
	for i, label := range e.output {
		if _, ok := e.extent[label]; !ok || slices.Contains(e.output[:i], label) {
			c.refusef("equation %q has an output label that is unknown or twice there", text)
		}
	}
	return e
}

// implicit is the ellipsis, then every label that is there once, in alphabetical order.
func implicit(counts map[int]int, dots int) []int {
	var letters, output []int
	for label, n := range counts {
		if label > 0 && n == 1 {
			letters = append(letters, label)
		}
	}
	slices.Sort(letters)
	for i := range dots {
		output = append(output, i-dots)
	}
	return append(output, letters...)
}

// labels of a term for an array of that rank; hidden is how many axes the ellipsis stands for.
func (e *equation) labels(term string, rank int) (labels []int, hidden int) {
	before, after, dots := strings.Cut(term, "...")
	if dots {
		hidden = rank - len(before) - len(after)
		if hidden < 0 {
			e.c.refusef("term %q for %d axes", term, rank)
		}
	}
	for _, r := range before {
		labels = append(labels, e.letter(r))
	}
	for i := range hidden {
		labels = append(labels, i-hidden)
	}
	for _, r := range after {
		labels = append(labels, e.letter(r))
	}
	return labels, hidden
}

func (e *equation) letter(r rune) int {
	if (r < 'a' || r > 'z') && (r < 'A' || r > 'Z') {
		e.c.refusef("equation has %q, expected letters", r)
	}
	return int(r)
}

// keep is the labels that the product must still have once n operands are in it: after the last, the output's.
func (e *equation) keep(n int, labels []int) []int {
	if n == len(e.inputs) {
		return e.output
	}
	var kept []int
	for _, label := range labels {
		later := slices.Contains(e.output, label)
		for _, in := range e.inputs[n:] {
			later = later || slices.Contains(in, label)
		}
		if later && !slices.Contains(kept, label) {
			kept = append(kept, label)
		}
	}
	return kept
}

func (e *equation) shapeOf(labels []int) []int {
	shape := make([]int, len(labels))
	for i, label := range labels {
		shape[i] = e.extent[label]
	}
	return shape
}

// contract makes the nest of the product of a and b with the labels kept: over those, then over those that are summed.
func (e *equation) contract(keep []int, a, b operand) (shape []int, n int) {
	shape = e.shapeOf(keep)
	e.c.afford(tensor.Float64, shape)
	e.nest.reset()
	all := slices.Clone(keep)
	for _, label := range slices.Concat(a.labels, b.labels) {
		if !slices.Contains(all, label) {
			all = append(all, label)
		}
	}
	to := strides(nil, shape)
	for i, label := range all {
		step := [operands]int{0, a.stride(label), b.stride(label)}
		if i < len(keep) {
			step[0] = to[i]
		}
		e.nest.add(e.extent[label], step)
	}
	return shape, sizeOf(shape)
}

// stride along a label: the sum of those of its axes, which is a diagonal where there are several; 0 where it is broadcast.
func (o operand) stride(label int) int {
	total, step := 0, 1
	for axis := len(o.labels) - 1; axis >= 0; axis-- {
		if o.labels[axis] == label && o.shape[axis] != 1 {
			total += step
		}
		step *= o.shape[axis]
	}
	return total
}
