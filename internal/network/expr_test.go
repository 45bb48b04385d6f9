package network

import (
	"testing"
)

func TestExpressions(t *testing.T) {
	params := func(name string) (string, bool) {
		v, ok := map[string]string{"w": "64", "word": "same", "yes": "true", "least": "-9223372036854775808"}[name]
		return v, ok
	}
	for text, want := range map[string]string{
		"plain": "plain", "$w": "64", "1x$w": "1x64", "$w:$w": "64:64", "$(w)": "64",
		"$(4*w)": "256", "$(2 + 3 * 4)": "14", "$((2+3)*4)": "20", "$(2^3^1)": "8", "$(w/16-1)": "3", "$(w % 10)": "4",
		"$(10-2-3)": "5", "$(w == 64)": "true", "$(w != 64)": "false", "$(w<64)": "false", "$(w>=64)": "true",
		"$(word == word)": "true", "$(yes)": "true", "$(w == 64 && w == 1)": "false", "$(w == 1 || w == 64)": "true",
		"$(1 == 1 || 1 == 2 && 1 == 2)": "true", "$(true)": "true", "$(0 - 3)": "-3", "$(2^31)": "2147483648", "$((0-2)^31)": "-2147483648", "$(7^0)": "1", "$(5 % 3)": "2",
		"$(w <= 64)": "true", "$(w > 64)": "false",
	} {
		if got, err := substitute(text, params); err != nil || got != want {
			t.Errorf("%s is %q, %v, want %s", text, got, err, want)
		}
	}
	for text, want := range map[string]string{
		"$": "$ needs a parameter's name or an expression in parentheses", "$(1": "$(1 has no closing parenthesis",
		"$v": "unknown parameter $v", "$(v)": "$(v): unknown parameter v", "$(7/2)": "$(7/2): 7 / 2 is not whole",
		"$(1/0)": "$(1/0): 1 is divided by zero", "$(2^64)": "$(2^64): 2 ^ 64 is out of range", "$(1 2)": `$(1 2): unexpected "2"`,
		"$(word+1)": `$(word+1): "same" is not a whole number`, "$(99999999999*2)": "$(99999999999*2): 99999999999 * 2 is out of range",
		"$(9223372036854775807 + 9223372036854775807)": "$(9223372036854775807 + 9223372036854775807): 9223372036854775807 + 9223372036854775807 is out of range",
		"$(0 - least - least)":                         "$(0 - least - least): 0 - -9223372036854775808 is out of range",
		"$(least / (0 - 1))":                           "$(least / (0 - 1)): -9223372036854775808 / -1 is out of range",
		"$(2147483649 % 2)":                            "$(2147483649 % 2): 2147483649 % 2 is out of range",
		"$(2^32)":                                      "$(2^32): 2 ^ 32 is out of range", "$(w ^ (0 - 1))": "$(w ^ (0 - 1)): 64 ^ -1 is out of range",
		"$(1 && 2)": `$(1 && 2): "1" is neither true nor false`,
	} {
		if got, err := substitute(text, params); err == nil || err.Error() != want {
			t.Errorf("%s is %q, %v\nwant %s", text, got, err, want)
		}
	}
}
