package input

import (
	"slices"

	"convx/internal/lang"
)

// Format is a kind of file that convx does not read, and what to do about it.
type Format struct{ What, Instead string }

// ForeignBytes are enough of a file's start to tell every foreign format.
const ForeignBytes = 16

const (
	asPicture = lang.Key("convert it to PNG, with ImageMagick's convert or an image editor")
	asArrays  = lang.Key("save its arrays with numpy.savez or as safetensors")
)

// foreign formats by how their files may start, where a question mark stands for any byte.
var foreign = []struct {
	Format
	starts []string
}{
	{Format{lang.Key("a WebP picture"), asPicture}, []string{"RIFF????WEBP"}},
	{Format{lang.Key("a TIFF picture"), asPicture}, []string{"II*\x00", "MM\x00*"}},
	{Format{lang.Key("a BigTIFF picture"), asPicture}, []string{"II+\x00", "MM\x00+"}},
	{Format{lang.Key("a BMP picture"), asPicture}, []string{"BM????\x00\x00\x00\x00"}}, // the zeros are reserved
	{Format{lang.Key("an AVIF picture"), asPicture}, []string{"????ftypavif", "????ftypavis"}},
	{Format{lang.Key("a HEIC picture"), asPicture}, []string{"????ftyphei"}},
	{Format{lang.Key("a HEIF picture"), asPicture}, []string{"????ftypmif1"}},
	{Format{lang.Key("a JPEG XL picture"), asPicture}, []string{"\x00\x00\x00\x0cJXL ", "\xff\x0a"}},
	{Format{lang.Key("a JPEG 2000 picture"), asPicture}, []string{"\x00\x00\x00\x0cjP  "}},
	{Format{lang.Key("a Photoshop document"), asPicture}, []string{"8BPS"}},
	{Format{lang.Key("an ICO picture"), asPicture}, []string{"\x00\x00\x01\x00"}},
	{Format{lang.Key("an OpenEXR picture"), asPicture}, []string{"\x76\x2f\x31\x01"}},
	{Format{lang.Key("a QOI picture"), asPicture}, []string{"qoif"}},
	{Format{lang.Key("a PNM picture"), asPicture}, []string{"P5", "P6"}},
	{Format{lang.Key("an SVG drawing"), asPicture}, []string{"<svg"}},
	{Format{lang.Key("a PDF document"), asPicture}, []string{"%PDF"}},
	{Format{lang.Key("an HDF5 file"), lang.Key("read it with h5py, then save its arrays with numpy.savez or as safetensors")}, []string{"\x89HDF\r\n\x1a\n"}},
	{Format{lang.Key("a TensorFlow Lite model"), lang.Key("convert it to ONNX with tf2onnx, or save its arrays with numpy.savez or as safetensors")}, []string{"????TFL3"}},
	{Format{lang.Key("a Python pickle or PyTorch checkpoint, which is never loaded,"), asArrays}, []string{"\x80\x02"}},
	{Format{lang.Key("a Python pickle, which is never loaded,"), asArrays}, []string{"\x80\x03", "\x80\x04", "\x80\x05"}},
	{Format{lang.Key("a MATLAB file"), lang.Key("read it with scipy.io.loadmat, then save its arrays with numpy.savez or as safetensors")}, []string{"MATLAB"}},
	{Format{lang.Key("a gzip file"), lang.Key("unpack it first")}, []string{"\x1f\x8b"}},
	{Format{lang.Key("a GGUF model"), lang.Key("convert it to safetensors")}, []string{"GGUF"}},
}

// Foreign tells a format that convx does not read by a file's start, of up to ForeignBytes bytes.
func Foreign(start []byte) (Format, bool) {
	for _, f := range foreign {
		if slices.ContainsFunc(f.starts, func(want string) bool { return begins(start, want) }) {
			return Format{lang.Text(f.What), lang.Text(f.Instead)}, true
		}
	}
	return Format{}, false
}

// begins reports whether a file's start is as wanted.
func begins(start []byte, want string) bool {
	if len(start) < len(want) {
		return false
	}
	for i := range len(want) {
		if want[i] != '?' && start[i] != want[i] {
			return false
		}
	}
	return true
}
