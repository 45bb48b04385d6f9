package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"convx/internal/cli"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"convx": func() { os.Exit(cli.Main(os.Args[1:], cli.System())) },
	})
}

// Each script in testdata/script is one topic, driven through the real main.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true})
}
