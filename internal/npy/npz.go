package npy

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

// scanArchive lists the arrays of a .npz. An archive is not unpacked beyond what an array's header claims, and that claim
// must agree with the archive's directory and with the caller's limit first.
func scanArchive(r io.ReaderAt, size int64) ([]array, error) {
	z, err := zip.NewReader(r, size)
	if err != nil {
		return nil, archiveError(err)
	}
	arrays, seen := []array{}, map[string]bool{}
	for _, entry := range z.File {
		if strings.HasSuffix(entry.Name, "/") {
			continue
		}
		if path.Base(entry.Name) == "data.pkl" {
			return nil, errors.New("it is a PyTorch checkpoint, whose pickle is never loaded: save the arrays with numpy.savez or as safetensors")
		}
		name := strings.TrimSuffix(entry.Name, ".npy")
		if seen[name] {
			return nil, fmt.Errorf("two arrays are called %q", clip(name))
		}
		seen[name] = true
		arrays = append(arrays, array{name, func() (body, func() error, error) { return openEntry(entry, size) }})
	}
	if len(arrays) == 0 {
		return nil, errors.New("the archive holds no arrays")
	}
	return arrays, nil
}

func openEntry(entry *zip.File, archiveSize int64) (body, func() error, error) {
	const encrypted = 1 // flag bit of the zip format
	if entry.Flags&encrypted != 0 {
		return body{}, nil, errors.New("it is encrypted: save the archive without a password")
	}
	unpacked, err := entry.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return body{}, nil, fmt.Errorf("compression method %d is not known: use numpy.savez or numpy.savez_compressed", entry.Method)
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
		return errors.New("the archive is damaged: a checksum does not match")
	}
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, zip.ErrFormat) {
		return errors.New("the archive is damaged or cut off")
	}
	return fmt.Errorf("the archive is damaged: %w", err)
}
