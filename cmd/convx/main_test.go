package main

import (
	"os"
	"path/filepath"
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
	models, err := filepath.Abs("../../internal/network/onnx/testdata")
	if err != nil {
		t.Fatal(err)
	}
	samples, err := filepath.Abs("../../configs/samples")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: func(e *testscript.Env) error {
			e.Setenv("MODELS", models)
			e.Setenv("SAMPLES", samples)
			return nil
		},
	})
}
