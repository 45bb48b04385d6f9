package lazy

import (
	"sync"
	"testing"
)

var made int

var table = Value[map[string]int]{Make: func() map[string]int {
	made++
	return map[string]int{"a": 1}
}}

// A value is made once, however many ask at a time, and not before.
func TestMadeOnceAndNotBefore(t *testing.T) {
	if made != 0 {
		t.Fatal("it is made before anybody asked")
	}
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if table.Get()["a"] != 1 {
				t.Error("it is not what was made")
			}
		})
	}
	wait.Wait()
	if made != 1 {
		t.Errorf("it is made %d times", made)
	}
	if n := testing.AllocsPerRun(100, func() { table.Get() }); n != 0 {
		t.Errorf("asking again allocates %g times", n)
	}
}
