package npy

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/tensor"
)

const (
	magic = "\x93NUMPY"
	// maxHeader is the longest header that version 1 can hold. Later versions allow more, for structured types that are
	// refused anyway.
	maxHeader = 1<<16 - 1
	// maxAxes is NumPy 2's NPY_MAXDIMS.
	maxAxes = 64
)

// readHeader reads everything before the elements and returns how many bytes that was.
func readHeader(r io.Reader) (Info, int64, error) {
	var start [8]byte
	n, err := io.ReadFull(r, start[:])
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return Info{}, 0, err
	}
	if !strings.HasPrefix(string(start[:n]), magic) {
		return Info{}, 0, lang.Errorf("expected an .npy array, found %s", describe(start[:n]))
	}
	if n < len(start) {
		return Info{}, 0, errShortHeader
	}
	version := int(start[6])
	text, length, err := readText(r, version, start[7])
	if err != nil {
		return Info{}, 0, err
	}
	info, err := parseHeader(text)
	if err != nil {
		return Info{}, 0, err
	}
	info.Version = version
	return info, int64(len(start) + length), nil
}

var errShortHeader = lang.New("the file ends within its header")

// readText reads the length field and the dictionary's text; it returns the bytes of both.
func readText(r io.Reader, major int, minor byte) (string, int, error) {
	if major < 1 || major > 3 || minor != 0 {
		return "", 0, lang.Errorf("version %d.%d of the format is not known (1.0, 2.0 and 3.0 are)", major, minor)
	}
	field := make([]byte, 4)
	if major == 1 {
		field = field[:2]
	}
	if _, err := io.ReadFull(r, field); err != nil {
		return "", 0, shortHeader(err)
	}
	length := uint64(0)
	if major == 1 {
		length = uint64(binary.LittleEndian.Uint16(field))
	} else {
		length = uint64(binary.LittleEndian.Uint32(field))
	}
	if length > maxHeader {
		return "", 0, lang.Errorf("a header of %d bytes is too long (at most %d)", length, maxHeader)
	}
	text := make([]byte, length)
	if _, err := io.ReadFull(r, text); err != nil {
		return "", 0, shortHeader(err)
	}
	return string(text), len(field) + len(text), nil
}

func shortHeader(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errShortHeader
	}
	return err
}

// parseHeader reads the three keys, in any order; like NumPy it takes no others.
func parseHeader(text string) (Info, error) {
	fields, err := parseDict(text)
	if err != nil {
		return Info{}, err
	}
	keys := []string{"descr", "fortran_order", "shape"}
	for key := range fields {
		if !slices.Contains(keys, key) {
			return Info{}, lang.Errorf("damaged header: key %q is not known", clip(key))
		}
	}
	for _, key := range keys {
		if _, ok := fields[key]; !ok {
			return Info{}, lang.Errorf("damaged header: key %q is missing", key)
		}
	}
	var info Info
	if info.DType, info.BigEndian, err = headerDType(fields["descr"]); err != nil {
		return Info{}, err
	}
	fortran, ok := fields["fortran_order"].value.(bool)
	if !ok {
		return Info{}, lang.Errorf("damaged header: fortran_order is %s, not True or False", clip(fields["fortran_order"].text))
	}
	info.Fortran = fortran
	info.Shape, err = headerShape(fields["shape"])
	return info, err
}

func headerDType(f field) (DType, bool, error) {
	switch descr := f.value.(type) {
	case string:
		return parseDescr(descr)
	case sequence:
		return 0, false, lang.Errorf("structured dtype %s cannot be read: save one field, x['name'].astype('float32')", clip(f.text))
	}
	return 0, false, lang.Errorf("damaged header: descr is %s, not a dtype", clip(f.text))
}

func headerShape(f field) ([]int, error) {
	items, ok := f.value.(sequence)
	if !ok {
		return nil, lang.Errorf("damaged header: shape is %s, not a tuple such as (3,)", clip(f.text))
	}
	if len(items) > maxAxes {
		return nil, lang.Errorf("an array of %d axes is too deep (at most %d)", len(items), maxAxes)
	}
	shape := make([]int, len(items))
	for i, item := range items {
		digits, ok := item.(integer)
		if !ok {
			return nil, lang.Errorf("damaged header: shape %s holds something other than integers", clip(f.text))
		}
		d, err := strconv.Atoi(string(digits))
		if err != nil {
			return nil, lang.Errorf("shape %s: extent %s: %w", clip(f.text), clip(string(digits)), tensor.ErrTooLarge)
		}
		shape[i] = d
	}
	if _, err := tensor.Size(shape); err != nil {
		return nil, err
	}
	return shape, nil
}
