//go:build !linux

package guard

// Run gives the exit status of main.
func Run(main func() int) int { return main() }
