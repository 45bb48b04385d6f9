package input

import (
	"strings"

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

// foreign formats by what they have at an offset from their start, and at another.
var foreign = []struct {
	Format
	at     int
	start  string
	second int
	then   string
}{
	{Format{lang.Key("a WebP picture"), asPicture}, 0, "RIFF", 8, "WEBP"},
	{Format{lang.Key("a TIFF picture"), asPicture}, 0, "II*\x00", 0, ""},
	{Format{lang.Key("a TIFF picture"), asPicture}, 0, "MM\x00*", 0, ""},
	{Format{lang.Key("a BigTIFF picture"), asPicture}, 0, "II+\x00", 0, ""},
	{Format{lang.Key("a BigTIFF picture"), asPicture}, 0, "MM\x00+", 0, ""},
	{Format{lang.Key("a BMP picture"), asPicture}, 0, "BM", 6, "\x00\x00\x00\x00"}, // reserved
	{Format{lang.Key("an AVIF picture"), asPicture}, 4, "ftypavif", 0, ""},
	{Format{lang.Key("an AVIF picture"), asPicture}, 4, "ftypavis", 0, ""},
	{Format{lang.Key("a HEIC picture"), asPicture}, 4, "ftyphei", 0, ""},
	{Format{lang.Key("a HEIF picture"), asPicture}, 4, "ftypmif1", 0, ""},
	{Format{lang.Key("a JPEG XL picture"), asPicture}, 0, "\x00\x00\x00\x0cJXL ", 0, ""},
	{Format{lang.Key("a JPEG XL picture"), asPicture}, 0, "\xff\x0a", 0, ""},
	{Format{lang.Key("a JPEG 2000 picture"), asPicture}, 0, "\x00\x00\x00\x0cjP  ", 0, ""},
	{Format{lang.Key("a Photoshop document"), asPicture}, 0, "8BPS", 0, ""},
	{Format{lang.Key("an ICO picture"), asPicture}, 0, "\x00\x00\x01\x00", 0, ""},
	{Format{lang.Key("an OpenEXR picture"), asPicture}, 0, "\x76\x2f\x31\x01", 0, ""},
	{Format{lang.Key("a QOI picture"), asPicture}, 0, "qoif", 0, ""},
	{Format{lang.Key("a PNM picture"), asPicture}, 0, "P5", 0, ""},
	{Format{lang.Key("a PNM picture"), asPicture}, 0, "P6", 0, ""},
	{Format{lang.Key("an SVG drawing"), asPicture}, 0, "<svg", 0, ""},
	{Format{lang.Key("a PDF document"), asPicture}, 0, "%PDF", 0, ""},
	{Format{lang.Key("an HDF5 file"), lang.Key("read it with h5py, then save its arrays with numpy.savez or as safetensors")}, 0, "\x89HDF\r\n\x1a\n", 0, ""},
	{Format{lang.Key("a TensorFlow Lite model"), lang.Key("convert it to ONNX with tf2onnx, or save its arrays with numpy.savez or as safetensors")}, 4, "TFL3", 0, ""},
	{Format{lang.Key("a Python pickle or PyTorch checkpoint, which is never loaded,"), asArrays}, 0, "\x80\x02", 0, ""},
	{Format{lang.Key("a Python pickle, which is never loaded,"), asArrays}, 0, "\x80\x03", 0, ""},
	{Format{lang.Key("a Python pickle, which is never loaded,"), asArrays}, 0, "\x80\x04", 0, ""},
	{Format{lang.Key("a Python pickle, which is never loaded,"), asArrays}, 0, "\x80\x05", 0, ""},
	{Format{lang.Key("a MATLAB file"), lang.Key("read it with scipy.io.loadmat, then save its arrays with numpy.savez or as safetensors")}, 0, "MATLAB", 0, ""},
	{Format{lang.Key("a gzip file"), lang.Key("unpack it first")}, 0, "\x1f\x8b", 0, ""},
	{Format{lang.Key("a GGUF model"), lang.Key("convert it to safetensors")}, 0, "GGUF", 0, ""},
}

// Foreign tells a format that convx does not read by a file's start, of up to ForeignBytes bytes.
func Foreign(start []byte) (Format, bool) {
	has := func(at int, want string) bool { return len(start) >= at && strings.HasPrefix(string(start[at:]), want) }
	for _, f := range foreign {
		if has(f.at, f.start) && has(f.second, f.then) {
			return Format{lang.Text(f.What), lang.Text(f.Instead)}, true
		}
	}
	return Format{}, false
}
