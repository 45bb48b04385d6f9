package cli

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"testing"
)

// TestIntsDoNotWrap gives flags what would be 1 if it were cut down to an int.
func TestIntsDoNotWrap(t *testing.T) {
	n := new(big.Int).Lsh(big.NewInt(1), strconv.IntSize)
	n.Add(n, big.NewInt(1))
	for _, args := range []string{
		"flops --net mobilenet-v2 --batch N", "bench standard -i 3x8x8 --threads N", "run standard -i 3x8x8 --threads N", "verify --layers N",
		"flops --net mobilenet-v2 --top N", "shape standard --limit N", "shape standard -i Nx8x8", "shape standard -i 3x8x8 -k N", "compare standard -i 3x8x8 --magnify N",
	} {
		_, text, status := execute(t, strings.Fields(strings.ReplaceAll(args, "N", n.String()))...)
		if status != exitUsage || strings.Count(text, "\n") != 1 || !strings.Contains(text, n.String()) {
			t.Errorf("%s: status %d, %q", args, status, text)
		}
		if want := fmt.Sprintf("fits in %d bits", strconv.IntSize); !strings.Contains(args, " -i N") && !strings.Contains(args, "-k N") && !strings.Contains(text, want) {
			t.Errorf("%s does not say that it %s: %q", args, want, text)
		}
	}
}
