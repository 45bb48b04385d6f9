package budget

import (
	"math"
	"math/big"
	"slices"
	"strings"

	"convx/internal/lang"
)

// Amount is a limit's value: a count, or a share of the whole in percent.
type Amount struct {
	Count   int64
	IsShare bool
	text    string // as it was written: a share is computed from its decimals, exactly
}

func (a Amount) String() string { return a.text }

// of is the amount as a count: a share is of the whole, rounded down, at most what 64 bits hold.
func (a Amount) of(whole int64) int64 {
	if !a.IsShare {
		return a.Count
	}
	share, _ := decimal(strings.TrimSuffix(a.text, "%"))
	share.Mul(share, big.NewRat(int64(whole), 100))
	n := new(big.Int).Quo(share.Num(), share.Denom())
	if !n.IsInt64() {
		return math.MaxInt64
	}
	return n.Int64()
}

// suffixes scale an amount: decimal and binary.
var suffixes = []struct {
	suffix string
	factor int64
}{
	{"ki", 1 << 10}, {"mi", 1 << 20}, {"gi", 1 << 30}, {"ti", 1 << 40},
	{"k", 1e3}, {"m", 1e6}, {"g", 1e9}, {"t", 1e12},
}

// parseAmount reads "310M", "3.6M", "8Mi", "320KiB", "12000" or "2.5%". Suffixes k, M, G, T are decimal, Ki, Mi, Gi, Ti
// binary; a B may follow. The amount must come to a whole number.
func parseAmount(s string) (Amount, error) {
	a := Amount{text: s}
	if number, ok := strings.CutSuffix(s, "%"); ok {
		if _, ok := decimal(number); !ok {
			return a, lang.Errorf("%q is no percentage", s)
		}
		a.IsShare = true
		return a, nil
	}
	number, factor := strings.ToLower(strings.ReplaceAll(s, "_", "")), int64(1)
	number = strings.TrimSuffix(number, "b")
	for _, x := range suffixes {
		if rest, ok := strings.CutSuffix(number, x.suffix); ok {
			number, factor = strings.TrimSpace(rest), x.factor
			break
		}
	}
	r, ok := decimal(number)
	if !ok {
		return a, lang.Errorf("%q is no amount: write it like 310M, 3.6M, 8Mi or 12000", s)
	}
	r.Mul(r, new(big.Rat).SetInt64(factor))
	if !r.IsInt() || !r.Num().IsInt64() {
		return a, lang.Errorf("%q is not a whole number that fits in 64 bits", s)
	}
	a.Count = r.Num().Int64()
	return a, nil
}

// decimal reads a plain non-negative decimal number, exactly.
func decimal(s string) (*big.Rat, bool) {
	if s == "" || len(s) > 40 || strings.Trim(s, "0123456789.") != "" || strings.Count(s, ".") > 1 {
		return nil, false
	}
	return new(big.Rat).SetString(s)
}

// ParseLimits reads a budget in a line: "max-macs=310M,max-params=3.6M".
func ParseLimits(s string) (Budget, error) {
	var b Budget
	for part := range strings.SplitSeq(s, ",") {
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		given, name, limit := cutKey(key)
		if !ok || !limit {
			return b, lang.Errorf("%q is not a limit: write it like max-macs=310M; the names are max- or min- and one of %s; warn: before a limit fails nothing", part, quantityList())
		}
		q, err := quantityNamed(name)
		if err != nil {
			return b, err
		}
		a, err := q.amount(value)
		if err != nil {
			return b, lang.Errorf("%s: %w", key, err)
		}
		if a.IsShare {
			return b, lang.Errorf("%s: %s of the whole is no limit for the whole; give a count", key, value)
		}
		if slices.ContainsFunc(b.Limits, func(l Limit) bool { return l.Quantity == q && l.Least == given.Least && l.Warn == given.Warn }) {
			return b, lang.Errorf("%s is given twice", key)
		}
		given.Quantity, given.Most = q, a
		b.Limits = append(b.Limits, given)
	}
	return b, nil
}

// cutKey takes what a limit's key says in front of the quantity: warn:max-macs.
func cutKey(key string) (l Limit, quantity string, ok bool) {
	key, l.Warn = strings.CutPrefix(key, "warn:")
	if quantity, l.Least = strings.CutPrefix(key, "min-"); l.Least {
		return l, quantity, true
	}
	quantity, ok = strings.CutPrefix(key, "max-")
	return l, quantity, ok
}

// ParseIncreases reads what may grow, and by how much: "macs=2%,params=0,weight-bytes=4Ki".
func ParseIncreases(s string) (map[Quantity]Amount, error) {
	out := map[Quantity]Amount{}
	for part := range strings.SplitSeq(s, ",") {
		name, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return nil, lang.Errorf("%q is not an increase: write it like macs=2%% or params=0", part)
		}
		q, err := quantityNamed(name)
		if err != nil {
			return nil, err
		}
		if _, twice := out[q]; twice {
			return nil, lang.Errorf("%s is given twice", name)
		}
		if out[q], err = q.amount(value); err != nil {
			return nil, lang.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}
