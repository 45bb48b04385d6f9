package flops

import (
	"fmt"
	"math/big"
	"math/rand/v2"
	"testing"

	"convx/internal/layer"
	"convx/internal/shape"
)

// TestCountsAreExact holds what is counted of huge layers against integers without end: where an int has 32 bits, too.
func TestCountsAreExact(t *testing.T) {
	r := rand.New(rand.NewPCG(13, 32))
	counted := 0
	for range 500 {
		groups := 1 << r.IntN(6)
		c, o := groups<<r.IntN(14), groups<<r.IntN(14)
		k := 1 + r.IntN(11)
		h, w := k+r.IntN(1<<(4+r.IntN(20))), k+r.IntN(1<<(4+r.IntN(20)))
		s := layer.Spec{Variant: "grouped"}
		for _, kv := range [][2]string{{"input", fmt.Sprintf("%dx%dx%d", c, h, w)}, {"out-channels", fmt.Sprint(o)}, {"kernel", fmt.Sprint(k)}, {"groups", fmt.Sprint(groups)}, {"bias", "false"}} {
			if err := s.Set(kv[0], kv[1]); err != nil {
				t.Fatal(err)
			}
		}
		l, err := layer.Build(s)
		if err != nil {
			continue // what is no group
		}
		out, err := shape.Of(l)
		if err != nil {
			continue
		}
		params := product(o, c/groups, k, k)
		macs := new(big.Int).Mul(params, product(h-k+1, w-k+1))
		got, err := Of(out)
		if fits := macs.IsInt64() && new(big.Int).Lsh(macs, 1).IsInt64(); err != nil {
			if fits {
				t.Errorf("%v: %v, where it is %v MACs", l.Spec, err, macs)
			}
			continue
		}
		counted++
		if params.Cmp(big.NewInt(got.Total.Params)) != 0 || macs.Cmp(big.NewInt(got.Total.MACs)) != 0 {
			t.Errorf("%v: %d params and %d MACs, not %v and %v", l.Spec, got.Total.Params, got.Total.MACs, params, macs)
		}
	}
	if counted < 250 {
		t.Errorf("counted %d of 500 layers", counted)
	}
}

func product(factors ...int) *big.Int {
	p := big.NewInt(1)
	for _, f := range factors {
		p.Mul(p, big.NewInt(int64(f)))
	}
	return p
}
