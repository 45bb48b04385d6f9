// Package lazy keeps what a command may not use from being made before it starts. The compiler lays a Value out in the program;
// sync.OnceValue would be called before main.
package lazy

import "sync"

// Value is made by Make when it is first asked for.
type Value[T any] struct {
	Make func() T
	once sync.Once
	made T
}

// Get is the value. It is safe for concurrent use, and allocates nothing once the value is made.
func (v *Value[T]) Get() T {
	v.once.Do(func() { v.made = v.Make() })
	return v.made
}
