//go:build ignore

// The values that rows of tests hold, and how they are written there.
package main

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"math/rand"
	"strings"
	"time"
	"unicode/utf8"
)

type Inner struct{ Token string }

type Outer struct {
	ID      string
	Count   int
	Good    bool
	Data    map[string]any
	Names   []string
	Inner   *Inner
	Any     any
	Wait    time.Duration
	hidden  time.Month
	private any
}

// Moment prints itself, as times do.
type Moment struct {
	wall uint64
	name string
}

func (m Moment) String() string   { return "moment " + m.name }
func (m Moment) GoString() string { return "Moment(" + m.name + ")" }

type described struct {
	shape any
	value any
}

func shape(kind string, content any) map[string]any { return map[string]any{kind: content} }

// What is no UTF-8 is written as hexadecimal digits in a list.
func text(s string) any {
	if utf8.ValidString(s) {
		return s
	}
	return []string{hex.EncodeToString([]byte(s))}
}

func str(s string) described    { return described{shape("string", text(s)), s} }
func number(s string) described { return described{shape("number", text(s)), json.Number(s)} }
func integer(i int) described   { return described{shape("int", fmt.Sprint(i)), i} }
func float(f float64) described {
	return described{shape("float64", fmt.Sprint(math.Float64bits(f))), f}
}

func list(items ...described) described {
	shapes, values := []any{}, []any{}
	for _, item := range items {
		shapes, values = append(shapes, item.shape), append(values, item.value)
	}
	return described{shape("list", shapes), values}
}

func dict(pairs map[string]described) described {
	shapes, values := map[string]any{}, map[string]any{}
	for key, item := range pairs {
		shapes[key], values[key] = item.shape, item.value
	}
	return described{shape("map", shapes), values}
}

var null = described{nil, nil}

func outer(data, other described) described {
	value := Outer{"id\n", 3, true, nil, []string{"a b", "c"}, nil, other.value, 1500 * time.Millisecond, 3, other.value}
	value.Data, _ = data.value.(map[string]any)
	return described{shape("outer", []any{data.shape, other.shape}), value}
}

func pointer(of described) described {
	value := of.value.(Outer)
	return described{shape("pointer", of.shape), &value}
}

var texts = []string{"", "a", "hello", "ünïcödé→", "tab\tnew\nline", "\"quoted\" `back`", "\xff\xfe", "a\x00b", "\u2028\u00a0", "😀x", "%d", strings.Repeat("long ", 10)}
var floats = []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 1.5, 100, 123456, 1234567, 1e6, 1e20, 1e21, 1e-4, 1e-5, 3.14159265358979, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1), math.NaN(), 2.5, 0.1, 99999.5, 1e100, -273.15}
var ints = []int{0, 1, -1, 7, 8, 42, -42, 65, 255, 256, 0x1F600, 0x10FFFF, 0x110000, 0xD800, 1000000, math.MaxInt, math.MinInt, 0x2028, 173}

func random(r *rand.Rand, depth int) described {
	kinds := 22
	if depth <= 0 {
		kinds = 16
	}
	switch r.Intn(kinds) {
	case 0:
		return null
	case 1:
		b := r.Intn(2) == 0
		return described{shape("bool", b), b}
	case 2, 3:
		return integer(ints[r.Intn(len(ints))])
	case 4:
		i := int64(ints[r.Intn(len(ints))])
		return described{shape("int64", fmt.Sprint(i)), i}
	case 5:
		u := uint8(r.Intn(256))
		return described{shape("uint8", fmt.Sprint(u)), u}
	case 6:
		u := uint64(ints[r.Intn(len(ints))])
		return described{shape("uint64", fmt.Sprint(u)), u}
	case 7:
		d := time.Duration(ints[r.Intn(len(ints))])
		return described{shape("duration", fmt.Sprint(int64(d))), d}
	case 8:
		m := time.Month(r.Intn(15) - 1)
		return described{shape("month", fmt.Sprint(int64(m))), m}
	case 9:
		w := time.Weekday(r.Intn(9) - 1)
		return described{shape("weekday", fmt.Sprint(int64(w))), w}
	case 10, 11:
		return float(floats[r.Intn(len(floats))])
	case 12:
		f := float32(floats[r.Intn(len(floats))])
		return described{shape("float32", fmt.Sprint(math.Float64bits(float64(f)))), f}
	case 13:
		re, im := floats[r.Intn(len(floats))], floats[r.Intn(len(floats))]
		return described{shape("complex", []string{fmt.Sprint(math.Float64bits(re)), fmt.Sprint(math.Float64bits(im))}), complex(re, im)}
	case 14:
		return str(texts[r.Intn(len(texts))])
	case 15:
		return number([]string{"5", "1.50", "-1e3", ""}[r.Intn(4)])
	case 16, 17:
		items := []described{}
		for range r.Intn(4) {
			items = append(items, random(r, depth-1))
		}
		return list(items...)
	case 18:
		pairs := map[string]described{}
		for range r.Intn(4) {
			key := []string{"a", "b", "key", "ü", "z-1", ""}[r.Intn(6)]
			pairs[key] = random(r, depth-1)
		}
		return dict(pairs)
	case 19:
		shapes, values := []any{}, []string{}
		for range r.Intn(3) {
			s := texts[r.Intn(len(texts))]
			shapes, values = append(shapes, text(s)), append(values, s)
		}
		return described{shape("strings", shapes), values}
	case 20:
		switch r.Intn(5) {
		case 0:
			return described{shape("nil", "list"), []any(nil)}
		case 1:
			return described{shape("nil", "strings"), []string(nil)}
		case 2:
			return described{shape("nil", "map"), map[string]any(nil)}
		case 3:
			return described{shape("nil", "pointer"), (*Outer)(nil)}
		}
		name := texts[1+r.Intn(3)]
		return described{shape("moment", name), Moment{7, name}}
	default:
		of := outer(dict(map[string]described{"k": random(r, depth-2)}), random(r, depth-2))
		return of
	}
}
