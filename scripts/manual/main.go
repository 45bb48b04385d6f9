// Manual writes convx's man pages and the completions for shells into a folder: man/*.1 and completions/*.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"github.com/spf13/cobra/doc"

	"convx/internal/cli"
)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: manual FOLDER")
		os.Exit(2)
	}
	if err := write(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "manual:", err)
		os.Exit(1)
	}
}

func write(folder string) error {
	root := cli.Command()
	root.DisableAutoGenTag = true // a date, which would make every build another
	man, completions := filepath.Join(folder, "man"), filepath.Join(folder, "completions")
	for _, dir := range []string{man, completions} {
		if err := os.MkdirAll(dir, 0o777); err != nil {
			return err
		}
	}
	if err := doc.GenManTree(root, &doc.GenManHeader{Title: "CONVX", Section: "1", Source: "convx", Manual: "convx"}, man); err != nil {
		return err
	}
	for name, generate := range shells(root) {
		if err := writeFile(filepath.Join(completions, name), generate); err != nil {
			return err
		}
	}
	return nil
}

// shells are the files by the names under which each shell looks for them.
func shells(root *cobra.Command) map[string]func(io.Writer) error {
	return map[string]func(io.Writer) error{
		"convx.bash": func(w io.Writer) error { return root.GenBashCompletionV2(w, true) },
		"_convx":     root.GenZshCompletion,
		"convx.fish": func(w io.Writer) error { return root.GenFishCompletion(w, true) },
		"convx.ps1":  root.GenPowerShellCompletionWithDesc,
	}
}

func writeFile(path string, write func(io.Writer) error) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := write(f); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}
