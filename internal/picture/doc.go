// Package picture reads and writes pictures and turns tensors into something to look at.
//
// # Reading
//
// PNG (every colour type and bit depth, interlaced or not), JPEG, and the first frame of a GIF. A Reader yields rows of
// interleaved samples, so that a picture can stream through a filter in bands; Read collects them into a
// 1 x C x H x W tensor with C = 3 (red, green, blue) or 1 (grey).
//
//   - Samples are scaled to [0, 1]: v/255 for 8 bits and fewer, v/65535 for 16 bits. 1, 2 and 4-bit samples are first
//     widened to 8 bits (v * 255 / (2^depth - 1)), as the PNG specification does. No gamma is undone.
//   - Gray from colour is the luma of ITU-R Rec. 601: 0.299 R + 0.587 G + 0.114 B. Colour from grey repeats it.
//   - A palette is resolved to colour. Alpha is dropped, not composited: PNG colours are not premultiplied, so what
//     lies under a transparent pixel is what the file says it is, in a GIF too. Info.Alpha tells that it was there.
//   - CMYK JPEGs become RGB. The chroma of a subsampled JPEG is repeated, not smoothed. Colour profiles are not applied, and
//     orientation tags only on demand.
//   - What does no harm is noted, as libpng does: wrong checksums of chunks that a picture can be shown without, pixels
//     beyond the last row.
//
// # Writing
//
// A Writer takes rows and writes PNG: rows are filtered and deflated in blocks on several cores, each block primed with the
// 32 KiB before it and ended by a sync flush, so that the blocks join into one ordinary zlib stream.
//
// # Showing values
//
// Map turns a result of any range into a picture, and says what it did; Canvas, Panels and EncodeGIF draw figures.
package picture
