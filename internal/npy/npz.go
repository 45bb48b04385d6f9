package npy

import (
	"archive/zip"
	"errors"
	"io"
	"maps"
	"path"
	"slices"
	"strings"

	"convx/internal/lang"
)

// scanArchive lists the arrays of a .npz. An archive is not unpacked beyond what an array's header claims, and that claim
// must agree with the archive's directory and with the caller's limit first. What else lies in it, such as a readme, is
// no array.
func scanArchive(r io.ReaderAt, size int64) ([]array, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, archiveError(err)
	}
	arrays, names := []array{}, entryNames{}
	for _, entry := range z.File {
		name, claimed, err := names.add(entry.Name)
		if err != nil {
			return nil, err
		}
		if claimed || startsAsArray(entry) {
			arrays = append(arrays, array{name: name, open: func() (body, func() error, error) { return openEntry(entry, size) }})
		}
	}
	if len(arrays) == 0 {
		return nil, names.none()
	}
	return arrays, nil
}

// entryNames are those of an archive's entries, by the names of the arrays that they may be.
type entryNames map[string]bool

// add takes the next entry's name. It gives the name of the array, and whether the ending claims that there is one; where
// it does not, the content tells. Folders are not entries, nor is what macOS keeps beside the files.
func (e entryNames) add(entry string) (name string, claimed bool, err error) {
	if strings.HasSuffix(entry, "/") || strings.HasPrefix(entry, "__MACOSX/") {
		return "", false, nil
	}
	if path.Base(entry) == "data.pkl" {
		return "", false, lang.New("it is a PyTorch checkpoint, whose pickle is never loaded: save the arrays with numpy.savez or as safetensors")
	}
	name, claimed = strings.CutSuffix(entry, ".npy")
	if e[name] {
		return "", false, lang.Errorf("two arrays are called %q", clip(name))
	}
	e[name] = true
	return name, claimed, nil
}

// none says that there are no arrays, and what there is instead.
func (e entryNames) none() error {
	if len(e) == 0 {
		return lang.New("the archive holds no arrays")
	}
	return lang.Errorf("the archive holds no arrays, only %s", quoteAll(slices.Sorted(maps.Keys(e))))
}

// startsAsArray looks at the content of an entry whose name does not end in .npy.
func startsAsArray(entry *zip.File) bool {
	if strings.HasSuffix(entry.Name, "/") || strings.HasPrefix(entry.Name, "__MACOSX/") {
		return false
	}
	r, err := entry.Open()
	if err != nil {
		return false
	}
	defer r.Close()
	start := make([]byte, len(magic))
	_, err = io.ReadFull(r, start)
	return err == nil && string(start) == magic
}

const encrypted = 1 // flag bit of the zip format

var errEncrypted = lang.New("it is encrypted: save the archive without a password")

func unknownMethod(method uint16) error {
	return lang.Errorf("compression method %d is not known: use numpy.savez or numpy.savez_compressed", method)
}

func openEntry(entry *zip.File, archiveSize int64) (body, func() error, error) {
	if entry.Flags&encrypted != 0 {
		return body{}, nil, errEncrypted
	}
	unpacked, err := entry.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return body{}, nil, unknownMethod(entry.Method)
	}
	if err != nil {
		return body{}, nil, archiveError(err)
	}
	r := &archiveReader{unpacked}
	info, header, err := readHeader(r)
	if err != nil {
		unpacked.Close()
		return body{}, nil, err
	}
	if entry.UncompressedSize64 > 1<<62 {
		unpacked.Close()
		return body{}, nil, archiveError(zip.ErrFormat)
	}
	left := int64(entry.UncompressedSize64) - header
	// Stored bytes that are no more than the archive's own are really there; a deflated size is only a claim.
	trusted := entry.Method == zip.Store && entry.UncompressedSize64 <= uint64(archiveSize)
	return body{r: r, info: info, size: max(left, 0), trusted: trusted}, unpacked.Close, nil
}

// archiveReader explains the errors of unpacking.
type archiveReader struct{ r io.Reader }

func (a *archiveReader) Read(p []byte) (int, error) {
	n, err := a.r.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		err = archiveError(err)
	}
	return n, err
}

// archiveError is one clear line for the ways in which an archive can be damaged.
func archiveError(err error) error {
	if errors.Is(err, zip.ErrChecksum) {
		return lang.New("the archive is damaged: a checksum does not match")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zip.ErrFormat) {
		return lang.New("the archive is damaged or cut off")
	}
	return lang.Errorf("the archive is damaged: %w", err)
}
