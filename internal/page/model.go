package page

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"image"
	"strings"
	"sync"
	"time"

	"convx/configs"
	"convx/internal/feed"
	"convx/internal/infer"
	"convx/internal/layer"
	"convx/internal/network"
	"convx/internal/network/onnx"
	"convx/internal/tensor"
)

// modelRequest names a network with weights, and the picture that it is to see.
type modelRequest struct {
	// Model is a built-in network; Data an ONNX file in base64, Key one that was sent before.
	Model string `json:"model"`
	Data  string `json:"data"`
	Key   string `json:"key"`
	// Picture is fed to the network's image input, preprocessed as its maker noted or as Preprocess says.
	Picture    pictureJSON `json:"picture"`
	Preprocess string      `json:"preprocess"`
}

// pictureJSON is 8-bit red, green, blue and opacity of each pixel, row by row, in base64.
type pictureJSON struct {
	Width  int    `json:"width"`
	Height int    `json:"height"`
	RGBA   string `json:"rgba"`
}

func (p pictureJSON) image() (*image.RGBA, error) {
	raw, err := base64.StdEncoding.DecodeString(p.RGBA)
	if err != nil {
		return nil, fmt.Errorf("picture: %w", err)
	}
	if p.Width < 1 || p.Height < 1 || p.Width > 1<<12 || p.Height > 1<<12 || len(raw) != 4*p.Width*p.Height {
		return nil, fmt.Errorf("picture: %d bytes for %d x %d pixels of 4", len(raw), p.Width, p.Height)
	}
	return &image.RGBA{Pix: raw, Stride: 4 * p.Width, Rect: image.Rect(0, 0, p.Width, p.Height)}, nil
}

// model is a network as its file has it, before any size is settled.
type model struct {
	key, name string
	onnx      *onnx.Model
}

// model finds the network that is asked for.
func (e *Engine) model(q modelRequest) (*model, error) {
	key := q.Key
	if q.Data != "" {
		key = keyOf(q.Data)
	} else if key == "" {
		key = q.Model
	}
	if m, there := e.models.get(key); there {
		return m, nil
	}
	m := &model{key: key, name: q.Model}
	data, builtin := configs.Model(q.Model)
	switch {
	case q.Data != "":
		var err error
		if data, err = base64.StdEncoding.DecodeString(q.Data); err != nil {
			return nil, fmt.Errorf("model: %w", err)
		}
		m.name = "the model"
	case q.Key != "":
		return nil, errGone
	case !builtin:
		return nil, layer.Errorf("unknown network %q: %s have weights", q.Model, strings.Join(configs.ModelNames(), ", "))
	}
	var err error
	if m.onnx, err = onnx.Decode(bytes.NewReader(data), int64(len(data))); err != nil {
		return nil, fmt.Errorf("reading %s: %w", m.name, err)
	}
	e.models.put(key, m)
	return m, nil
}

// running is a network at the size of what it is fed with, ready to run; one run at a time.
type running struct {
	mutex sync.Mutex
	model *model
	graph *network.Graph
	count *network.Result
	net   *infer.Network
	port  network.Port
	shape []int
	took  []time.Duration // the least of each step, over the runs
}

// open prepares the network of a request for its picture, keeping what at names; what was prepared before is taken as it is.
func (e *Engine) open(ctx context.Context, q modelRequest, img *image.RGBA, at ...string) (*running, error) {
	m, err := e.model(q)
	if err != nil {
		return nil, err
	}
	key := keyOf(m.key, img.Rect, strings.Join(at, "\x00"))
	if r, there := e.networks.get(key); there {
		return r, nil
	}
	r := &running{model: m}
	if err := r.size(img); err != nil {
		return nil, fmt.Errorf("reading %s: %w", m.name, err)
	}
	if r.count, err = network.Evaluate(r.graph, network.Options{}); err != nil {
		return nil, err
	}
	if macs := r.count.Total.MACs; float64(macs) > maxMACs {
		return nil, layer.Errorf("%d MACs are more than a page computes", macs).Hint("convx run --net on the command line has no such bound")
	}
	if r.net, err = infer.Prepare(ctx, r.graph, infer.Options{At: at, MaxBytes: maxMemory}); err != nil {
		return nil, err
	}
	e.networks.put(key, r)
	return r, nil
}

// maxMemory bounds the activations of a network, in bytes.
const maxMemory = 512 << 20

// size settles the network's shapes: as its file has them, or as its maker noted; where both leave them open, the picture's own.
func (r *running) size(img *image.RGBA) (err error) {
	o := onnx.Options{Program: true, Likely: []int{1, 3, img.Rect.Dy(), img.Rect.Dx()}}
	if noted := r.model.onnx.Metadata["input"]; noted != "" {
		o.Input, _ = layer.ParseInts(noted, 1)
	}
	if r.graph, err = r.model.onnx.Network(o); err != nil {
		return err
	}
	if r.port, r.shape, err = imagePort(r.graph.Program); err != nil || o.Input != nil || r.port.Open == nil {
		return err
	}
	l, _ := feed.LayoutOf(r.shape)
	shape := l.Opened(r.port.Open, img.Rect.Dx(), img.Rect.Dy()).Shape()
	r.shape = shape
	r.graph, err = r.model.onnx.Network(onnx.Options{Program: true, Inputs: map[string][]int{r.port.Name: shape}})
	return err
}

// imagePort is the one input, which a picture becomes.
func imagePort(p *network.Program) (network.Port, []int, error) {
	if len(p.Inputs) != 1 {
		return network.Port{}, nil, layer.Errorf("the network has %d inputs; a page feeds one, with a picture", len(p.Inputs))
	}
	in := p.Inputs[0]
	shape := p.Values[in.Value].Shape
	if _, ok := feed.LayoutOf(shape); !ok {
		return in, nil, layer.Errorf("the input %q is %s, which no picture becomes", in.Name, layer.FormatShape(shape))
	}
	return in, shape, nil
}

// feed is the picture as the network takes it.
func (r *running) feed(q modelRequest, img *image.RGBA) (*tensor.Array, error) {
	pre := feed.Suiting(r.port.Elem, r.graph.Metadata["preprocess"])
	if q.Preprocess != "" && q.Preprocess != "auto" {
		var err error
		if pre, err = feed.PreprocessNamed(q.Preprocess); err != nil {
			return nil, err
		}
	}
	pre.Fit = feed.Fits()[0]
	l, _ := feed.LayoutOf(r.shape)
	return pre.Array(img, l, r.shape, r.port.Elem)
}

// fed opens a network and makes its input of the request's picture. It is the caller's until it calls release.
func (e *Engine) fed(ctx context.Context, q modelRequest, at ...string) (r *running, x *tensor.Array, release func(), err error) {
	img, err := q.Picture.image()
	if err != nil {
		return nil, nil, nil, err
	}
	if r, err = e.open(ctx, q, img, at...); err != nil {
		return nil, nil, nil, err
	}
	r.mutex.Lock()
	if x, err = r.feed(q, img); err != nil {
		r.mutex.Unlock()
		return nil, nil, nil, err
	}
	return r, x, r.mutex.Unlock, nil
}

// run computes the network once, and remembers the least time of each step.
func (r *running) run(ctx context.Context, fed *tensor.Array) error {
	if err := r.net.Run(ctx, map[string]*tensor.Array{r.port.Name: fed}); err != nil {
		return err
	}
	times := r.net.Times(nil)
	if r.took == nil {
		r.took = times
	}
	for i, t := range times {
		r.took[i] = min(r.took[i], t)
	}
	return nil
}
