//go:build !js

package picture

import (
	"cmp"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"golang.org/x/image/font/opentype"
	"golang.org/x/image/font/sfnt"
)

// fontFolders are where systems install fonts.
func fontFolders() []string {
	home, _ := os.UserHomeDir()
	return []string{
		filepath.Join(home, ".local/share/fonts"), filepath.Join(home, ".fonts"), "/usr/local/share/fonts", "/usr/share/fonts",
		filepath.Join(home, "Library/Fonts"), "/Library/Fonts", "/System/Library/Fonts",
		filepath.Join(cmp.Or(os.Getenv("WINDIR"), `C:\Windows`), "Fonts"),
	}
}

// fontFiles are fonts with Chinese characters, the best first.
var fontFiles = []string{
	"NotoSansCJK-Regular.ttc", "NotoSansCJKsc-Regular.otf", "NotoSansSC-Regular.otf", "NotoSansSC-Regular.ttf", "SourceHanSans-Regular.ttc",
	"SourceHanSansSC-Regular.otf", "SourceHanSansCN-Regular.otf", "PingFang.ttc", "STHeiti Light.ttc", "msyh.ttc", "wqy-microhei.ttc", "wqy-zenhei.ttc",
	"DroidSansFallbackFull.ttf",
}

// installed is a font of the system that has Chinese characters, or nil. It is looked for when the first one is drawn; its glyphs are read as
// they are needed, from the open file.
var installed = sync.OnceValue(func() *sfnt.Font {
	found := make([]string, len(fontFiles))
	for _, folder := range fontFolders() {
		filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil {
				return nil // a folder that is not there, or not ours to read
			}
			if i := slices.Index(fontFiles, d.Name()); i >= 0 && found[i] == "" {
				found[i] = path
			}
			return nil
		})
	}
	for _, path := range found {
		if path == "" {
			continue
		}
		if f := openFont(path); f != nil {
			return f
		}
	}
	return nil
})

// openFont is the font of a file: of a collection, that of mainland China, where the characters of several countries differ.
func openFont(path string) *sfnt.Font {
	file, err := os.Open(path)
	if err != nil {
		return nil
	}
	c, err := opentype.ParseCollectionReaderAt(file)
	if err != nil {
		file.Close()
		return nil
	}
	var chosen *sfnt.Font
	for i := range c.NumFonts() {
		f, err := c.Font(i)
		if err != nil {
			continue
		}
		name, _ := f.Name(nil, sfnt.NameIDFamily)
		if chosen == nil || strings.HasSuffix(name, " SC") {
			chosen = f
		}
	}
	if chosen == nil {
		file.Close()
	}
	return chosen
}
