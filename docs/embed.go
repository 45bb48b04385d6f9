// Package docs holds the lessons, in English and Chinese, which the command line walks through.
package docs

import "embed"

// Lessons are the lessons, a Markdown file each: lessons/NAME.md, and in Chinese zh/lessons/NAME.md.
//
//go:embed lessons/*.md zh/lessons/*.md
var Lessons embed.FS
