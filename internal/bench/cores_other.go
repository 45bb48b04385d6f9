//go:build !darwin

package bench

// coresHere are the kinds of processors of this machine.
func coresHere() []Cores { return coresOf("/") }
