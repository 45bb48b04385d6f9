// Package infer runs whole networks: a program is prepared once and run many times.
//
// Preparing goes in this order, one file each:
//
//   - graph.go takes the program's instructions as nodes, and refuses operators that nobody can run, all of them at once.
//   - constants.go reads weights and computes what follows from them and from static shapes alone.
//   - rewrites.go lists the rewrites of the graph, each of which can be switched off.
//   - steps.go chooses how each node runs: a plan of package ops with packed weights, a body, or the general operator of
//     package ops/array, which can run every one of them.
//   - place.go gives every value whose shape is known a place in one memory, by when it is alive.
//
// A run (run.go) goes through the nodes in turn. What has no static shape is allocated as it comes.
package infer
