package npy

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"

	"convx/internal/lang"
)

// The records of a zip archive (APPNOTE 6.3), by their signatures, in the order in which they come.
const (
	localHeader     = 0x04034b50
	descriptor      = 0x08074b50
	directoryHeader = 0x02014b50
	directoryEnd64  = 0x06064b50
	directoryPlace  = 0x07064b50
	directoryEnd    = 0x06054b50
)

var errArchive = archiveError(zip.ErrFormat)

// entry is one of a zip archive that comes through a pipe.
type entry struct {
	name           string
	method         uint16
	encrypted      bool
	described      bool // checksum and sizes follow the content
	longDescriptor bool // with sizes of 8 bytes
	sum            uint32
	size           int64 // unpacked

	raw     *bufio.Reader     // the archive
	left    *io.LimitedReader // what is left of the packed content, nil where only the content tells its end
	content io.Reader         // unpacked
	seen    summed
}

// archive reads a zip archive from front to back, entry after entry, and decodes the arrays as they pass. The directory at
// its end must name the same entries, and nothing may follow it.
func (k *keeper) archive(r *bufio.Reader) error {
	names := entryNames{}
	for entries := 0; ; entries++ {
		signature, err := signatureOf(r)
		if err != nil {
			return err
		}
		if signature != localHeader {
			listed, err := passDirectory(r, signature)
			if err != nil {
				return err
			}
			if listed != entries {
				return errArchive
			}
			break
		}
		e, err := readEntry(r)
		if err != nil {
			return err
		}
		name, claimed, err := names.add(e.name)
		if err != nil {
			return err
		}
		if err := k.entry(name, claimed, e); err != nil {
			return err
		}
	}
	if len(k.arrays) == 0 {
		return names.none()
	}
	return checkEnd(r)
}

// entry keeps the array of an entry, if it is one, and reads on to the entry's end.
func (k *keeper) entry(name string, claimed bool, e *entry) error {
	if err := e.open(); err != nil {
		if !claimed || e.left == nil {
			return lang.Errorf("array %q: %w", clip(name), err)
		}
		k.broken(name, err)
		return e.skip()
	}
	if !claimed {
		start := make([]byte, len(magic))
		n, _ := io.ReadFull(e.content, start)
		if name == "" || string(start[:n]) != magic {
			return e.skip()
		}
		e.content = io.MultiReader(bytes.NewReader(start), e.content)
	}
	info, header, err := readHeader(e.content)
	if err != nil {
		k.broken(name, err)
		return e.skip()
	}
	b := e.body(info, header)
	k.keep(name, b)
	switch h := k.arrays[len(k.arrays)-1].held; {
	case h.err != nil:
		return e.skip()
	case h.values == nil && e.left != nil: // not wanted
		return e.skip()
	case h.values == nil:
		if _, err := io.CopyN(io.Discard, b.r, info.bytes()); err != nil {
			return packedError(err)
		}
		if err := checkEnd(b.r); err != nil {
			return err
		}
	}
	return e.finish()
}

func signatureOf(r io.Reader) (uint32, error) {
	var b [4]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return 0, packedError(err)
	}
	return binary.LittleEndian.Uint32(b[:]), nil
}

// packedError words an error of reading an archive: its end is a cut.
func packedError(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return errArchive
	}
	return err
}

// readEntry reads a local header, after its signature.
func readEntry(r *bufio.Reader) (*entry, error) {
	var b [26]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return nil, packedError(err)
	}
	field16 := func(at int) uint16 { return binary.LittleEndian.Uint16(b[at:]) }
	field32 := func(at int) uint32 { return binary.LittleEndian.Uint32(b[at:]) }
	rest := make([]byte, int(field16(22))+int(field16(24)))
	if _, err := io.ReadFull(r, rest); err != nil {
		return nil, packedError(err)
	}
	const streamed = 1 << 3 // flag bit
	e := &entry{
		name: string(rest[:field16(22)]), method: field16(4), encrypted: field16(2)&encrypted != 0, described: field16(2)&streamed != 0,
		sum: field32(10), size: int64(field32(18)), raw: r,
	}
	packed := int64(field32(14))
	if err := e.longSizes(rest[field16(22):], &packed); err != nil {
		return nil, err
	}
	if !e.described || packed > 0 {
		e.left = &io.LimitedReader{R: r, N: packed}
	}
	return e, nil
}

// longSizes reads the extra field 1: the sizes in 8 bytes each, where those of 4 are full.
func (e *entry) longSizes(extra []byte, packed *int64) error {
	for len(extra) >= 4 {
		id, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if extra = extra[4:]; n > len(extra) {
			return errArchive
		}
		field := extra[:n]
		extra = extra[n:]
		if id != 1 {
			continue
		}
		e.longDescriptor = true
		for _, size := range []*int64{&e.size, packed} {
			if *size != 1<<32-1 || len(field) < 8 {
				continue
			}
			if *size = int64(binary.LittleEndian.Uint64(field)); *size < 0 {
				return errArchive
			}
			field = field[8:]
		}
	}
	return nil
}

// open begins the content.
func (e *entry) open() error {
	packed := e.raw
	if e.left != nil {
		packed = bufio.NewReader(e.left)
	}
	switch {
	case e.encrypted:
		return errEncrypted
	case e.method == zip.Store && e.left != nil:
		e.content = e.left
	case e.method == zip.Store:
		e.content = e.raw
	case e.method == zip.Deflate: // which takes no byte too many from a reader of bytes
		e.content = flate.NewReader(packed)
	default:
		return unknownMethod(e.method)
	}
	e.content = io.TeeReader(&archiveReader{e.content}, &e.seen)
	return nil
}

// body is the array whose header was read.
func (e *entry) body(info Info, header int64) body {
	b := body{r: e.content, info: info, size: -1}
	switch {
	case !e.described:
		b.size = max(e.size-header, 0)
	case e.left == nil && e.method == zip.Store: // its header alone says where it ends
		b.r = io.LimitReader(e.content, info.bytes())
	}
	return b
}

// mostPassed bounds what is unpacked of an entry that is of no use, to find its end.
const mostPassed = 64 << 20

// skip goes to the end of an entry that is not kept.
func (e *entry) skip() error {
	if e.left == nil && e.method == zip.Deflate {
		if _, err := io.CopyN(io.Discard, e.content, mostPassed); errors.Is(err, io.EOF) {
			return e.finish()
		} else if err != nil {
			return err
		}
	}
	if e.left == nil {
		return lang.Errorf("entry %q: where it ends is not known before it is read: save the archive to a file first", clip(e.name))
	}
	if _, err := io.Copy(io.Discard, e.left); err != nil {
		return err
	}
	if e.left.N > 0 {
		return errArchive
	}
	if e.described {
		_, _, err := e.descriptor()
		return err
	}
	return nil
}

// finish goes to the end of an entry whose content was read, and checks its sum.
func (e *entry) finish() (err error) {
	sum, size := e.sum, e.size
	if e.left != nil {
		if _, err := io.Copy(io.Discard, e.left); err != nil {
			return err
		}
	}
	if e.described {
		if sum, size, err = e.descriptor(); err != nil {
			return err
		}
	}
	if sum != e.seen.sum {
		return archiveError(zip.ErrChecksum)
	}
	if size != e.seen.size {
		return errArchive
	}
	return nil
}

// descriptor reads checksum and size of the content from after it, where a signature may stand before them.
func (e *entry) descriptor() (sum uint32, size int64, err error) {
	start, err := e.raw.Peek(4)
	if err != nil {
		return 0, 0, packedError(err)
	}
	if binary.LittleEndian.Uint32(start) == descriptor {
		e.raw.Discard(4)
	}
	long := e.longDescriptor || e.seen.size >= 1<<32-1
	b := make([]byte, map[bool]int{false: 12, true: 20}[long])
	if _, err := io.ReadFull(e.raw, b); err != nil {
		return 0, 0, packedError(err)
	}
	size = int64(binary.LittleEndian.Uint32(b[8:]))
	if long {
		size = int64(binary.LittleEndian.Uint64(b[12:]))
	}
	return binary.LittleEndian.Uint32(b), size, nil
}

// summed is the checksum and the size of what was written to it.
type summed struct {
	sum  uint32
	size int64
}

func (s *summed) Write(p []byte) (int, error) {
	s.sum = crc32.Update(s.sum, crc32.IEEETable, p)
	s.size += int64(len(p))
	return len(p), nil
}

// passDirectory reads the directory from after its first signature to its end, and counts the entries that it lists.
func passDirectory(r *bufio.Reader, signature uint32) (listed int, err error) {
	for {
		var fixed int      // bytes of the record after the signature
		var variable []int // where the lengths of what follows it stand, 2 bytes each
		switch signature {
		case directoryHeader:
			fixed, variable = 42, []int{24, 26, 28}
			listed++
		case directoryEnd64:
			fixed = 52
		case directoryPlace:
			fixed = 16
		case directoryEnd:
			fixed, variable = 18, []int{16}
		default:
			return 0, errArchive
		}
		record := make([]byte, fixed)
		if _, err := io.ReadFull(r, record); err != nil {
			return 0, packedError(err)
		}
		for _, at := range variable {
			if _, err := r.Discard(int(binary.LittleEndian.Uint16(record[at:]))); err != nil {
				return 0, packedError(err)
			}
		}
		if signature == directoryEnd {
			return listed, nil
		}
		if signature, err = signatureOf(r); err != nil {
			return 0, err
		}
	}
}
