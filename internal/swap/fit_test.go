package swap

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/budget"
	"convx/internal/device"
	"convx/internal/flops"
	"convx/internal/network"
)

func task(t interface{ Fatal(...any) }, r *network.Result, limits string, rules []Rule) Task {
	b, err := budget.ParseLimits(limits)
	if err != nil {
		t.Fatal(err)
	}
	mac, err := flops.ConventionNamed("mac")
	if err != nil {
		t.Fatal(err)
	}
	g, o := r.Graph, r.Options
	return Task{Network: r, Budgets: []budget.Budget{b}, Convention: mac, Rules: rules, At: func(input []int) (*network.Result, error) {
		o.Input = input
		return network.Evaluate(g, o)
	}}
}

// The fewest exchanges, against every set of layers: nothing smaller meets the budget, and what is found does.
func TestFewestExchanges(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		layers := ""
		n := rapid.IntRange(1, 6).Draw(t, "layers")
		for i := range n {
			layers += fmt.Sprintf("  - {variant: standard, name: l%d, out_channels: %d, padding: 1, stride: %d}\n", i, 4*rapid.IntRange(1, 6).Draw(t, "channels"), rapid.IntRange(1, 2).Draw(t, "stride"))
		}
		r := result(t, "input: 8x24x24\nlayers:\n"+layers)
		macs := rapid.Int64Range(r.Total.MACs/10, r.Total.MACs).Draw(t, "macs")
		params := rapid.Int64Range(r.Total.Params/10, r.Total.Params).Draw(t, "params")
		into := rapid.SampledFrom([]string{"*=separable", "*=grouped,groups=2", "*=grouped,groups=4"}).Draw(t, "rule")
		k := task(t, r, fmt.Sprintf("max-macs=%d,max-params=%d", macs, params), rules(t, into))
		a := newApplication(r, k.Rules)
		fewest := -1
		for set := range 1 << n {
			var nodes []int
			for i := range n {
				if set>>i&1 == 1 && a.chosen[i+1] != nil {
					nodes = append(nodes, i+1)
				}
			}
			total := r.Total
			if len(nodes) > 0 {
				s, err := a.only(nodes)
				if err != nil {
					t.Fatal(err)
				}
				total = s.After.Total
			}
			if c := bits.OnesCount(uint(set)); total.MACs <= macs && total.Params <= params && (fewest < 0 || c < fewest) {
				fewest = c
			}
		}
		ways, holds, err := k.Fit()
		if err != nil {
			t.Fatal(err)
		}
		if holds != (fewest == 0) {
			t.Fatalf("holds as it is: %v, fewest %d", holds, fewest)
		}
		for _, w := range ways {
			if w.Met != (w.Result != nil && w.Result.Total.MACs <= macs && w.Result.Total.Params <= params) {
				t.Fatalf("%s %s: met %v", w.What, w.How, w.Met)
			}
			if strings.HasPrefix(w.What, "*=") && (w.Met != (fewest > 0) || w.Met && (len(w.Layers) != fewest || w.Proof != "the fewest")) {
				t.Fatalf("%s: %v (%s), fewest %d", w.What, w.Layers, w.Proof, fewest)
			}
		}
	})
}

// Width and resolution: one step more would be too much.
func TestSizes(t *testing.T) {
	r := named(t, "mobilenet-v2", network.Options{})
	k := task(t, r, "max-macs=150M", nil)
	ways, _, err := k.Fit()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range ways {
		if !w.Met || w.Result.Total.MACs > 150e6 {
			t.Errorf("%s: %s %s", w.What, w.How, w.Reason)
		}
		var more *network.Result
		switch w.What {
		case "width":
			var factor float64
			fmt.Sscan(w.How, &factor)
			more, err = Widen(r, factor+0.01)
		case "resolution":
			var side int
			fmt.Sscan(w.How, &side)
			more, err = k.At([]int{1, 3, side + 32, side + 32})
		}
		if err != nil || more.Total.MACs <= 150e6 {
			t.Errorf("%s: a step above %s it is within the budget too; %v", w.What, w.How, err)
		}
	}
}

// A real network: ways in order, exact where they say so; limits of single layers, of time and of a rate count too.
func TestFitResNet(t *testing.T) {
	r := named(t, "resnet-50", network.Options{})
	d, err := device.Open("raspberry-pi-4")
	if err != nil {
		t.Fatal(err)
	}
	k := task(t, r, "max-macs=3G,max-time=140ms", DefaultRules())
	k.Device = &d
	ways, holds, err := k.Fit()
	if err != nil || holds {
		t.Fatal(err, holds)
	}
	if len(ways) != 7 || !ways[0].Met {
		t.Errorf("%d ways", len(ways))
	}
	for i, w := range ways {
		if i > 0 && w.Met && w.macs() > ways[i-1].macs() {
			t.Errorf("%s keeps more than %s and comes later", w.What, ways[i-1].What)
		}
		if w.Met && (w.macs() > 3e9 || d.Place(w.Result).Least.Seconds() > 0.14) {
			t.Errorf("%s: %d MACs in %v", w.What, w.macs(), d.Place(w.Result).Least)
		}
	}
	i := slices.IndexFunc(ways, func(w Way) bool { return strings.HasSuffix(w.What, "=separable") })
	if ways[i].Proof != "the fewest" || len(ways[i].Layers) < 5 {
		t.Errorf("%s: %s, %s", ways[i].What, ways[i].How, ways[i].Proof)
	}
	one, err := budget.Parse("b.yaml", []byte("layers: [{match: 'conv2.*', max_macs: 60M}]"))
	if err != nil {
		t.Fatal(err)
	}
	k = task(t, r, "max-params=25M", rules(t, "kernel>1=separable"))
	k.Budgets = append(k.Budgets, one)
	ways, _, err = k.Fit()
	if err != nil || !ways[0].Met {
		t.Errorf("%s: %s, %v", ways[0].What, ways[0].Reason, err)
	}
}

func TestFitSaysWhyNot(t *testing.T) {
	r := result(t, "input: 3x8x8\nlayers: [{variant: standard, name: a, out_channels: 16, padding: 1}, {op: work, shape: 1x16, macs: 1000}]")
	ways, _, err := task(t, r, "max-macs=900", rules(t, "a=separable")).Fit()
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, w := range ways {
		lines = append(lines, fmt.Sprintf("%s: %v %s %s", w.What, w.Met, w.Reason, w.Proof))
	}
	got := strings.Join(lines, "\n")
	for _, want := range []string{"a=separable: false  all that can be exchanged", "width: false layer", "resolution: false  as small as is tried"} {
		if !strings.Contains(strings.ReplaceAll(got, "work (work)", "layer"), want) {
			t.Errorf("%s\nlacks %s", got, want)
		}
	}
}
