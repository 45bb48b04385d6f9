package layer

import "testing"

// Every convolution has one name: one row says that it is its own.
func TestConvolutionsHaveOneName(t *testing.T) {
	for _, kernel := range []int{1, 3} {
		for _, dilation := range []int{1, 2} {
			for _, groups := range []int{0, 1, 2, 8} {
				c := Conv{Window: Window{Kernel: []int{1, kernel}, Dilation: []int{dilation, 1}}, OutChannels: 8, Groups: groups}
				var names []string
				for _, v := range Variants() {
					if v.is != nil && v.is(c, 8) {
						names = append(names, v.Name)
					}
				}
				if len(names) != 1 || NameOf(c, 8) != names[0] {
					t.Errorf("kernel %d, dilation %d, groups %d: %v, and NameOf says %s", kernel, dilation, groups, names, NameOf(c, 8))
				}
			}
		}
	}
}

// An entry that goes through dilations changes its name, and back.
func TestWithDilation(t *testing.T) {
	for _, c := range []struct {
		was      string
		dilation []int
		groups   int
		want     string
	}{
		{"standard", []int{2}, 0, "dilated"}, {"standard", []int{1}, 0, "standard"}, {"standard", nil, 0, "standard"}, {"standard", []int{1, 2}, 2, "standard"},
		{"dilated", []int{1}, 1, "standard"}, {"dilated", []int{1}, 4, "grouped"}, {"dilated", nil, 0, "dilated"}, {"dilated", []int{3}, 4, "dilated"},
		{"pointwise", []int{2}, 0, "pointwise"}, {"grouped", []int{2}, 2, "grouped"}, {"max-pool", []int{2}, 0, "max-pool"},
	} {
		v, _ := VariantNamed(c.was)
		if got := v.WithDilation(c.dilation, c.groups).Name; got != c.want {
			t.Errorf("%s with dilation %v and %d groups is %s, want %s", c.was, c.dilation, c.groups, got, c.want)
		}
	}
}
