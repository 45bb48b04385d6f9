package measured

import (
	"bytes"
	"math"
	"strings"
	"testing"

	"convx/internal/report"
	"convx/internal/verify"
)

// A sample that barely meets a pixel, where in float64 it meets none, is infinitely far off by its own sum: JSON says null.
func TestAccuracyOfNothing(t *testing.T) {
	doc := Accuracy([]verify.Accuracy{{Kind: "deformable", Algorithm: "sampled", Own: math.Inf(1), Largest: 1, Allowed: 8, OfLargest: true}}, 1, 0)
	var b bytes.Buffer
	if err := report.Write(&b, report.JSONFormat, doc); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(strings.Fields(b.String()), ""); !strings.Contains(got, `"ulps_of_own_sum":null,"ulps_of_largest_sum":1,`) {
		t.Error(b.String())
	}
}
