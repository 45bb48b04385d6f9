// Package measured turns what was computed or timed into documents: layers that were timed, compared or run on data, whole networks
// too, and identities that were checked. What only counts is package answer's, which is all that the page needs.
package measured
