package answer

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"

	"convx/internal/flops"
	"convx/internal/input"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// MaxBatchLine bounds a line of a batch, in bytes.
const MaxBatchLine = 1 << 20

// BatchOptions are how the layers of a batch are counted.
type BatchOptions struct {
	Convention flops.Convention
	Types      flops.Types
}

// batchJSON is the answer to a line: the line's id, if it has one, and the counts; or what is wrong with it.
type batchJSON struct {
	ID      json.RawMessage `json:"id,omitempty"`
	Variant string          `json:"variant"`
	Input   []int           `json:"input"`
	Output  []int           `json:"output"`
	flops.Total
	ArithmeticIntensity float64 `json:"arithmetic_intensity"`
}

type batchErrorJSON struct {
	ID    json.RawMessage `json:"id,omitempty"`
	Line  int             `json:"line"`
	Error string          `json:"error"`
}

// Batch counts a layer a line, {"variant": "standard", "input": "3x8x8", "kernel": 3}, and answers each with a line. Lines that are
// no layer are answered with an error in their place; failed is how many. Empty lines are passed over. Errors are those of reading
// and writing.
func Batch(in io.Reader, out io.Writer, o BatchOptions) (lines, failed int, err error) {
	r := bufio.NewReaderSize(in, 1<<16)
	w := bufio.NewWriterSize(out, 1<<16)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for number := 1; ; number++ {
		line, long, end := readLine(r)
		if end != nil && !errors.Is(end, io.EOF) {
			return lines, failed, end
		}
		if trimmed := bytes.TrimSpace(line); len(trimmed) > 0 || long {
			lines++
			var said any
			if said, err = o.answer(trimmed, long); err != nil {
				failed++
				said = batchErrorJSON{idOf(trimmed, long), number, err.Error()}
			}
			if err := enc.Encode(said); err != nil {
				return lines, failed, err
			}
		}
		if end != nil {
			return lines, failed, w.Flush()
		}
		if r.Buffered() == 0 { // whoever asks line by line waits for the answer
			if err := w.Flush(); err != nil {
				return lines, failed, err
			}
		}
	}
}

// readLine reads up to the end of a line; of one that is too long nothing is kept.
func readLine(r *bufio.Reader) (line []byte, long bool, err error) {
	for {
		part, err := r.ReadSlice('\n')
		if len(line)+len(part) > MaxBatchLine {
			line, long = nil, true
		}
		if !long {
			line = append(line, part...)
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, long, err
		}
	}
}

// idOf is the id of a line that is an object, whatever else is wrong with it.
func idOf(line []byte, long bool) json.RawMessage {
	var j struct {
		ID json.RawMessage `json:"id"`
	}
	if long || json.Unmarshal(line, &j) != nil {
		return nil
	}
	return j.ID
}

func (o BatchOptions) answer(line []byte, long bool) (any, error) {
	if long {
		return nil, lang.Errorf("the line has more than %d bytes", MaxBatchLine)
	}
	keys, err := object(line)
	if err != nil {
		return nil, lang.Errorf(`a line is a layer as a JSON object, like {"variant": "standard", "input": "3x8x8", "kernel": 3}: %w`, err)
	}
	var s layer.Spec
	var id json.RawMessage
	for _, key := range slices.Sorted(maps.Keys(keys)) {
		raw := keys[key]
		text, err := plain(raw)
		switch {
		case key == "id":
			id = raw
		case err != nil:
			return nil, fmt.Errorf("%s: %w", key, err)
		case key == "variant":
			s.Variant = text
		default:
			k, known := layer.KeyNamed(key)
			switch {
			case !known:
				return nil, layer.UnknownKey(key)
			case s.Given(k.Name):
				return nil, layer.Errorf("%s is given twice", k.Name)
			}
			if err := s.Set(key, text); err != nil {
				return nil, err
			}
		}
	}
	if s.Variant == "" {
		return nil, layer.Errorf("the layer has no variant").Hint(`"variant": "standard"`)
	}
	l, err := layer.Build(s)
	if err != nil {
		return nil, err
	}
	r, err := shape.Of(l)
	if err != nil {
		return nil, err
	}
	c, err := o.Types.Of(r)
	if err != nil {
		return nil, err
	}
	figure := c.Total.MACs
	if o.Convention.Name != "mac" {
		if _, figure, err = o.Convention.In(o.Types).Of(r); err != nil {
			return nil, err
		}
	}
	return batchJSON{id, l.Variant, r.Input, r.Output, c.Total.Under(figure), c.Total.ArithmeticIntensity()}, nil
}

// plain is a JSON value in the form that keys are given in: numbers and words as they are, lists joined by x.
func plain(raw json.RawMessage) (string, error) {
	switch {
	case len(raw) == 0:
	case raw[0] == '"':
		var text string
		err := json.Unmarshal(raw, &text)
		return text, err
	case raw[0] == '[':
		var all []json.Number
		if json.Unmarshal(raw, &all) != nil || len(all) == 0 || slices.Contains(all, "") {
			return "", lang.New("a list is one of numbers: [3, 5] is 3x5")
		}
		texts := make([]string, len(all))
		for i, n := range all {
			texts[i] = n.String()
		}
		return strings.Join(texts, "x"), nil
	case raw[0] == '{' || raw[0] == 'n':
		return "", lang.Errorf("%s is no value of a key", strconv.Quote(string(raw[:min(len(raw), 40)])))
	}
	return string(raw), nil
}

// object is a JSON object's values by key, each of which stands in it once.
func object(line []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(line))
	begin, err := d.Token()
	if err != nil {
		return nil, input.JSONFault(err)
	}
	if begin != json.Delim('{') {
		return nil, lang.New("it is something else")
	}
	keys := map[string]json.RawMessage{}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, input.JSONFault(err)
		}
		key := name.(string) // of an object
		if _, twice := keys[key]; twice {
			return nil, lang.Errorf("%s is given twice", strconv.Quote(key))
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return nil, input.JSONFault(err)
		}
		keys[key] = value
	}
	if _, err := d.Token(); err != nil {
		return nil, input.JSONFault(err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, lang.New("something follows it")
	}
	return keys, nil
}
