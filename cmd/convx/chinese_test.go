package main

import (
	"regexp"
	"strings"
	"testing"
)

// english is a run of words that would be a sentence in English, as against names, flags and lists of them.
var english = regexp.MustCompile(`(?:[A-Za-z']+ ){3,}[A-Za-z']+`)

// What commands say in Chinese has no sentence left in English: answers, captions of what they write, and errors.
func TestNoEnglishIsLeft(t *testing.T) {
	dir := t.TempDir()
	for _, command := range []string{
		"convx sample -o photo.png",
		"convx sample",
		"convx shape standard -i 3x32x32 -k 4 -s 3 -p same",
		"convx shape transposed -i 1x8x8 -k 3 -s 2",
		"convx shape standard -i 3x56x56 --solve 28x28",
		"convx shape --net vgg-16 --field",
		"convx flops separable -i 32x56x56 -c 64 -k 3 --explain",
		"convx flops --net mobilenet-v2 --depth 1 --swap 'kernel>1=grouped,groups=2'",
		"convx flops standard -i 8x9x9 --convention all",
		"convx coverage --dilations 2,2,2 -o holes.png",
		"convx coverage transposed -i 1x8x8 -k 3 -s 2",
		"convx compare standard depthwise separable se -i 32x56x56 -c 32 -k 3 --no-time",
		"convx compare photo.png --filter edge standard dilated,dilation=2 -p same --no-time -o side.png",
		"convx compare photo.png photo.png",
		"convx run depthwise photo.png --filter sobel-x -o edges.png",
		"convx run se -i 8x7x7",
		"convx run --net drawings photo.png --top 3",
		"convx draw deformable -o d.png",
		"convx draw se -i 64x7x7 --reduction 16 -o se.svg",
		"convx verify --layers 1",
		"convx fit --net resnet-50 --budget max-macs=2G",
		"convx lesson", "convx config", "convx explore",
		"convx shape dilted -i 3x8x8",
		"convx shape grouped -i 10x9x9 -g 3",
		"convx shape standard -i 3x8x8 -k 9",
		"convx shape standard -i 3x8x8 --dilaton 2",
		"convx shape standard -i 3x8x8 -k x",
		"convx draw standard", "convx draw standard -o f.txt",
		"convx run depthwise none.png --filter sobel-x -o e.png",
		"convx run depthwise photo.png --filter sobl-x -o e.png",
		"convx flops --net resnet50", "convx compare", "convx coverage",
	} {
		for _, line := range run(t, dir, "CONVX_LANG=zh "+command) {
			if found := english.FindString(line); found != "" {
				t.Errorf("%s says %q in\n%s", command, found, strings.TrimSpace(line))
			}
		}
	}
	svg := string(read(t, dir+"/se.svg"))
	if !strings.Contains(svg, "挤压与激励") || english.MatchString(regexp.MustCompile(`<[^>]*>`).ReplaceAllString(svg, "")) {
		t.Error("the figure of se is not in Chinese")
	}
}
