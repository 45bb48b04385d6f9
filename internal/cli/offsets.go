package cli

import "convx/internal/offset"

// parseOffsets reads presets of offsets; random ones are of this seed.
func parseOffsets(texts []string, seed uint64) (list []offset.Preset, err error) {
	for _, text := range texts {
		p, err := offset.Parse(text)
		if err != nil {
			return nil, usagef("--offsets: %w", err)
		}
		p.Seed = seed
		list = append(list, p)
	}
	return list, nil
}
