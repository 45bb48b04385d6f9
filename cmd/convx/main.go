// Command convx explores convolutions: what comes out, what it costs, what it does to your data, and which one to use.
package main

import (
	"os"

	"convx/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], cli.System())) }
