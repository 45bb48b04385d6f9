package budget

import (
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"convx/internal/lang"
	"convx/internal/report"
)

// Quantity is what a limit is about, spelled as in JSON.
type Quantity string

// The quantities. PeakMemory is the most bytes of activations that are live at once; of a layer, those that are live while it
// runs. ReceptiveField is what one position of the output sees, in pixels of the input along an axis; Time is the least that a
// device needs, in nanoseconds.
const (
	Params          Quantity = "params"
	MACs            Quantity = "macs"
	FLOPs           Quantity = "flops"
	Activations     Quantity = "activations"
	WeightBytes     Quantity = "weight_bytes"
	ActivationBytes Quantity = "activation_bytes"
	PeakMemory      Quantity = "peak_memory"
	ReceptiveField  Quantity = "receptive_field"
	MACsPerPicture  Quantity = "macs_per_picture"
	MACsPerSecond   Quantity = "macs_per_second"
	Time            Quantity = "time"
)

// quantity is a row of the table of what can be limited: flags, budget files, their schema and answers read it.
type quantity struct {
	Quantity
	name string // as people read it
	unit string // of its counts in JSON
	is   string // for references: with "the most " or "the least " in front
	// needs is the flag without which it is not measured.
	needs string
	// apart says that layers do not add up to the network: the largest counts.
	apart bool
}

var quantities = []quantity{
	{Quantity: Params, name: lang.Key("params"), unit: "elements", is: "weights and biases, in elements"},
	{Quantity: MACs, name: lang.Key("MACs"), unit: "MACs", is: "multiply-accumulates, as the convention counts them"},
	{Quantity: FLOPs, name: lang.Key("FLOPs"), unit: "FLOPs", is: "floating-point operations"},
	{Quantity: Activations, name: lang.Key("activations"), unit: "elements", is: "output elements of the layers that have MACs"},
	{Quantity: WeightBytes, name: lang.Key("weight bytes"), unit: "bytes", is: "bytes of weights, in the element type that is counted in"},
	{Quantity: ActivationBytes, name: lang.Key("activation bytes"), unit: "bytes", is: "bytes of activations that are moved"},
	{Quantity: PeakMemory, name: lang.Key("peak memory bytes"), unit: "bytes", is: "bytes of activations that are live at once", apart: true},
	{Quantity: ReceptiveField, name: lang.Key("pixels of receptive field"), unit: "pixels", is: "input pixels along an axis that one output position sees: along the axis where they are most, or least", apart: true},
	{Quantity: MACsPerPicture, name: lang.Key("MACs a picture"), unit: "MACs", is: "multiply-accumulates of one picture of the batch"},
	{Quantity: MACsPerSecond, name: lang.Key("MACs a second"), unit: "MACs/s", is: "multiply-accumulates a second at so many pictures a second", needs: "fps"},
	{Quantity: Time, name: lang.Key("least time"), unit: "ns", is: "time on a device, of which a lower bound is known: 33ms, 1.5s", needs: "device"},
}

// WholePicture is the receptive field of what sees the whole picture, however large: after global pooling, a gate's too, or a linear
// layer. No limit on the most allows it, and every one on the least is met.
const WholePicture = math.MaxInt32

func (q Quantity) row() quantity {
	i := slices.IndexFunc(quantities, func(r quantity) bool { return r.Quantity == q })
	return quantities[i]
}

// Quantities lists all quantities.
func Quantities() []Quantity {
	out := make([]Quantity, len(quantities))
	for i, r := range quantities {
		out[i] = r.Quantity
	}
	return out
}

// Name is how people read the quantity.
func (q Quantity) Name() string { return lang.Text(q.row().name) }

// text is a count as people read it.
func (q Quantity) text(n int64) string {
	if q == ReceptiveField && n == WholePicture {
		return lang.Text("the whole picture")
	}
	if q != Time {
		return report.Group(n)
	}
	best := 2 // the nanosecond
	for i, u := range durations {
		if max(n, -n) >= u.factor && u.factor > durations[best].factor {
			best = i
		}
	}
	return report.Digits(float64(n)/float64(durations[best].factor)) + " " + durations[best].suffix
}

// cell is a count in a table.
func (q Quantity) cell(n int64) report.Cell { return report.Cell{Text: q.text(n), Raw: n} }

// durations are the units of time, in nanoseconds; s stands last, as the others end in it.
var durations = []struct {
	suffix string
	factor int64
}{{"ms", int64(time.Millisecond)}, {"us", int64(time.Microsecond)}, {"ns", 1}, {"s", int64(time.Second)}}

// amount reads a limit's value: of time, a duration; of all else a count or a share.
func (q Quantity) amount(s string) (Amount, error) {
	if q != Time || strings.HasSuffix(s, "%") {
		return parseAmount(s)
	}
	for _, u := range durations {
		number, ok := strings.CutSuffix(strings.ReplaceAll(s, "µ", "u"), u.suffix)
		if !ok {
			continue
		}
		r, ok := decimal(strings.TrimSpace(number))
		if !ok {
			break
		}
		r.Mul(r, new(big.Rat).SetInt64(u.factor))
		if !r.IsInt() || !r.Num().IsInt64() {
			return Amount{}, lang.Errorf("%q is not a whole number of nanoseconds that fits in 64 bits", s)
		}
		return Amount{Count: r.Num().Int64(), text: s}, nil
	}
	return Amount{}, lang.Errorf("%q is no time: write it like 33ms, 1.5s or 250us", s)
}

// quantityNamed finds a quantity by its name, with dashes or underscores.
func quantityNamed(name string) (Quantity, error) {
	q := Quantity(strings.ReplaceAll(name, "-", "_"))
	if !slices.Contains(Quantities(), q) {
		return "", lang.Errorf("unknown quantity %q; quantities are %s", name, quantityList())
	}
	return q, nil
}

func quantityList() string {
	var out []string
	for _, q := range Quantities() {
		out = append(out, q.flag())
	}
	return lang.List(out)
}

// flag is the quantity as flags spell it.
func (q Quantity) flag() string { return strings.ReplaceAll(string(q), "_", "-") }

// Counts are measured quantities. One that is absent was not measured.
type Counts map[Quantity]int64

// Rate is pictures a second, exactly.
type Rate struct{ *big.Rat }

// ParseRate reads pictures a second, like 30 or 29.97.
func ParseRate(s string) (Rate, error) {
	r, ok := decimal(s)
	if !ok || r.Sign() <= 0 {
		return Rate{}, lang.Errorf("%q is no number of pictures a second: write it like 30 or 29.97", s)
	}
	return Rate{r}, nil
}

// Of is what n a picture come to in a second, rounded up; at most what 64 bits hold.
func (r Rate) Of(n int64) int64 {
	x := new(big.Rat).Mul(r.Rat, new(big.Rat).SetInt64(int64(n)))
	up := new(big.Int).Add(x.Num(), new(big.Int).Sub(x.Denom(), big.NewInt(1)))
	if up.Quo(up, x.Denom()); !up.IsInt64() {
		return math.MaxInt64
	}
	return up.Int64()
}
