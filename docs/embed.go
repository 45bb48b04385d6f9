// Package docs holds the lessons, in English and Chinese, which the command line walks through.
package docs

import "embed"

// Lessons are the lessons, a Markdown file each: lessons/NAME.md, and in Chinese zh/lessons/NAME.md and zh/claims.md.
//
//go:embed lessons/*.md zh/lessons/*.md zh/claims.md
var Lessons embed.FS
