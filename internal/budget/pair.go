package budget

import (
	"fmt"
	"slices"

	"convx/internal/layer"
)

// Rename is a layer that has another name than in the baseline, and the same kind and counts.
type Rename struct{ Name, Was string }

// pairs puts the layers of a subject beside those of an earlier one: by name, then new ones beside those that are gone and
// count the same, in order. changed are the rest: in the subject's order, then those that are gone.
func pairs(s, before Subject) (changed []Change, renamed []Rename) {
	old := make(map[string]Counts, len(before.Layers))
	for _, l := range before.Layers {
		old[l.Name] = l.Counts
	}
	now := make(map[string]bool, len(s.Layers))
	for _, l := range s.Layers {
		now[l.Name] = true
	}
	gone := map[string][]string{} // names by kind and counts, in order
	for _, l := range before.Layers {
		if !now[l.Name] {
			gone[l.alike()] = append(gone[l.alike()], l.Name)
		}
	}
	paired := map[string]bool{}
	for _, l := range s.Layers {
		was, known := old[l.Name]
		if known {
			if differ(was, l.Counts) {
				changed = append(changed, Change{Name: l.Name, Before: was, After: l.Counts})
			}
			continue
		}
		if names := gone[l.alike()]; len(names) > 0 {
			renamed, gone[l.alike()] = append(renamed, Rename{l.Name, names[0]}), names[1:]
			paired[names[0]] = true
			continue
		}
		changed = append(changed, Change{Name: l.Name, After: l.Counts})
	}
	for _, l := range before.Layers {
		if !now[l.Name] && !paired[l.Name] {
			changed = append(changed, Change{Name: l.Name, Before: l.Counts})
		}
	}
	return changed, renamed
}

// alike is the same text for layers of the same kind and counts.
func (l Layer) alike() string { return fmt.Sprint(l.Kind, l.Counts) }

// doubts say why a baseline may be the wrong one. Its counts are compared all the same.
func doubts(s, before Subject, renamed int) (notes []string) {
	if len(before.Input) > 0 && len(s.Input) > 0 && !slices.Equal(before.Input, s.Input) {
		notes = append(notes, fmt.Sprintf("the baseline was counted on an input of %s, this on %s", layer.FormatShape(before.Input), layer.FormatShape(s.Input)))
	}
	if len(before.Layers) == 0 || len(s.Layers) == 0 {
		return notes
	}
	names := make(map[string]bool, len(before.Layers))
	for _, l := range before.Layers {
		names[l.Name] = true
	}
	common := renamed
	for _, l := range s.Layers {
		if names[l.Name] {
			common++
		}
	}
	switch few := 2*common < len(s.Layers); {
	case few && s.Name != before.Name:
		notes = append(notes, fmt.Sprintf("the baseline counts %s, this is %s: %d of its %d layers are in it", before.Name, s.Name, common, len(s.Layers)))
	case few:
		notes = append(notes, fmt.Sprintf("%d of %d layers are in the baseline: give both counts the same --depth, --by and --top", common, len(s.Layers)))
	}
	return notes
}
