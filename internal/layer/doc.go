// Package layer is convx's vocabulary: what a convolution layer is, before anything is computed.
//
// A Spec is what the user asked for: a variant and its keys, defaults not yet filled in. Build checks it and returns
// a Layer: the spec with every key filled in, and the stages that the variant is made of. A Stage is one primitive
// operator (Op) with a name, its inputs and the names of its operands. Everything else in convx (output sizes, counts,
// numbers) is a rule about primitives, folded over stages.
//
// Conventions: cross-correlation (the kernel is not flipped); activations are N x C x spatial; weights are
// O x I/groups x kernel (transposed: I x O/groups x kernel); spatial axes are W, H x W or D x H x W; dilation 1 is no
// dilation; padding is zeros unless a PadMode says otherwise.
package layer
