package cli

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/ops"
)

// Commands that answer, each from another room, and the same on every machine.
var answering = []string{
	"shape standard -i 3x32x32 -k 3 -s 2 -p same", "shape inverted-residual -i 16x8x8", "shape deform-roi-pool -i 8x14x14", "shape transposed -i 1x5x5 -s 2 -k 3",
	"shape standard -i 3x32x32 --solve 16x16", "shape --net vgg-16", "shape --net wavenet --rate 16000", "flops mbconv -i 16x8x8 --explain", "flops deformable -i 16x8x8 --modulated",
	"flops standard -i 3x8x8 --convention all", "flops --net resnet-50 --top 3", "flops --net mobilenet-v2 --device phone-core --top 3", "flops --net vgg-16 --training --top 2",
	"flops --net vgg-16 --convention bitops --top 2", "flops --net resnet-50 --swap kernel>1=separable --top 2", "flops --net vgg-16 --budget max-macs=1G,max-params=1k", "flops --net unet --budget microcontroller",
	"fit --net mobilenet-v2 --budget max-macs=200M", "compare standard separable -i 16x14x14 -p 1 --no-time", "compare --net drawings --net filters", "compare a.npy b.npy",
	"coverage --dilations 2,2,2", "coverage transposed -i 1x8x8 -s 2", "coverage standard -i 1x9x9 -s 2", "variants", "variants deformable", "nets", "lesson", "sample", "config", "version", "verify se-constant --layers 2",
	"run --net drawings --top 3", "run --net drawings --ablate conv2", "run --net drawings photo.png --top 2", "compare standard dilated photo.png -p same --no-time",
	"coverage --net drawings --at conv3 photo.png -o f.png",
}

// inChinese and inEnglish run a command in a language.
func inChinese(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	t.Setenv("CONVX_LANG", string(lang.Chinese))
	defer lang.Use(lang.English)
	return execute(t, args...)
}

func inEnglish(t *testing.T, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	t.Setenv("CONVX_LANG", string(lang.English))
	return execute(t, args...)
}

func arrays(t *testing.T) {
	t.Helper()
	t.Chdir(t.TempDir())
	for _, args := range []string{"run standard -i 1x4x4 -o a.npy", "run standard -i 1x4x4 --seed 1 -o b.npy", "sample seven -o photo.png"} {
		if _, said, status := execute(t, strings.Fields(args)...); status != 0 {
			t.Fatal(said)
		}
	}
}

// times are what a run says of the machine.
var times = regexp.MustCompile(`"seconds": [0-9.e+-]+`)

// What programs read is the same to the byte in every language.
func TestJSONKnowsNoLanguage(t *testing.T) {
	arrays(t)
	for _, command := range answering {
		args := strings.Fields(command)
		for _, format := range []string{"json", "csv"} {
			if format == "csv" && !slices.Contains([]string{"shape", "variants", "nets"}, args[0]) || slices.Contains([]string{"sample", "lesson", "config"}, args[0]) {
				continue
			}
			english, _, status := inEnglish(t, append(args, "-f", format)...)
			chinese, _, same := inChinese(t, append(args, "-f", format)...)
			if english, chinese = times.ReplaceAllString(english, ""), times.ReplaceAllString(chinese, ""); english != chinese || status != same || english == "" && status == 0 {
				t.Errorf("%s -f %s: status %d and %d, %d bytes and in Chinese %d", command, format, status, same, len(english), len(chinese))
			}
		}
	}
	if err := os.WriteFile("layers.jsonl", []byte("{\"variant\": \"se\", \"input\": \"8x8x8\"}\n{\"variant\": \"nope\"}\n{"), 0o666); err != nil {
		t.Fatal(err)
	}
	english, _, _ := inEnglish(t, "flops", "--batch-file", "layers.jsonl")
	if chinese, _, _ := inChinese(t, "flops", "--batch-file", "layers.jsonl"); chinese != english || strings.Count(english, "\n") != 3 {
		t.Errorf("layers in a file are answered by\n%sand in Chinese by\n%s", english, chinese)
	}
}

// phrase is English that a reader of Chinese should not meet: three words in a row. Commands, references and names stay.
var (
	phrase       = regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}`)
	comment      = regexp.MustCompile(`(?m)(^| )# .*$|^title: .*$`)
	blank        = regexp.MustCompile(`[\p{Han}，。：；、] [\p{Han}，。：；、]`) // which Chinese does without
	figurePhrase = regexp.MustCompile(`[A-Za-z]{2,} [a-z]{2,}`)
	stays        = regexp.MustCompile(`(?m)(^| |：)convx [a-z].*$|论文：.*$|source <.*$|convx completion fish \| source|"[^"]*"|\([^()]*\d{4}[^()]*\)|（[^（）]*\d{4}[^（）]*）`)
)

// Under --lang zh no answer, help or error is in English.
func TestNothingIsLeftInEnglish(t *testing.T) {
	arrays(t)
	for name, text := range badFiles {
		if err := os.WriteFile(name, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	commands := slices.Concat(answering, failing)
	for _, c := range subcommands {
		commands = append(commands, c.name+" --help")
	}
	for _, topic := range topics {
		commands = append(commands, "help "+topic.name)
	}
	commands = append(commands, "help", "completion --help", "completion bash --help", "nets show --help", "config --template")
	for _, name := range network.Names() {
		commands = append(commands, "nets show "+name)
	}
	for _, algorithm := range ops.Algorithms() { // which say why they decline
		for _, variant := range []string{"standard -k 3 -s 2", "dilated -d 2", "depthwise --multiplier 2", "transposed -s 2", "deformable", "max-pool", "resize-conv", "se"} {
			commands = append(commands, "run "+variant+" --algorithm "+algorithm+" -i 4x9x9")
		}
	}
	for _, command := range commands {
		answer, said, _ := inChinese(t, strings.Fields(command)...)
		if strings.HasPrefix(command, "nets show ") { // where sources are quoted
			answer = strings.Join(comment.FindAllString(answer, -1), "\n")
		}
		for line := range strings.Lines(answer + said) {
			if apart := blank.FindString(line); apart != "" {
				t.Errorf("%s: %q in %s", command, apart, line)
			}
		}
		for line := range strings.Lines(stays.ReplaceAllString(answer+said, "")) {
			if english := phrase.FindString(line); english != "" {
				t.Errorf("%s: %q in %s", command, english, line)
			}
		}
	}
}

// captions are the texts of an SVG.
var captions = regexp.MustCompile(`>([^<>]+)</text>`)

// Nor is any figure.
func TestFiguresAreInChinese(t *testing.T) {
	t.Chdir(t.TempDir())
	commands := []string{"standard --numbers", "dilated --dilations 1,2,4", "deformable --offsets rotate:30", "standard --filter sobel-x", "depthwise --for slide"}
	for _, v := range layer.Variants() {
		commands = append(commands, v.Name)
	}
	for _, command := range commands {
		if _, said, status := inChinese(t, strings.Fields("draw "+command+" -o f.svg")...); status != 0 {
			t.Fatal(said)
		}
		svg, err := os.ReadFile("f.svg")
		if err != nil {
			t.Fatal(err)
		}
		texts := captions.FindAllStringSubmatch(string(svg), -1)
		if len(texts) == 0 {
			t.Errorf("draw %s: no captions", command)
		}
		for _, text := range texts {
			if english := figurePhrase.FindString(text[1]); english != "" {
				t.Errorf("draw %s: %q in %s", command, english, text[1])
			}
		}
	}
}
