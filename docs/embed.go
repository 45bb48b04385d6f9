// Package docs holds the lessons, which the command line walks through.
package docs

import "embed"

// Lessons are the lessons, a Markdown file each.
//
//go:embed lessons/*.md
var Lessons embed.FS
