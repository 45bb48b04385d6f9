// Package onnx reads ONNX models as networks of convx layers: which layers, which shapes, and where the weights are.
//
// Three steps, one a file group:
//
//   - wire.go, decode.go and tensor.go read the protocol-buffer file. Weight payloads are stepped over by their length,
//     so that a model of a gigabyte costs a few megabytes of memory; only small constants, which shapes are computed
//     from, are kept.
//   - infer.go and the ops_*.go tables follow the nodes in order: each operator's rule gives the shapes of its outputs,
//     their values where they are small constants (Shape, Gather, Concat, … feeding a Reshape), and the layer that it is.
//   - graph.go turns the layers into a network, and program.go, where a run asks for it, the nodes into instructions.
//   - stored.go and source.go read a weight from its place when it is asked for.
//
// Operator sets differ in whether an operator reads its parameters from attributes or from inputs. Rules look at what the
// node has, so that one rule serves all versions.
//
// An operator without a rule is reported as uncounted, never as zero. The format is described at
// https://github.com/onnx/onnx/blob/main/docs/IR.md and the operators in Operators.md beside it.
package onnx
