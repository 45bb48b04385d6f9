package cli

import (
	"bytes"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"convx/internal/golden"
	"convx/internal/layer"
	"convx/internal/npy"
	"convx/internal/tensor"
)

// writeArray writes a .npy file and returns its path.
func writeArray[T tensor.Float](t *testing.T, path string, x *tensor.Tensor[T]) string {
	t.Helper()
	var b bytes.Buffer
	if err := npy.Write(&b, x); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func readArray(t *testing.T, path string) *tensor.Tensor[float64] {
	t.Helper()
	f, err := npy.Open(path, npy.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	x, _, err := npy.Load[float64](f, f.Names()[0])
	if err != nil {
		t.Fatal(err)
	}
	return x
}

// Every case that PyTorch computed goes through run itself: flags, files, an output file. Shapes follow from the
// operands where they can, so half of the cases leave those flags out.
func TestGoldenCasesThroughRun(t *testing.T) {
	inferred := map[string]bool{"kernel": true, "out-channels": true, "multiplier": true, "expansion": true, "reduction": true, "modulated": true}
	for i, c := range golden.Cases(t) {
		t.Run(c.Name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			args := []string{"run", c.Variant, writeArray(t, filepath.Join(dir, "input.npy"), c.Input)}
			for _, key := range slices.Sorted(maps.Keys(c.Flags)) {
				if v, _ := layer.VariantNamed(c.Variant); i%2 == 1 && inferred[key] && v.Follows != nil {
					continue
				}
				args = append(args, fmt.Sprintf("--%s=%s", key, c.Flags[key]))
			}
			for name, x := range c.Operands {
				args = append(args, "-w", name+"="+writeArray(t, filepath.Join(dir, name+".npy"), x))
			}
			for _, precision := range []struct {
				dtype              string
				absolute, relative float64
			}{{"float64", 1e-9, 1.0 / (1 << 24)}, {"float32", 1e-4, 1e-4}} {
				path := filepath.Join(dir, precision.dtype+".npy")
				_, said, status := execute(t, append(slices.Clone(args), "--dtype", precision.dtype, "-o", path)...)
				if status != exitDone {
					t.Fatalf("convx %s: exit %d: %s", strings.Join(args, " "), status, said)
				}
				if strings.Contains(said, "drawn from seed") {
					t.Fatalf("an operand was drawn: %s", said)
				}
				got := readArray(t, path)
				if !slices.Equal(got.Shape, c.Want.Shape) {
					t.Fatalf("output is %v, not %v", got.Shape, c.Want.Shape)
				}
				for i, want := range c.Want.Data {
					if !(math.Abs(got.Data[i]-want) <= precision.absolute+precision.relative*math.Abs(want)) {
						t.Fatalf("%s: output %d is %v, not %v", precision.dtype, i, got.Data[i], want)
					}
				}
			}
		})
	}
}
