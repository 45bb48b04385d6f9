// Package operands settles what a layer is run on: its input (a picture, an array, the sample picture, random data), its
// operands (arrays in files by name, image filters in their place, the rest drawn from a seed), and the keys that follow
// from their shapes. It knows nothing of the command line but the names of the flags that its errors speak of.
//
// What the user got wrong is a *layer.Error; what could not be read is any other error, and names the file.
package operands
