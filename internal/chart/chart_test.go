package chart

import (
	"bytes"
	"image/png"
	"io"
	"math"
	"strings"
	"testing"

	"convx/internal/drawing"
)

func TestBarsAndRooflineAreWholePictures(t *testing.T) {
	charts := map[string]func(io.Writer, drawing.Format) error{
		"bars": Bars{Labels: []string{"standard", "a,b=1"}, Panels: []Panel{
			{"params", []float64{3, 0}, []string{"3", "0"}}, {"nothing", []float64{0, 0}, []string{"0", "0"}},
		}}.Write,
		"one bar":  Bars{Labels: []string{"x"}, Panels: []Panel{{"p", []float64{1e18}, []string{"1 E"}}}}.Write,
		"roofline": Roofline{Title: "t", Peak: 100, Bandwidth: 50, Points: []Point{{"a", 0.2, 3}, {"b", 300, 280}, {"c", 0, 0}}}.Write,
	}
	for name, write := range charts {
		var p, s bytes.Buffer
		if err := write(&p, drawing.PNG); err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		img, err := png.Decode(&p)
		if err != nil || img.Bounds().Dx() < 200 || img.Bounds().Dy() < 40 {
			t.Errorf("%s: %v", name, err)
		}
		if err := write(&s, drawing.SVG); err != nil || !strings.Contains(s.String(), "</svg>") {
			t.Errorf("%s as SVG: %v", name, err)
		}
	}
}

// The legend explains points above the roof only where there are some, and no tick is written as 1e+03.
func TestRooflineExplainsItself(t *testing.T) {
	for rate, want := range map[float64]bool{90: false, 2500: true} {
		var b bytes.Buffer
		if err := (Roofline{Title: "t", Peak: 1200, Bandwidth: 50, Points: []Point{{"a", 30, rate}}}).Write(&b, drawing.SVG); err != nil {
			t.Fatal(err)
		}
		s := b.String()
		if strings.Contains(s, "Winograd") != want || !strings.Contains(s, "1200 GFLOP/s allow") || strings.Contains(s, "e+03") {
			t.Errorf("at %g GFLOP/s: Winograd %t, or no legend", rate, !want)
		}
	}
}

func TestWhatCannotBeDrawnIsAnError(t *testing.T) {
	one := []string{"x"}
	for name, err := range map[string]error{
		"no bars":     Bars{}.Write(io.Discard, drawing.PNG),
		"no panels":   Bars{Labels: one}.Write(io.Discard, drawing.PNG),
		"NaN":         Bars{Labels: one, Panels: []Panel{{"p", []float64{math.NaN()}, one}}}.Write(io.Discard, drawing.PNG),
		"infinite":    Bars{Labels: one, Panels: []Panel{{"p", []float64{math.Inf(1)}, one}}}.Write(io.Discard, drawing.PNG),
		"negative":    Bars{Labels: one, Panels: []Panel{{"p", []float64{-1}, one}}}.Write(io.Discard, drawing.PNG),
		"few values":  Bars{Labels: one, Panels: []Panel{{"p", nil, nil}}}.Write(io.Discard, drawing.PNG),
		"no points":   Roofline{Peak: 1, Bandwidth: 1}.Write(io.Discard, drawing.PNG),
		"log of zero": Roofline{Peak: 1, Bandwidth: 1, Points: []Point{{"a", 0, 1}}}.Write(io.Discard, drawing.PNG),
		"no peak":     Roofline{Bandwidth: 1, Points: []Point{{"a", 1, 1}}}.Write(io.Discard, drawing.PNG),
		"NaN point":   Roofline{Peak: 1, Bandwidth: 1, Points: []Point{{"a", math.NaN(), 1}}}.Write(io.Discard, drawing.PNG),
	} {
		if err == nil {
			t.Errorf("%s was drawn", name)
		}
	}
	if _, err := FormatOf("a.gif"); err == nil {
		t.Error("a.gif was accepted")
	}
}
