package draw

import (
	"image/color"
	"slices"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/picture"
)

// themes are what changes the colours of a figure; nil is nothing.
var themes = []struct {
	name   string
	change func(color.NRGBA) color.NRGBA
}{{"light", nil}, {"dark", picture.Darkened}}

// ThemeNames lists the themes.
func ThemeNames() (names []string) {
	for _, t := range themes {
		names = append(names, t.name)
	}
	return names
}

// Themed is a drawing in the colours of a theme, with nothing behind it if it is to be clear. Cells of a picture keep theirs.
func Themed(d *drawing.Drawing, theme string, clear bool) (*drawing.Drawing, error) {
	i := slices.Index(ThemeNames(), theme)
	if i < 0 {
		return nil, lang.Errorf("%q is not one of %s", theme, lang.List(ThemeNames()))
	}
	if change := themes[i].change; change != nil {
		d = d.Recoloured(change)
	}
	if clear {
		c := *d
		c.Clear = true
		d = &c
	}
	return d, nil
}
