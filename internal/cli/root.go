// Package cli is convx's command line: one file a subcommand, each a constructor that only parses flags into an
// options struct, and a run function that does the work.
package cli

import (
	"io"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/answer/measured"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/terminal"
)

// Main runs convx with these arguments and returns the exit status.
func Main(args []string, s Streams) int {
	ctx := terminal.Interrupted(func() {
		s.sayf("interrupted")
		os.Exit(exitInterrupted)
	})
	defer ctx.Stop()
	out := &stdout{Writer: s.Out}
	if !s.OutTerminal { // explore needs the terminal itself
		s.Out = out
	}
	s.layout = new(report.Layout)
	s.speakFirst(args)
	root := newRoot(s)
	build(root, s, args)
	root.SetArgs(args)
	started, before := false, root.PersistentPreRunE
	root.PersistentPreRunE = func(c *cobra.Command, args []string) error {
		started = true
		return before(c, args)
	}
	err := root.ExecuteContext(ctx)
	if err != nil && !started { // the command line could not be read
		err = usageError{err}
	}
	if err = out.settle(err); err == nil {
		return exitDone
	}
	status := exitStatus(err)
	if status == exitInterrupted {
		s.sayf("interrupted")
	} else {
		s.fail(err)
	}
	return status
}

const about = lang.Key(`convx explores convolutions: what comes out (shape), what it costs (flops),
what it does to your data (run), and which one to use (compare).`)

// newRoot is convx with an entry for each subcommand, none of which is built.
func newRoot(s Streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "convx",
		Short:         "Explore convolutions: sizes, costs, results, comparisons",
		Long:          about,
		Example:       examples,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          unknownCommand,
		RunE: func(c *cobra.Command, _ []string) error {
			if asked, _ := c.Flags().GetBool("version"); asked {
				return s.print(report.TableFormat, measured.Version(version(), false))
			}
			return c.Help()
		},
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			s.readLayout(c)
			if !usesSettings(c) {
				return nil
			}
			if err := applySettings(c); err != nil {
				return err
			}
			if err := s.speakFor(c); err != nil {
				return err
			}
			s.sayOrder(c)
			return nil
		},
	}
	root.SetIn(s.In)
	root.SetOut(s.Out)
	root.SetErr(s.Err)
	root.SetFlagErrorFunc(flagError)
	root.Flags().Bool("version", false, "print the version")
	root.PersistentFlags().String("config", "", "settings `FILE` (default: ./convx.yaml, then the user's config folder)")
	root.PersistentFlags().String(langFlag, string(lang.Auto), lang.Sprintf("`LANGUAGE` of what people read: %s", lang.List(lang.Names())))
	root.SetHelpFunc(helpWithSettings(s, root.HelpFunc()))
	root.SetUsageFunc(usage)
	translate(root)
	for _, t := range topics {
		root.AddCommand(t.command(s))
	}
	for _, c := range subcommands {
		root.AddCommand(&cobra.Command{Use: c.name, Short: lang.Text(c.short), Run: func(*cobra.Command, []string) {}})
	}
	return root
}

// helpWithSettings shows the effective defaults of the flags that are settings, in the language that is one.
func helpWithSettings(s Streams, show func(*cobra.Command, []string)) func(*cobra.Command, []string) {
	return func(cmd *cobra.Command, args []string) {
		// Broken settings must not keep anyone from the help that explains them.
		if found, err := loadSettings(cmd); err == nil {
			built := lang.Used()
			s.speakSet(found)
			if lang.Used() != built {
				fresh := newRoot(s)
				build(fresh, s, strings.Fields(cmd.CommandPath())[1:])
				respeak(cmd.Root(), fresh)
			}
			for _, v := range found.Values {
				if f := cmd.Flags().Lookup(flagOf(v)); f != nil && !ownFlag(f) {
					f.DefValue = v.Text
				}
			}
		}
		show(cmd, args)
	}
}

// subcommand is what help lists of a command, and what builds the rest of it once somebody asks for it.
type subcommand struct {
	name, short string
	build       func(Streams) *cobra.Command
}

var subcommands = []subcommand{
	{"shape", lang.Key("What comes out: output sizes, with the arithmetic"), func(s Streams) *cobra.Command { return newShape(s, runShape) }},
	{"flops", lang.Key("What it costs: parameters, MACs, FLOPs, memory"), func(s Streams) *cobra.Command { return newFlops(s, runFlops) }},
	{"compare", lang.Key("Which one to use: variants side by side, counted and timed"), func(s Streams) *cobra.Command { return newCompare(s, runCompare) }},
	{"bench", lang.Key("Time layers on this machine, against its peak and its bandwidth"), func(s Streams) *cobra.Command { return newBench(s, runBench) }},
	{"fit", lang.Key("What would meet a budget: exchanges, width, resolution"), func(s Streams) *cobra.Command { return newFit(s, runFit) }},
	{"variants", lang.Key("List the variants, or say what one is and which flags it reads"), func(s Streams) *cobra.Command { return newVariants(s, runVariants) }},
	{"nets", lang.Key("List the built-in networks, or print one's file to start from"), func(s Streams) *cobra.Command { return newNets(s, runNets) }},
	{"coverage", lang.Key("Which pixels layers use, and how often: gridding, checkerboards, borders"), func(s Streams) *cobra.Command { return newCoverage(s, runCoverage) }},
	{"verify", lang.Key("Check that variants agree where they must: the identities between them"), func(s Streams) *cobra.Command { return newVerify(s, runVerify) }},
	{"version", lang.Key("Print the version, and what the machine offers"), func(s Streams) *cobra.Command { return newVersion(s) }},
	{"run", lang.Key("What it does to my data: compute a layer on a picture or an array"), func(s Streams) *cobra.Command { return newRun(s, runRun) }},
	{"draw", lang.Key("How it works: a figure or an animation of a layer"), func(s Streams) *cobra.Command { return newDraw(s, runDraw) }},
	{"sample", lang.Key("Write a picture to try things on: a cat, a drawing, text, a test chart"), func(s Streams) *cobra.Command { return newSample(s, runSample) }},
	{"lesson", lang.Key("Walk through a lesson: its commands, what they print, their pictures"), func(s Streams) *cobra.Command { return newLesson(s, runLesson) }},
	{"config", lang.Key("Print every setting, its value, and where that came from"), func(s Streams) *cobra.Command { return newConfig(s, runConfig) }},
	{"explore", lang.Key("Change a layer with the arrow keys and see what comes out"), func(s Streams) *cobra.Command { return newExplore(s) }},
	{"serve", lang.Key("Open the page: convolutions under your hand, in a browser"), func(s Streams) *cobra.Command { return newServe(s, runServe) }},
}

// build puts the command that these arguments ask for in the place of its entry, and no other; all of them where help or the
// shell's completion may look at any.
func build(root *cobra.Command, s Streams, args []string) {
	asked, _, err := root.Find(args)
	if err != nil {
		return // which the running command says
	}
	if asked != root {
		root.CompletionOptions.DisableDefaultCmd = true // nobody asks for it, and cobra would build it
		replace(root, s, asked)
		return
	}
	refuseUnknownTopics(root)
	isCompletion := func(arg string) bool { return strings.HasPrefix(arg, cobra.ShellCompRequestCmd) }
	if asked, _, err = root.Find(args); err == nil && (asked != root || slices.ContainsFunc(args, isCompletion)) {
		for _, entry := range root.Commands() {
			replace(root, s, entry)
		}
	}
}

// Command is convx with every command built, as its manual and its completions need it.
func Command() *cobra.Command {
	s := Streams{In: strings.NewReader(""), Out: io.Discard, Err: io.Discard, layout: new(report.Layout)}
	root := newRoot(s)
	refuseUnknownTopics(root)
	for _, entry := range root.Commands() {
		replace(root, s, entry)
	}
	return root
}

// replace builds the command of an entry.
func replace(root *cobra.Command, s Streams, entry *cobra.Command) {
	i := slices.IndexFunc(subcommands, func(c subcommand) bool { return c.name == entry.Name() })
	if i < 0 {
		return // cobra's own
	}
	cmd := subcommands[i].build(s)
	checkInts(cmd.Flags())
	cmd.Short = lang.Text(subcommands[i].short)
	translate(cmd)
	root.RemoveCommand(entry)
	root.AddCommand(cmd)
}

// refuseUnknownTopics makes errors of convx help NOPE and convx completion NOPE, which cobra answers with help and status 0.
func refuseUnknownTopics(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		switch c.Name() {
		case "completion":
			c.Args, c.RunE = unknownCommand, func(c *cobra.Command, _ []string) error { return c.Help() }
			c.Short, c.Long = lang.Text("Print the script by which a shell completes commands, flags and names"), ""
			for _, shell := range c.Commands() {
				if f := shell.Flags().Lookup("no-descriptions"); f != nil {
					f.Usage = lang.Text("leave descriptions out")
				}
				shell.Short = lang.Sprintf("Print the script for %s", shell.Name())
				shell.Long = lang.Sprintf("The script completes commands, flags and names in %s. For the shell at hand alone:\n\n  %s\n\nFor every shell to come, that line in %s.", shell.Name(), loads[shell.Name()][0], lang.Text(loads[shell.Name()][1]))
			}
			translate(c)
		case "help":
			c.Short, c.Long = lang.Text("Help about any command"), ""
			translate(c)
			commands := c.ValidArgsFunction
			c.ValidArgsFunction = func(c *cobra.Command, args []string, prefix string) ([]cobra.Completion, cobra.ShellCompDirective) {
				words, directive := commands(c, args, prefix)
				for _, t := range topics {
					if len(args) == 0 && strings.HasPrefix(t.name, prefix) {
						words = append(words, cobra.CompletionWithDesc(t.name, lang.Text(t.short)))
					}
				}
				return words, directive
			}
			c.Args = func(_ *cobra.Command, args []string) error {
				if _, rest, err := root.Find(args); err != nil || len(rest) > 0 && len(rest) == len(args) {
					return unknownCommand(root, args)
				}
				return nil
			}
		}
	}
}

// loads is how a shell reads the script that completes, and the file that it reads at every start.
var loads = map[string][2]string{
	"bash":       {"source <(convx completion bash)", lang.Key("~/.bashrc; the package bash-completion has to be there")},
	"zsh":        {"source <(convx completion zsh)", lang.Key("~/.zshrc, after compinit")},
	"fish":       {"convx completion fish | source", "~/.config/fish/config.fish"},
	"powershell": {"convx completion powershell | Out-String | Invoke-Expression", "$PROFILE"},
}

// unknownCommand says which command may have been meant.
func unknownCommand(c *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range c.Commands() {
		names = append(names, sub.Name())
	}
	if _, ok := layer.VariantNamed(args[0]); ok {
		return usagef("%q is a variant, not a command: convx shape %[1]s, convx flops %[1]s, convx run %[1]s", args[0])
	}
	if near := layer.Nearest(args[0], names); near != "" {
		return usagef("unknown command %q: did you mean %s?", args[0], near)
	}
	return usagef("unknown command %q: see %s --help", args[0], c.CommandPath())
}

const examples = `  convx shape standard -i 3x224x224 -c 64 -k 7 -s 2 -p 3
  convx flops separable -i 256x28x28 -c 256 -p 1 --explain`
