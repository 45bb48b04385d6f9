package network

import (
	"slices"
	"strconv"

	"convx/internal/layer"
)

// least is how many layers a list of entries comes to at least, repeats multiplied, so that a file which asks for too many is
// refused before any is made. Repeats that hang on a block's own parameters count once, entries that may be left out not
// at all. known remembers blocks.
func (f *file) least(items []item, own []param, known map[string]int) int {
	total := 0
	for i := range items {
		it := &items[i]
		n := 1
		switch {
		case it.named.when != "":
			continue
		case it.form == "block":
			n = f.leastOf(it.what, known)
		}
		times := f.leastTimes(it.named.repeat, own)
		product, err := layer.Product(n, times)
		if err == nil {
			product, err = layer.Sum(total, product)
		}
		if total = product; err != nil || total > f.limit {
			return f.limit + 1
		}
	}
	return total
}

func (f *file) leastOf(name string, known map[string]int) int {
	if n, ok := known[name]; ok {
		return n
	}
	known[name] = 0 // while it is looked at: a block that contains itself is refused elsewhere
	if b := f.blocks[name]; b != nil {
		known[name] = f.least(b.layers, b.params, known)
	}
	return known[name]
}

// leastTimes is how often an entry repeats; 1 where the block's own parameters decide, 0 where that is no number.
func (f *file) leastTimes(repeat string, own []param) int {
	if repeat == "" {
		return 1
	}
	depends := false
	text, err := substitute(repeat, func(name string) (string, bool) {
		if name == "i" || slices.ContainsFunc(own, func(p param) bool { return p.name == name }) {
			depends = true
			return "1", true
		}
		v, ok := f.global[name]
		return v, ok
	})
	if depends {
		return 1
	}
	times, atoi := strconv.Atoi(text)
	if err != nil || atoi != nil || times < 0 {
		return 0
	}
	return times
}
