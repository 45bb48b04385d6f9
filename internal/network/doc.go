// Package network reads whole networks into a graph of layers and counts them.
//
// A Graph lists nodes in execution order; each reads the outputs of earlier nodes and has one output. Network files
// (YAML) and ONNX models are two ways to get a Graph, and Evaluate is what is done with one: shapes, counts, receptive
// fields and the memory that is live while each node runs, in time linear in the number of nodes.
package network
