package picture

import (
	"bytes"
	"hash/adler32"
	"io"

	"github.com/klauspost/compress/flate"
)

// block is a run of rows on its way through the encoder. Its goroutine owns it from start to collect.
type block struct {
	raw    []byte // the rows
	above  []byte // the row before the first
	bpp    int
	final  bool
	before chan []byte // gives the filtered bytes before this block
	tail   chan []byte // takes the last of this block's filtered bytes, for the next one
	done   chan error

	filtered    []byte
	filteredLen int
	choose      chooser
	coded       *flate.Writer // Huffman codes only
	matched     *flate.Writer // matches too
	out         bytes.Buffer
	adler       uint32
}

func (b *block) deflate(level int) {
	b.filter()
	b.tail <- bytes.Clone(b.filtered[max(0, len(b.filtered)-windowSize):])
	b.adler, b.filteredLen = adler32.Checksum(b.filtered), len(b.filtered)
	b.done <- b.compress(level, b.before)
}

func (b *block) filter() {
	n := len(b.above)
	rows := len(b.raw) / n
	if b.filtered == nil {
		b.filtered = make([]byte, rows*(n+1))
	}
	b.filtered = b.filtered[:rows*(n+1)]
	prev := b.above
	for y := range rows {
		row := b.raw[y*n : (y+1)*n]
		b.choose.filterRow(b.filtered[y*(n+1):(y+1)*(n+1)], row, prev, b.bpp)
		prev = row
	}
}

// compress deflates the filtered bytes, with matches or without.
func (b *block) compress(level int, window <-chan []byte) error {
	b.out.Reset()
	z := &b.coded
	if level = b.chooseLevel(level); level != flate.HuffmanOnly {
		z = &b.matched
	}
	var dict []byte
	if window != nil && level != flate.HuffmanOnly {
		dict = <-window // sent before that block is compressed, so that blocks wait for filters only
	}
	if err := resetFlate(z, &b.out, level, dict); err != nil {
		return err
	}
	if _, err := (*z).Write(b.filtered); err != nil {
		return err
	}
	if b.final {
		return (*z).Close()
	}
	return (*z).Flush()
}

const (
	sampleBytes = 1 << 13
	samples     = 4 // a block
)

// chooseLevel compresses samples of the block both ways. Matches are rare in the noise of a filtered photograph, and short
// ones cost more bits than the literals they replace; in drawings they are everything. At level 1, where time counts,
// matches must save a tenth.
func (b *block) chooseLevel(level int) int {
	sample := b.filtered
	if len(sample) > samples*sampleBytes {
		sample = make([]byte, 0, samples*sampleBytes)
		for i := range samples {
			start := (len(b.filtered) - sampleBytes) * i / (samples - 1)
			sample = append(sample, b.filtered[start:start+sampleBytes]...)
		}
	}
	coded, err1 := b.sampleSize(&b.coded, flate.HuffmanOnly, sample)
	matched, err2 := b.sampleSize(&b.matched, level, sample)
	if err1 != nil || err2 != nil {
		return level // which will meet the same error
	}
	if level == 1 {
		coded -= coded / 10
	}
	if coded <= matched {
		return flate.HuffmanOnly
	}
	return level
}

// sampleSize is the compressed size of a sample.
func (b *block) sampleSize(z **flate.Writer, level int, sample []byte) (int, error) {
	b.out.Reset()
	defer b.out.Reset()
	if err := resetFlate(z, &b.out, level, nil); err != nil {
		return 0, err
	}
	if _, err := (*z).Write(sample); err != nil {
		return 0, err
	}
	err := (*z).Close()
	return b.out.Len(), err
}

// resetFlate makes the writer at the first use.
func resetFlate(z **flate.Writer, out io.Writer, level int, dict []byte) (err error) {
	if *z == nil {
		*z, err = flate.NewWriterDict(out, level, dict)
		return err
	}
	(*z).ResetDict(out, dict)
	return nil
}

// joinAdler is the Adler-32 (RFC 1950, 8.2) of two runs of bytes joined, from those of each and the second's length:
// its halves are sums modulo 65521, the upper one of the lower one's values.
func joinAdler(first, second uint32, n int) uint32 {
	const mod = 65521
	a1, b1 := first&0xffff, first>>16
	a2, b2 := second&0xffff, second>>16
	a := (a1 + a2 + mod - 1) % mod
	b := (b1 + b2 + uint32(uint64(a1+mod-1)*uint64(n%mod)%mod)) % mod
	return b<<16 | a
}
