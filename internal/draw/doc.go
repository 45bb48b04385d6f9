// Package draw makes classroom figures of layers: the window that slides over a small grid, the channels that see each
// other, the blocks of a composed variant; as a still or an animation over the output positions, in the style of Dumoulin &
// Visin 2016, A guide to convolution arithmetic for deep learning.
//
// A Figure is a function from a frame number to a drawing.Drawing. What is drawn is computed from the same layer and shapes as
// every other answer.
package draw
