//go:build !js

package main

import (
	"fmt"
	"os"
)

func main() {
	fmt.Fprintln(os.Stderr, "explorer is the page's engine in a browser: make page builds it; convx serve answers without it")
	os.Exit(2)
}
