package page

import (
	"embed"
	"io/fs"
)

//go:embed site
var site embed.FS

// Site is the page's own files: index.html, its style sheet and its modules.
func Site() fs.FS {
	sub, err := fs.Sub(site, "site")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return sub
}
