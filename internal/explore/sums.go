package explore

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"

	"convx/internal/lang"
	"convx/internal/layer"
)

// mostSpelt is the largest kernel whose numbers are written out.
const mostSpelt = 5

// digit is the number in a cell of the small input, weight that of a tap: any will do to be multiplied in one's head.
func digit(y, x int) int    { return (7*y + 3*x + y*x) % 10 }
func weight(ky, kx int) int { return (2*ky+3*kx)%4 - 1 }

// under are the numbers under the window at a step, tap by tap, and whether each lies in the input; others are padding.
func (s *slide) under(step int) (numbers []int, inside []bool) {
	y, x := step/s.out, step%s.out
	for ky := range s.kernel {
		for kx := range s.kernel {
			r, c := y*s.stride+ky*s.dilation-s.pad.Begin, x*s.stride+kx*s.dilation-s.pad.Begin
			in := r >= 0 && r < s.in && c >= 0 && c < s.in
			n := 0
			if in {
				n = digit(r, c)
			}
			numbers, inside = append(numbers, n), append(inside, in)
		}
	}
	return numbers, inside
}

// winner is the tap of a max pool whose number is the largest under the window, the first of several.
func (s *slide) winner(step int) (tap, value int) {
	numbers, inside := s.under(step)
	tap = -1
	for i, n := range numbers {
		if inside[i] && (tap < 0 || n > value) {
			tap, value = i, n
		}
	}
	return tap, value
}

// sum spells out how the numbers under the window become an output: products that are added, the largest, or their mean.
func (s *slide) sum(step int) []string {
	numbers, inside := s.under(step)
	switch s.pool {
	case layer.MaxPool:
		tap, value := s.winner(step)
		if tap < 0 {
			return nil
		}
		said := lang.Sprintf("the largest is %d: row %d, column %d of the window won", value, tap/s.kernel, tap%s.kernel)
		return s.spell([]string{said}, s.matrix(numbers, func(i int) string {
			if i == tap {
				return "[%d]"
			}
			return " %d "
		}))
	case layer.AveragePool:
		total, n := 0, 0
		for i := range numbers {
			total += numbers[i]
			if inside[i] || s.countPadding {
				n++
			}
		}
		if n == 0 {
			return nil
		}
		return s.spell([]string{lang.Sprintf("sum %d / %d = %.3g", total, n, float64(total)/float64(n))}, s.matrix(numbers, nil))
	}
	var weights, products []int
	total := 0
	for i, n := range numbers {
		w := weight(i/s.kernel, i%s.kernel)
		weights, products, total = append(weights, w), append(products, w*n), total+w*n
	}
	said := lang.Sprintf("window × weights = products, of one channel; their sum is %d", total)
	return s.spell([]string{said}, s.matrix(numbers, nil), "×", s.matrix(weights, nil), "=", s.matrix(products, nil), fmt.Sprintf("Σ = %d", total))
}

// channelDigit is the number in a cell of a channel, channelWeight that of its only tap.
func channelDigit(c, y, x int) int { return (digit(y, x) + 3*c) % 10 }
func channelWeight(c int) int      { return weight(c, c/4) }

// mixed spells out how the channels of one pixel become one number by a 1x1 kernel, as many as fit on a line.
func (s *slide) mixed(step, channels, width int) string {
	y, x := step/s.out*s.stride-s.pad.Begin, step%s.out*s.stride-s.pad.Begin
	total, terms := 0, []string{}
	for c := range channels {
		n := 0
		if y >= 0 && x >= 0 && y < s.in && x < s.in {
			n = channelDigit(c, y, x)
		}
		total += n * channelWeight(c)
		terms = append(terms, fmt.Sprintf("%d×%d", n, channelWeight(c)))
	}
	for shown := channels; ; shown-- {
		sum := strings.Join(terms[:shown], " + ")
		if shown < channels {
			sum += " + …"
		}
		line := lang.Sprintf("the %d channels of the pixel: %s = %d", channels, sum, total)
		if shown <= 1 || lipgloss.Width(line) <= width {
			return line
		}
	}
}

// spell puts matrices and signs beside each other below a sentence, if the kernel is small.
func (s *slide) spell(said []string, parts ...string) []string {
	if s.kernel > mostSpelt {
		return said
	}
	middle := (s.kernel - 1) / 2
	for i, p := range parts {
		if !strings.Contains(p, "\n") && s.kernel > 1 {
			parts[i] = strings.Repeat("\n", middle) + " " + p + " "
		} else if s.kernel == 1 {
			parts[i] = " " + p
		}
	}
	return append(said, strings.Split(lipgloss.JoinHorizontal(lipgloss.Top, parts...), "\n")...)
}

// matrix writes numbers in rows of the kernel's width; form is how each is written.
func (s *slide) matrix(numbers []int, form func(i int) string) string {
	var lines []string
	for y := range s.kernel {
		line := ""
		for x := range s.kernel {
			i, as := y*s.kernel+x, "%d"
			if form != nil {
				as = form(i)
			}
			line += fmt.Sprintf("%4s", fmt.Sprintf(as, numbers[i]))
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}
