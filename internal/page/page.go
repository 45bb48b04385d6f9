// Package page answers the page: a request in JSON becomes an answer in JSON, from the same functions that the command line
// asks. It knows neither HTTP nor the browser: convx serve puts one around it, cmd/explorer a Worker.
//
// Arrays travel as {"shape": [...], "data": "..."}: float32, little endian, row-major, in base64; or, once an engine keeps them,
// as {"key": "..."}.
package page

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// MaxRequest bounds a request, in bytes: a picture of 1024x1024 in three channels takes 16 MiB.
const MaxRequest = 24 << 20

// Answer is what one request comes to: exactly one of its fields.
type Answer struct {
	Result any    `json:"result,omitempty"`
	Error  string `json:"error,omitempty"`
	// Hint says what to do about the error.
	Hint string `json:"hint,omitempty"`
}

// Engine answers requests, and keeps what the page sends once and asks about often: arrays, networks. It may be asked by
// several goroutines; the networks run one at a time.
type Engine struct {
	arrays   kept[*tensor.Tensor[float32]]
	models   kept[*model]
	networks kept[*running]
}

// New is an engine that keeps nothing yet.
func New() *Engine {
	return &Engine{arrays: kept[*tensor.Tensor[float32]]{most: 8}, models: kept[*model]{most: 2}, networks: kept[*running]{most: 4}}
}

// question is one kind of request: what it is called and what answers it.
type question struct {
	name   string
	answer func(e *Engine, ctx context.Context, request []byte) (any, error)
}

// alone makes a question of one that nothing is kept for.
func alone(name string, answer func(ctx context.Context, request []byte) (any, error)) question {
	return question{name, func(_ *Engine, ctx context.Context, request []byte) (any, error) { return answer(ctx, request) }}
}

// questions are what the page may ask.
var questions = []question{
	alone("variants", variants),
	alone("filters", filters),
	alone("shape", shapeOf),
	alone("flops", flopsOf),
	alone("theory", theoryOf),
	alone("command", commandOf),
	alone("reach", reach),
	alone("overlap", overlap),
	alone("sample", sample),
	{"keep", (*Engine).keep},
	{"run", (*Engine).run},
	{"stages", (*Engine).stages},
	{"taps", (*Engine).taps},
	{"network", (*Engine).network},
	{"neuron", (*Engine).neuron},
	{"occlude", (*Engine).occlude},
}

// Ask answers a request: {"ask": NAME, ...}. A request that cannot be answered is an answer too.
func (e *Engine) Ask(ctx context.Context, request []byte) Answer {
	var head struct{ Ask string }
	if err := json.Unmarshal(request, &head); err != nil {
		return Answer{Error: "the request is not JSON: " + err.Error()}
	}
	i := slices.IndexFunc(questions, func(q question) bool { return q.name == head.Ask })
	if i < 0 {
		return Answer{Error: fmt.Sprintf("unknown question %q", head.Ask)}
	}
	result, err := questions[i].answer(e, ctx, request)
	if err != nil {
		return failed(err)
	}
	return Answer{Result: result}
}

// Reply is Ask in JSON. What JSON cannot say (a number that is none) is an answer too.
func (e *Engine) Reply(ctx context.Context, request []byte) []byte {
	answer := e.Ask(ctx, request)
	text, err := json.Marshal(answer)
	if err != nil {
		text, _ = json.Marshal(Answer{Error: "the answer holds what is no number"})
	}
	return text
}

func failed(err error) Answer {
	a := Answer{Error: err.Error()}
	var le *layer.Error
	if errors.As(err, &le) && len(le.Hints) > 0 {
		a.Hint = le.Hints[0]
	}
	return a
}

// read decodes a request into what its question takes.
func read[T any](request []byte) (q T, err error) {
	if err = json.Unmarshal(request, &q); err != nil {
		err = fmt.Errorf("reading the request: %w", err)
	}
	return q, err
}
