// Package convx holds what stands in the repository's root and is built into the program.
package convx

import _ "embed"

// Notices are the licences of everything that convx is built from, made by scripts/notices.
//
//go:embed NOTICES
var Notices string
