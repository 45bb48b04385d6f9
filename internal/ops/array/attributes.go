package array

import (
	"fmt"
	"slices"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// Attributes are a node's attributes by name. A value is an int64, []int64, float64, []float64, string, []string or
// *tensor.Array.
type Attributes map[string]any

// Value is the set of types that an attribute can have.
type Value interface {
	int64 | []int64 | float64 | []float64 | string | []string | *tensor.Array
}

// Get is the attribute of that name, or otherwise where there is none. It is an error when it is of another type.
func Get[T Value](a Attributes, name string, otherwise T) (T, error) {
	value, ok := a[name]
	if !ok {
		return otherwise, nil
	}
	typed, ok := value.(T)
	if !ok {
		return otherwise, lang.Errorf("attribute %s is of type %s, not %s", name, describe(value), describe(otherwise))
	}
	return typed, nil
}

// describe names an attribute's type as users know it.
func describe(value any) string {
	switch value.(type) {
	case int64:
		return "int"
	case []int64:
		return "ints"
	case float64:
		return "float"
	case []float64:
		return "floats"
	case string:
		return "string"
	case []string:
		return "strings"
	case *tensor.Array:
		return "tensor"
	}
	return fmt.Sprintf("%T", value)
}

// get is Get for the kernels: a wrong type ends the run.
func get[T Value](c *Call, name string, otherwise T) T {
	value, err := Get(c.Attributes, name, otherwise)
	if err != nil {
		c.refusef("%v", err)
	}
	return value
}

// has reports whether the node gives the attribute.
func (c *Call) has(name string) bool {
	_, ok := c.Attributes[name]
	return ok
}

func (c *Call) int(name string, otherwise int) int { return tensor.Int(get(c, name, int64(otherwise))) }

func (c *Call) flag(name string, otherwise bool) bool {
	if !c.has(name) {
		return otherwise
	}
	return get[int64](c, name, 0) != 0
}

func (c *Call) float(name string, otherwise float64) float64 { return get(c, name, otherwise) }

func (c *Call) ints(name string) []int64 { return get[[]int64](c, name, nil) }

func (c *Call) floats(name string) []float64 { return get[[]float64](c, name, nil) }

// text is a string attribute that must be one of the choices; the first is the default.
func (c *Call) text(name string, choices ...string) string {
	value := get(c, name, choices[0])
	for _, choice := range choices {
		if value == choice {
			return value
		}
	}
	c.refusef("%s is %q, expected one of %q", name, value, slices.Clone(choices)) // a copy: the list itself stays on the stack
	return ""
}
