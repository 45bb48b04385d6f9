// Package swap exchanges convolutions of a network for other variants, and looks for what fits a budget.
//
// A Rule says which layers become what; Apply makes the network with them, in which every exchanged layer has the channels, the
// stride and the output size that it had. What it saves is arithmetic on counts, beside what the papers predict. What it does to
// the accuracy nobody can compute: the new network must be trained.
package swap
