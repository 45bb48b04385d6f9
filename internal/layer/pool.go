package layer

import "convx/internal/lang"

func maxPool(s *Spec) ([]Stage, error)     { return pool(s, MaxPool) }
func averagePool(s *Spec) ([]Stage, error) { return pool(s, AveragePool) }

// pool: the maximum or the average of each window of each channel. Channels stay apart, and there are no weights.
func pool(s *Spec, f PoolFunc) ([]Stage, error) {
	p, err := s.Pooling(f)
	if err != nil {
		return nil, err
	}
	for i, pad := range s.Padding.Pairs {
		window := s.Dilation[i]*(s.Kernel[i]-1) + 1
		if most := window / 2; max(pad.Begin, pad.End) > most {
			return nil, Errorf("padding %d on %s is more than half of the window of %d", max(pad.Begin, pad.End), AxisNames(s.Dims)[i], window).
				Hint(lang.Sprintf("at most %d keeps every window on the input", most))
		}
	}
	return []Stage{{Name: "pool", Op: p, Inputs: []string{Input}}}, nil
}

// Pooling fills in and checks the keys of a pool: kernel 2, a stride of the kernel, no padding.
func (s *Spec) Pooling(f PoolFunc) (Pool, error) {
	if err := s.perAxis("kernel", &s.Kernel, 2); err != nil {
		return Pool{}, err
	}
	if len(s.Stride) == 0 {
		s.Stride = s.Kernel
	}
	w, err := s.window(2, 1)
	return Pool{Window: w, Func: f, CeilMode: s.Ceil, CountPadding: !s.DropPadding}, err
}
