package cli

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"convx/configs"
	"convx/internal/budget"
	"convx/internal/lang"
	"convx/internal/report"
	"convx/internal/settings"
)

// topic is what convx help tells beside the commands.
type topic struct {
	name, short string
	text        func() string
}

var topics = []topic{
	{"environment", lang.Key("Variables that convx reads"), environmentText},
	{"exit-status", lang.Key("What the exit statuses mean"), exitText},
	{"formats", lang.Key("Formats of answers, and what each is for"), formatText},
	{"files", lang.Key("Files that convx reads and writes"), fileText},
}

// command is the topic as cobra has it: a command that does nothing but help.
func (t topic) command(s Streams) *cobra.Command {
	c := &cobra.Command{Use: t.name, Short: lang.Text(t.short)}
	c.SetHelpFunc(func(c *cobra.Command, _ []string) {
		if found, err := loadSettings(c); err == nil {
			s.speakSet(found)
		}
		fmt.Fprint(s.Out, t.text())
	})
	return c
}

// rows are names with what they are, in two columns.
type rows [][2]string

func (r rows) write(w io.Writer) {
	width := 0
	for _, row := range r {
		width = max(width, len(row[0]))
	}
	for _, row := range r {
		fmt.Fprintf(w, "  %-*s  %s\n", width, row[0], lang.Text(row[1]))
	}
}

func environmentText() string {
	var b strings.Builder
	b.WriteString(lang.Text("Settings, stronger than a settings file and weaker than flags (convx config shows what holds, and checks it):\n\n"))
	own := rows{{"CONVX_CONFIG", lang.Key("the settings file, in place of ./convx.yaml and the user's")}}
	for _, k := range settings.Keys() {
		own = append(own, [2]string{k.Variable(), lang.Sprintf("as --%s; %s by default", k.Flag(), cmp.Or(k.Default, lang.Text("empty")))})
	}
	own.write(&b)
	b.WriteString(lang.Text("\nOthers:\n\n"))
	rows{
		{"COLUMNS", lang.Key("how wide tables may be, in pipes too")},
		{"LC_ALL, LC_MESSAGES, LANG", lang.Key("zh, like zh_CN.UTF-8: what people read is in Chinese (--lang auto)")},
		{"NO_COLOR", lang.Key("set to anything: no colours")},
		{"CLICOLOR_FORCE", lang.Key("set to anything but 0: colours where there is no terminal, too")},
		{"GOMAXPROCS", lang.Key("how many threads --threads 0 means")},
		{"XDG_CONFIG_HOME, HOME", lang.Key("where the user's settings are: convx/convx.yaml there")},
		{"TMPDIR", lang.Key("nothing: files are written beside their names, and renamed")},
	}.write(&b)
	return b.String()
}

func exitText() string {
	var b strings.Builder
	rows{
		{fmt.Sprint(exitDone), lang.Key("done; limits and identities hold")},
		{fmt.Sprint(exitFailed), lang.Key("something could not be read, written or counted, or the data is bad")},
		{fmt.Sprint(exitUsage), lang.Key("a bad flag, a layer or a network that cannot be, a budget that makes no sense")},
		{fmt.Sprint(exitOver), lang.Key("a limit was passed, a baseline exceeded, an identity broken; nothing fits a budget")},
		{fmt.Sprint(exitInterrupted), "interrupted"},
	}.write(&b)
	b.WriteString(lang.Text("\nWhat went wrong is a line on standard error for each thing. Results of a failed check are printed all the same.\n"))
	return b.String()
}

// formatUses say what each format is for.
var formatUses = map[report.Format]string{
	report.TableFormat:    lang.Key("people: fits the terminal, or COLUMNS; --wide shows all"),
	report.JSONFormat:     lang.Key("programs: all numbers, unrounded, with names that stay"),
	report.CSVFormat:      lang.Key("spreadsheets: one table of one width; --total adds the totals"),
	report.MarkdownFormat: lang.Key("pages and comments; flops --net with limits: a comment on a pull request"),
	budget.GitHubFormat:   lang.Key("flops: annotations of a GitHub workflow, one a limit, at lines of broken files"),
	budget.JUnitFormat:    lang.Key("flops: JUnit XML, a suite for each network, a test for each limit"),
}

func formatText() string {
	var b strings.Builder
	b.WriteString(lang.Text("-f FORMAT, on every command that answers:\n\n"))
	var all rows
	for _, f := range append(report.Formats(), budget.GitHubFormat, budget.JUnitFormat) {
		all = append(all, [2]string{string(f), formatUses[f]})
	}
	all.write(&b)
	b.WriteString(lang.Text("\n--columns picks columns of tables by the names that -f csv heads them with. flops --batch-file answers JSON lines.\n"))
	return b.String()
}

func fileText() string {
	var b strings.Builder
	b.WriteString(lang.Text("Names with a dot or a slash in them are files, - is standard input or output, other names are built in. What is read:\n\n"))
	rows{
		{"networks", lang.Key("--net FILE.yaml or FILE.onnx (docs/network-files.md, docs/onnx.md); built in: convx nets")},
		{"budgets", lang.Sprintf("--budget FILE.yaml (docs/ci.md); built in: %s", lang.List(configs.BudgetNames()))},
		{"baselines", lang.Key("--baseline FILE.json: an earlier -f json")},
		{"devices", lang.Sprintf("--device FILE.yaml (docs/devices.md); built in: %s", lang.List(configs.DeviceNames()))},
		{"suites", lang.Sprintf("convx bench FILE.yaml; built in: %s", lang.List(configs.SuiteNames()))},
		{"layers", lang.Key("flops --batch-file FILE.jsonl: a layer as JSON a line")},
		{"settings", lang.Key("convx.yaml: convx config --template prints one")},
		{"pictures", lang.Key(".png, .jpg, .gif (docs/pictures.md)")},
		{"arrays, weights", lang.Key(".npy, .npz, .safetensors")},
	}.write(&b)
	b.WriteString(lang.Text("\nWhat is written appears whole or not at all, under a name of its own until it is done, and never over what is read.\nJSON Schemas for editors: configs/schema/network.json, configs/schema/budget.json.\n"))
	return b.String()
}
