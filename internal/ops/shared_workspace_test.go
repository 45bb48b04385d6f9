package ops

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// TestWorkspaceHoldsAnything gives every algorithm a workspace full of NaN, and checks that it computes the same.
func TestWorkspaceHoldsAnything(t *testing.T) {
	for kind, list := range algorithms {
		for i := range list {
			a := &list[i]
			if a.prepare32 == nil {
				continue
			}
			t.Run(string(kind)+"/"+a.Name, func(t *testing.T) { rapid.Check(t, func(t *rapid.T) { checkWorkspace(t, kind, a) }) })
		}
	}
}

func checkWorkspace(t *rapid.T, kind layer.Kind, a *algorithm) {
	d := drawAccepted[float32](t, kind, a)
	in, weights := integers[float32](d, 1)
	plan, err := Prepare(d.stage, d.in, weights, Options{Algorithm: a.Name, Threads: rapid.IntRange(1, 3).Draw(t, "threads")})
	if err != nil {
		t.Fatal(err)
	}
	s, ok := plan.runner.(problem.WorkspaceSharer[float32])
	if !ok {
		return
	}
	want, got := tensor.New[float32](plan.Output...), tensor.New[float32](plan.Output...)
	if err := plan.Run(t.Context(), want, in...); err != nil {
		t.Fatal(err)
	}
	before, _ := plan.runner.Bytes()
	memory := problem.NewWorkspace[float32](s.WorkspaceSize() + 1)
	for i := range memory {
		memory[i] = float32(math.NaN())
	}
	s.UseWorkspace(memory[:s.WorkspaceSize()])
	if after, _ := plan.runner.Bytes(); after != before {
		t.Fatalf("%s: %d bytes, then %d", d, before, after)
	}
	if err := plan.Run(t.Context(), got, in...); err != nil {
		t.Fatal(err)
	}
	if i := differs(got, want); i >= 0 {
		t.Fatalf("%s: output %d is %v, on a workspace of NaN %v", d, i, want.Data[i], got.Data[i])
	}
	if v := memory[len(memory)-1]; v == v {
		t.Fatalf("%s: it wrote behind its workspace", d)
	}
}
