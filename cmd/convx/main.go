// Command convx explores convolutions: what comes out, what it costs, what it does to your data, and which one to use.
package main

import (
	"os"

	"convx/internal/cli"
	"convx/internal/guard"
)

func main() {
	os.Exit(guard.Run(func() int { return cli.Main(os.Args[1:], cli.System()) }))
}
