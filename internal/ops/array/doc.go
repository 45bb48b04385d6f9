// Package array computes the operators of ONNX on arrays of every element type and any rank.
//
// Operators are rows of one table: name, domain, how many inputs and outputs, element types, and the function that runs
// them. Unary and binary operators are rows of tables over generic functions, data movement is one strided copy,
// reductions one loop nest, broadcasting one iterator. Semantics are those of the operator's specification at the opset
// of the Call, https://onnx.ai/onnx/operators.
//
// Half floats are computed in float32 and rounded once for each operator; integers exactly, wrapping around as in C.
package array
