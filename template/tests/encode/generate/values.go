package main

import (
	"encoding/json"
	"math"
	"strings"
	"time"
)

// Secret has the fields that matter of consul-template's dependency.Secret.
type Secret struct {
	RequestID     string
	LeaseDuration int
	Renewable     bool
	Data          map[string]any
	Warnings      []string
	Auth          *Auth
	WrapInfo      *Wrap
}

type Auth struct {
	ClientToken string
	Metadata    map[string]string
}

type Wrap struct {
	TTL          int
	CreationTime time.Time
	Empty        map[string]any
}

var words = []string{
	"", "~", "null", "Null", "NULL", "nil", "y", "Y", "n", "N", "yes", "Yes", "YES", "yEs", "no", "on", "On", "off", "OFF",
	"true", "True", "TRUE", "tRUE", "false", "t", "f", "T", "F", "<<", "=", "-", "--", "---", "----", "--- a", "...", ".", "..",
	"..a", "?", "? a", "?a", ":", ":a", ": a", "a:", "a: b", "a :b", "a:b", "a #b", "a#b", "#a", "!a", "&a", "*a", "%a", "@a", "`a",
	"[a", "]a", "{a", "}a", ",a", "a,b", "a[b", "'a", "\"a", "a'b", "a\"b", "it's", "|a", ">a", "-a", "- a", "-\ta", "a\tb", "\ta", "a\t",
	" a", "a ", "a  b", " ", "  ", "\n", "\n\n", "a\n", "a\n\n", "\na", "a\nb", "a\n b", "a \nb", " a\nb", "a\nb ", "a\n\n\nb\n", "a\r\nb", "\r", "a\rb",
	"0", "-0", "+0", "00", "07", "08", "0o7", "0O7", "0x", "0x1F", "0X1f", "-0x1", "0b1", "0b", "-0b11", "+0b1", "0b-1", "0b+1", "-0b-1", "0b2", "0b1_1", "1_000", "_1", "1_", "1__0", "_", "+_1", "0x_1",
	"1", "+1", "-1", "12e03", "1e3", "1E3", "1e", "1e+", "1e-3", ".5", "5.", "+.5", "-.5", ".", "+.", "-.", ".e1", "1.5", "1.5.2", "1,5", "1_0.5", "1e400", "1e-400", ".1e400", "0x1p-2", "0x1.8p1", "1p3", ".inf", ".Inf", ".INF", "+.inf", "-.INF", ".iNF", ".nan", ".NaN", "nan", "inf", "Inf", "+Inf", "infinity", "+infinity", "._1", "1._", ".5_0",
	"9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809", "18446744073709551615", "18446744073709551616", "0xffffffffffffffff", "0b1111111111111111111111111111111111111111111111111111111111111111", "-0b1000000000000000000000000000000000000000000000000000000000000000",
	"1:20", "1:60", "190:20:30", "-1:20.5", "1:20.5:3", "1:", ":20", "1:2:3_", "1_0:20", "+1:1", "1:20._", "10:30", "a1:20", "1:5a",
	"2001-01-01", "2001-1-1", "2001-02-30", "2001-02-29", "2000-02-29", "2001-13-01", "2001-00-01", "2001-01-00", "2001-01-01T01:02:03Z", "2001-01-01t1:2:3Z", "2001-01-01T01:02:03+01:00", "2001-01-01T01:02:03.5-25:00", "2001-01-01T01:02:03,5Z", "2001-01-01 01:02:03", "2001-01-01  1:2:3.25", "2001-01-01 01:02:03 Z", "2001-01-01 01:02", "2001-01-01T24:00:00Z", "2001-01-01T01:60:00Z", "2001-01-01T01:02:60Z", "2001-01-01T01:02:03", "2001-01-01Z", "200-01-01", "20011-01-01", "2001-1", "2001-", "2001",
	"<a>&b", "\u2028", "a\u2028b", "a\u2029\u2028b", "a \u2028b", "a\u2028 b", "\u0085", "a\u0085b", "\u00a0", "a\u00a0", "\ufeff", "\ufeffab c", "a\ufeff", "\ufffd", "\ufffe", "\uffff", "\ue000", "é", "日本語", "\U0001f600", "a\U0001f600 b", "\x00", "\x01\x02\x1f", "\x07\x08\x0b\x0c\x1b", "\x7f", "\x80", "\xff\xfe", "a\xc3", "\xed\xa0\x80", "\u00a0b\u200b", "\u0080\u009f",
	strings.Repeat("\xff", 51), strings.Repeat("\xff", 52), strings.Repeat("\xff", 53), strings.Repeat("\xfe", 105), strings.Repeat("\xfd", 106), strings.Repeat("\xfd", 200),
	strings.Repeat("a", 127), strings.Repeat("a", 128), strings.Repeat("a", 129), strings.Repeat("é", 64), strings.Repeat("é", 65), strings.Repeat("word ", 30), strings.Repeat("word ", 30) + "end", strings.Repeat("two  blanks ", 20) + "end", strings.Repeat("# it's ", 30) + "x", strings.Repeat("a", 90) + " b" + strings.Repeat("c", 90), strings.Repeat("a", 90) + "  b", ": " + strings.Repeat("a\tb  c ", 30) + "x", strings.Repeat("\" quoted ", 20), strings.Repeat("x", 79) + " y", strings.Repeat("x", 80) + " y", strings.Repeat("x", 81) + " y", "\t" + strings.Repeat("x", 80) + " y z  ", "#" + strings.Repeat("x", 80) + " y z  ", strings.Repeat("\u2028 a", 40), strings.Repeat("é à ", 40) + "ü",
	"line one\nline two\n", "-----BEGIN X-----\nabc\n-----END X-----\n", "key: |\n  text\n", "\tindented\nx", "a\n\tb\n", "a\n\u2028\nb", "a\u2028\n", "a\n\u2028", "\u2028\na", "multi\nline with trailing blank \nx", "\n a\n  b\n", "ends\n\n", "a\n\U0001f600",
}

var numbers = []json.Number{"", "0", "-0", "1", "-1", "1.50", "1e3", "1E+3", "1e-7", "123456789", "9223372036854775807", "9223372036854775808", "-9223372036854775809", "1e21", "1e20", "1.0", "100000000000000000000000", "1e308", "1e309", "1e-400", "0.1", "abc", "0x10", "1_000", "+1", "01", ".5", "5.", "1e", "-", "Infinity", "NaN", "0x1p-2", " 1", "1 "}

var floats = []float64{0, math.Copysign(0, -1), 1, -1, 0.1, 1.5, 100, 123456, 1234567, 1e6, 1e7, 123456789, 1e15, 1e20, 1e21, 1e22, 1.5e21, 999999999999999900000, 1e-5, 1e-6, 9.99e-7, 1e-7, 1.5e-9, 1e-10, 1e-100, 1e100, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Pi, 1 << 53, 1<<53 + 2, 1 << 63, 3.4028235e38}

func fixedValues() []any {
	values := []any{
		nil, true, false, 0, -5, math.MaxInt, math.MinInt, int64(7), uint64(math.MaxUint64), time.Duration(0), 90 * time.Minute, -time.Nanosecond * 1500,
		math.NaN(), math.Inf(1), math.Inf(-1), complex(1, 2), make(chan int), float32(0.1), float32(1e21), float32(1e-6), float32(9.9e-7), float32(16777216), float32(3.4e38), float32(1e20),
		[]any{}, []any(nil), []string{}, []string(nil), []string{"a", "yes", "b\nc"}, map[string]any{}, map[string]any(nil), map[any]any{}, map[any]any(nil), map[string]string{}, map[string]string(nil),
		map[string]string{"b": "<2>", "a": "1"},
		map[string]any{"a": nil, "b": []any{}, "c": map[string]any{}, "d": []string(nil), "e": map[string]any(nil), "f": [](any){nil}},
		map[string]any{"a": 1, "z": nil}, map[string]any{"list": []any{1, map[string]any{"a": 1, "z": nil}, map[string]any{"t": map[string]any{"x": 1}, "a": nil, "b": 2}}},
		[]any{1, "a", nil}, []any{1, "a", 2.5, true, []any{1, []any{2}}}, []any{[]any{}}, []any{[]any(nil)}, []any{[]any{nil}}, []any{map[string]any{}}, []any{map[string]any(nil)},
		map[string]any{"tables": []any{map[string]any{"a": 1}, map[string]any{"b": map[string]any{"c": []any{map[string]any{"d": 1}}}}}, "simple": 1, "table": map[string]any{"x": 1, "sub": map[string]any{"y": 2}, "empty": map[string]any{}}},
		map[string]any{"mixed": []any{map[string]any{"a": 1}, 1}, "nested": []any{[]any{map[string]any{"a": 1}}}, "a b": map[string]any{"c.d": map[string]any{"": map[string]any{"é": 1}}}, "": 5, "dotted.key": 1, "q\"uote": 2, "new\nline": 3, "bad\xff": 4},
		map[string]any{"a": map[any]any{"b": 1}}, map[string]any{"a": map[any]any{}}, []any{map[any]any{1: 2}},
		map[any]any{1: "int", "1": "string", true: "bool", nil: "nil", 1.5: "float", false: 0, uint64(3): 1, -2: 2, 2.0: 3, "a": map[any]any{"x": []any{1, map[any]any{"y": 2}}}},
		map[any]any{math.NaN(): 1, math.Inf(1): 2, math.Inf(-1): 3}, map[any]any{"": 1}, map[any]any{2.0: 1, 2: 2, uint64(2): 3, true: 4, 1: 5, 1.0: 6, 0: 7, false: 8},
		map[string]any{"a1": 1, "a10": 2, "a2": 3, "a02": 4, "a002": 5, "a": 6, "A": 7, "a-": 8, "a.": 9, "1": 12, "10": 13, "9": 14, "é": 15, "_": 16, "a_1": 17, "a100": 18, "a20": 19, "b": 20, "100": 24, "1000": 25, "101": 26, "0": 27, "00": 28, "01": 29},
		map[string]any{"10.0.0.1": 1, "9.0.0.1": 2, "10.0.0.10": 3, "10.0.0.2": 4, "host-1": 1, "host-10": 1, "host-2": 1, "host": 1, "٣": 1, "٤a": 2, "x100": 1, "x1000": 1, "x1010": 1, "x109": 1},
		map[string]any{strings.Repeat("k", 128): 1, strings.Repeat("k", 129): 2, "multi\nline": 3, "yes": 4, "1": 5, "a: b": 6, " ": 7, "": 8, "~": 9, "\xff": 10, "é\u2028": 11, "\U0001f600": 12, "b": []any{1}, strings.Repeat("l", 129): []any{1, []any{2}}, strings.Repeat("m", 129): map[string]any{"x": 1}, strings.Repeat("n", 129): []any{}, strings.Repeat("o p ", 40) + "x": "y"},
		&Secret{}, (*Secret)(nil),
		&Secret{RequestID: "r", LeaseDuration: 60, Renewable: true, Data: map[string]any{"password": "a<b", "n": json.Number("1.50"), "nested": map[string]any{"x": []any{"y"}}}, Warnings: []string{"w"}, Auth: &Auth{ClientToken: "t", Metadata: map[string]string{"k": "v"}}},
		&Secret{WrapInfo: &Wrap{TTL: 3, CreationTime: time.Date(2024, 2, 29, 1, 2, 3, 450000000, time.UTC)}},
		[]any{&Secret{RequestID: "r", WrapInfo: &Wrap{TTL: 3, CreationTime: time.Date(2024, 2, 29, 1, 2, 3, 0, time.FixedZone("X", -5400))}}, 1},
		time.Date(2024, 2, 29, 23, 59, 59, 1, time.UTC), map[string]any{"at": time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)},
		map[string]any{"d": 90 * time.Minute, "list": []any{time.Second, json.Number("5"), time.Date(2024, 2, 29, 23, 59, 59, 0, time.UTC)}},
		map[string]any{"a": []any{map[string]any{"b": []any{[]any{1, 2}, []any{map[string]any{"c": "d\ne"}}}}}, "text": "a\nb\n", "z": "last\n\n"},
		[]any{"a\nb\n", []any{"a\n", map[string]any{"k": "x\ny"}}, []string{"p", "q"}, []any{[]any{[]any{}}}, map[string]any{"only": []any{[]any{1}}}},
		map[string]any{"words": strings.Repeat("lorem ipsum ", 20) + "end", "deep": map[string]any{"deeper": []any{strings.Repeat("lorem: ipsum ", 20) + "end"}}},
	}
	for _, word := range words {
		values = append(values, word, map[string]any{word: word})
		if strings.ContainsAny(word, " \n\u2028") {
			values = append(values, []any{[]any{word}, map[string]any{"k": []any{word, 1}}})
		}
	}
	for _, number := range numbers {
		values = append(values, number)
	}
	values = append(values, map[string]any{"n": numbers[:23]})
	for _, float := range floats {
		values = append(values, float, float32(float))
	}
	return values
}
