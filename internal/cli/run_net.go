package cli

import (
	"context"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/npy"
	"convx/internal/output"
	"convx/internal/tensor"
)

// netRunFlags are those of run that go with --net.
type netRunFlags struct {
	net   netFlags
	feeds []string
	at    []string
}

func (n *netRunFlags) register(cmd *cobra.Command) {
	f := cmd.Flags()
	n.net.register(cmd, false)
	f.StringArrayVar(&n.feeds, "feed", nil, "with --net: feed an input, `NAME=FILE` (.npy, or .npz or .safetensors with that name); repeat for more")
	f.StringArrayVar(&n.at, "at", nil, "with --net: give what `LAYER` makes (a layer's or a tensor's name, * for any text) in place of the outputs; repeat for more")
}

// netRun is a whole network that is being run on data.
type netRun struct {
	runOptions
	name  string
	feeds map[string]*tensor.Array
	graph *network.Graph
}

// runNet runs a whole network: it settles everything that can fail cheaply first.
func runNet(ctx context.Context, o runOptions) error {
	r := &netRun{runOptions: o, feeds: map[string]*tensor.Array{}}
	var err error
	if r.name, err = o.whole.net.only(); err != nil {
		return err
	}
	if err := checkThreads(o.threads); err != nil {
		return err
	}
	if err := checkAlgorithm(o.algorithm); err != nil {
		return err
	}
	if err := r.readFeeds(); err != nil {
		return err
	}
	var file *output.File
	if o.output != "" {
		if err := r.checkOutput(); err != nil {
			return err
		}
		if file, err = output.Create(ctx, o.output, output.Options{Stdout: o.Out, Terminal: o.OutTerminal, Inputs: r.inputPaths()}); err != nil {
			return err
		}
		defer file.Abort()
	}
	return attend(ctx, o.Streams, func(p *progress) error {
		net, err := r.prepare(ctx, p)
		if err != nil {
			return err
		}
		p.stage("running " + r.name)
		if err := net.Run(ctx, r.feeds); err != nil {
			return err
		}
		if file == nil {
			return nil
		}
		if err := r.write(file, net); err != nil {
			return err
		}
		return file.Commit()
	})
}

// prepare reads the network at the sizes that it is fed with, and makes it ready.
func (r *netRun) prepare(ctx context.Context, p *progress) (*infer.Network, error) {
	p.stage("reading " + r.name)
	n := r.whole.net
	n.run, n.inputs = true, map[string][]int{}
	for name, a := range r.feeds {
		n.inputs[name] = a.Shape
	}
	g, _, err := n.source(r.name)
	if err != nil {
		return nil, err
	}
	r.graph = g
	for _, in := range g.Program.Inputs {
		delete(n.inputs, in.Name)
	}
	for name := range n.inputs {
		return nil, usagef("--feed %s: the network has no input of that name; it has %s", name, inputNames(g.Program))
	}
	p.stage("preparing " + r.name)
	return infer.Prepare(ctx, g, infer.Options{Algorithm: r.algorithm, Threads: r.threads, At: r.whole.at, MaxBytes: freeMemory()})
}

func inputNames(p *network.Program) string {
	var names []string
	for _, in := range p.Inputs {
		names = append(names, in.Name)
	}
	return strings.Join(names, ", ")
}

// readFeeds reads what --feed names.
func (r *netRun) readFeeds() error {
	for _, feed := range r.whole.feeds {
		name, path, ok := strings.Cut(feed, "=")
		if !ok || name == "" || path == "" {
			return usagef("--feed %q: give NAME=FILE", feed)
		}
		if r.feeds[name] != nil {
			return usagef("--feed: the input %q is fed twice", name)
		}
		a, err := readFeed(path, name)
		if err != nil {
			return err
		}
		r.feeds[name] = a
	}
	return nil
}

// readFeed reads the array of a .npy, or the array of that name from a file of several.
func readFeed(path, name string) (*tensor.Array, error) {
	f, err := npy.Open(path, npy.Options{MaxBytes: freeMemory()})
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Format() == npy.NPY {
		name = ""
	}
	a, _, err := npy.LoadArray(f, name)
	return a, err
}

func (r *netRun) inputPaths() []string {
	paths := []string{r.name}
	for _, feed := range r.whole.feeds {
		_, path, _ := strings.Cut(feed, "=")
		paths = append(paths, path)
	}
	return paths
}

// checkOutput refuses files that results cannot be written to.
func (r *netRun) checkOutput() error {
	switch strings.ToLower(filepath.Ext(r.output)) {
	case ".npz", ".npy":
		return nil
	}
	if r.output == "-" {
		return nil
	}
	return usagef("-o %q: a network's results are written as .npz, or one as .npy", r.output)
}

// write writes what was kept.
func (r *netRun) write(w io.Writer, net *infer.Network) error {
	arrays := map[string]*tensor.Array{}
	for _, p := range net.At {
		a := net.Result(p)
		if a == nil {
			continue // in a branch that did not run
		}
		arrays[p.Name] = a
	}
	if strings.ToLower(filepath.Ext(r.output)) == ".npz" {
		return npy.WriteArrays(w, arrays)
	}
	if len(arrays) != 1 {
		return fmt.Errorf("writing %q: an .npy holds one array, and there are %d: write an .npz, or choose one with --at", r.output, len(arrays))
	}
	for _, a := range arrays {
		return npy.WriteArray(w, a)
	}
	return nil
}
