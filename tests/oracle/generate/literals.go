package generate

import (
	"encoding/json"
	"strconv"
	"strings"
)

// text is a string literal: quoted or raw, now and then with bytes that are not UTF-8.
func (g *generator) text() string {
	value := g.plainText()
	if g.chance(4) {
		value += pick(g, []string{"\xff", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80"})
		return strconv.Quote(value)
	}
	return g.quote(value)
}

func (g *generator) quote(value string) string {
	switch {
	case g.chance(20) && !strings.ContainsAny(value, "`\r\x00\ufeff"):
		return "`" + value + "`"
	case g.chance(20):
		return strconv.QuoteToASCII(value)
	}
	return strconv.Quote(value)
}

func (g *generator) integer() string {
	return pick(g, []string{
		"0", "1", "2", "3", "7", "10", "-1", "-42", "+5", "0x1F", "0X_1f", "0b101", "0o17", "017", "1_000", "1e3", "'a'", "'\\n'", "'é'",
		"'\\u00e9'", "'\\x41'", "2147483648", "9223372036854775807", "-9223372036854775808", "5.0", "0x1p4",
	})
}

func (g *generator) float() string {
	return pick(g, []string{
		"1.5", ".5", "-0.0", "1e-7", "1e21", "123456.789", "0x1.8p-1", "1_0.2_5", "3.0e-2", "1e100", "0.1", "-2.5", "1e20", "100000000.5",
	})
}

func (g *generator) small() string {
	return pick(g, []string{"0", "1", "2", "3", "4", "6", "0x2", "8"})
}

// special is a string literal of a form that some function expects, or rarely just any string.
func (g *generator) special(form string) string {
	if g.mistakes > 0 && g.chance(4) {
		g.mistakes--
		return g.text()
	}
	switch form {
	case "json":
		document, err := json.Marshal(g.jsonValue(2))
		if err != nil {
			return `"{}"`
		}
		return g.quote(string(document))
	case "key":
		return g.quote(pick(g, []string{"a", "b", "port", "password", "nope"}))
	}
	return g.quote(pick(g, forms[form]))
}

var forms = map[string][]string{
	"regex":      {"a+", "[a-z]+", "(?i)H(.)", `\d+`, `(\w)(\w*)`, "^", "$", "", "b|c", `\s`, ".", "(?P<x>[aeiou])", `\pL`, "[^a-z]", "a{1,2}", `\bx`},
	"expansion":  {"x", "$1", "${1}!", "$0$0", "$x", "$$", "", "<${x}>", "$1y"},
	"base64":     {"aGVsbG8=", "", "/w==", "w6k=", "AAEC", "PGI+", "aGVsbG8gd29ybGQ="},
	"base64url":  {"aGVsbG8=", "", "_w==", "w6k=", "-_-_"},
	"base32":     {"NBSWY3DP", "", "MFRGG==="},
	"boolean":    {"true", "false", "1", "0", "t", "F", "TRUE", ""},
	"digits":     {"0", "42", "-7", "", "9223372036854775807", "007", "+3"},
	"natural":    {"0", "42", "", "18446744073709551615", "007"},
	"decimal":    {"0", "1.5", "-2.25", "", "1e3", "1000000", "inf", "NaN", "0x1p-2", "1e21", "123456789"},
	"yaml":       {"a: 1\nb: [x, y]\n", "- 1\n- 2.50\n- ~\n", "key: |\n  text\n  more\n", "x: yes\n", "", "12", "a: {b: {c: 0x10}}\n", "- 0o7\n- 1_000\n- .inf\n", "a: &x {k: v}\nb: *x\n", "'it''s'", "d: 2001-01-01\n", "a: >-\n  folded\n  text\n"},
	"separator":  {",", " ", "", "-", "a", "::", "é"},
	"layout":     {"2006-01-02", "2006-01-02T15:04:05Z07:00", "02 Jan 06 15:04 MST"},
	"date":       {"2024-02-29", "1999-12-31"},
	"version":    {"1.2.3", "v2.0.0-rc.1+build.5", "1.2", "10", "0.0.1"},
	"constraint": {">=1.2.0", "~1.2", "^1.0.0", "*", "1.x", ">1.0 <3.0", "=1.2.3 || >4", "!=1.2.3"},
	"duration":   {"1h2m3s", "90s", "100ms", "26h", "0", "800h"},
	"url":        {"https://user:pw@host.example:8443/p/a?q=1&r=%20#frag", "mailto:x@y", "/only/path", "http://h", ""},
	"path":       {"/a/b/c.txt", "a//b/../c", "", "/", ".", "file.tar.gz", "../x"},
	"typename":   {"string", "int", "json.Number", "bool", "[]interface {}", "map[string]interface {}", "float64"},
	"kindname":   {"string", "int", "slice", "map", "bool", "float64", "invalid"},
	"pair":       {"a=1", "b = two", "c="},
	"csv":        {"a:1,b:2", "x:,y", "k:v:w", ""},
}
