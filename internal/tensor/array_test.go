package tensor

import (
	"math"
	"testing"
)

func TestArrayOfEveryElement(t *testing.T) {
	for _, e := range Elems() {
		a, err := NewArray(e, 2, 3)
		if err != nil {
			t.Fatal(err)
		}
		if a.Len() != 6 || a.Bytes() != 6*e.Size() || a.Clone().String() != e.String()+" 2x3" {
			t.Errorf("%v: %d elements, %d bytes, %v", e, a.Len(), a.Bytes(), a)
		}
		if e.IsFloat() == (e.IsInteger() || e == Bool || e == String) {
			t.Errorf("%v is of two kinds or none", e)
		}
	}
	for _, shape := range [][]int{{-1}, {math.MaxInt, 2}, {1 << 30, 1 << 30, 1 << 30}} {
		if _, err := NewArray(String, shape...); err == nil {
			t.Errorf("shape %v was accepted", shape)
		}
	}
	if _, err := NewArray(Invalid, 1); err == nil {
		t.Error("an array of nothing was made")
	}
}

func TestArraySharesWhatItWraps(t *testing.T) {
	x := Of([]float32{1, 2, 3, 4}, 2, 2)
	a := FromTensor(x)
	view, clone := a.View(4), a.Clone()
	Data[float32](a)[1] = 7
	if x.Data[1] != 7 || Data[float32](view)[1] != 7 || Data[float32](clone)[1] != 2 {
		t.Errorf("got %v, view %v, clone %v", x.Data, Data[float32](view), Data[float32](clone))
	}
	if back, ok := ToTensor[float32](a); !ok || &back.Data[0] != &x.Data[0] {
		t.Error("the tensor is a copy")
	}
	if _, ok := ToTensor[float64](a); ok {
		t.Error("float32 was taken for float64")
	}
}

// TestHalvesAgreeWithSearch rounds values between every two neighbours, and at their middle, as the definition does: to the
// nearer one, to the even one of a tie.
func TestHalvesAgreeWithSearch(t *testing.T) {
	check := func(name string, round func(float64) uint16, value func(uint16) float32, last uint16) {
		for h := uint16(0); h < last; h++ {
			lo, hi := float64(value(h)), float64(value(h+1))
			if h+1 == last { // the step that would follow the largest finite number
				hi = lo + lo - float64(value(h-1))
			}
			middle, even := (lo+hi)/2, h+h&1
			for _, c := range []struct {
				v    float64
				want uint16
			}{{lo, h}, {math.Nextafter(middle, 0), h}, {middle, even}, {math.Nextafter(middle, hi), h + 1}} {
				if got := round(c.v); got != c.want {
					t.Fatalf("%s of %v is %#x, want %#x", name, c.v, got, c.want)
				}
				if got := round(-c.v); got != c.want|0x8000 {
					t.Fatalf("%s of %v is %#x, want %#x", name, -c.v, got, c.want|0x8000)
				}
			}
		}
	}
	check("float16", func(v float64) uint16 { return uint16(ToF16From64(v)) }, func(h uint16) float32 { return F16(h).Float32() }, 0x7c00)
	check("bfloat16", func(v float64) uint16 { return uint16(ToBF16From64(v)) }, func(h uint16) float32 { return BF16(h).Float32() }, 0x7f80)
	if !math.IsNaN(float64(ToF16(float32(math.NaN())).Float32())) || !math.IsNaN(float64(ToBF16(math.Float32frombits(0x7f800001)).Float32())) {
		t.Error("a NaN became a number")
	}
	if v := F16(0x3555).Float32(); v != 0.333251953125 {
		t.Errorf("0x3555 is %v", v)
	}
}
