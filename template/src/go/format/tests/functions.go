//go:build ignore

// Prints what the functions of Go's text/template make of values, a JSON object a line:
//
//	go run functions.go values.go > ../../../function/builtin/tests/rows.jsonl
//	go run functions.go values.go -share 1 > /tmp/more.jsonl
//
// The second form is for a long comparison: ROWS=/tmp/more.jsonl cargo test … builtin
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/rand"
	"os"
	"strings"
	"text/template"
	"time"
)

// What a part of Go's message means, the first that fits.
var classes = [][2]string{
	{"missing argument for comparison", "not-comparable"},
	{"comparison", "not-comparable"},
	{"non-comparable", "not-comparable"},
	{"value is nil; should be", "wrong-type"},
	{"value has type", "wrong-type"},
	{"out of range", "out-of-range"},
	{"invalid slice index", "out-of-range"},
	{"index of", "cannot-index"},
	{"can't index", "cannot-index"},
	{"cannot index", "cannot-index"},
	{"slice of", "cannot-index"},
	{"can't slice", "cannot-index"},
	{"cannot 3-index", "cannot-index"},
	{"too many slice indexes", "cannot-index"},
	{"len of", "cannot-index"},
	{"error calling", "function"},
}

func class(message string) string {
	for _, class := range classes {
		if strings.Contains(message, class[0]) {
			return class[1]
		}
	}
	panic(message)
}

func row(function string, arguments ...described) {
	source := `{{printf "%[1]T|%#[1]v" (` + function
	shapes := []any{}
	for i, argument := range arguments {
		source += fmt.Sprintf(" (at %d)", i)
		shapes = append(shapes, argument.shape)
	}
	functions := template.FuncMap{"at": func(i int) any { return arguments[i].value }}
	var output strings.Builder
	err := template.Must(template.New("").Funcs(functions).Parse(source+")}}")).Execute(&output, nil)
	var result any = map[string]any{"output": text(output.String())}
	if err != nil {
		result = map[string]any{"class": class(err.Error())}
	}
	encoder := json.NewEncoder(io.Writer(os.Stdout))
	encoder.SetEscapeHTML(false)
	encoder.Encode(struct {
		Function  string `json:"function"`
		Arguments []any  `json:"arguments"`
		Result    any    `json:"result"`
	}{function, shapes, result})
}

func anyMap(pairs ...described) described {
	shapes, values := []any{}, map[any]any{}
	for i := 0; i < len(pairs); i += 2 {
		shapes = append(shapes, []any{pairs[i].shape, pairs[i+1].shape})
		values[pairs[i].value] = pairs[i+1].value
	}
	return described{shape("any-map", shapes), values}
}

func stringMap(pairs map[string]string) described {
	return described{shape("string-map", pairs), pairs}
}

func main() {
	share := flag.Float64("share", 0.12, "which part of all pairs of values are compared")
	seed := flag.Int64("seed", 1, "chooses the part")
	flag.Parse()
	r := rand.New(rand.NewSource(*seed))

	nilPointer := described{shape("nil", "pointer"), (*Outer)(nil)}
	nilList := described{shape("nil", "list"), []any(nil)}
	nilMap := described{shape("nil", "map"), map[string]any(nil)}
	moment := described{shape("moment", "m"), Moment{7, "m"}}
	struct1 := outer(dict(nil), null)
	pointer1 := pointer(struct1)
	channel := described{shape("channel", nil), (<-chan int64)(make(chan int64))}
	small := described{shape("uint8", "2"), uint8(2)}
	large := described{shape("uint64", "18446744073709551615"), uint64(18446744073709551615)}
	wide := described{shape("int64", "2"), int64(2)}
	month := described{shape("month", "2"), time.Month(2)}
	truth := described{shape("bool", true), true}
	untruth := described{shape("bool", false), false}
	complex1 := described{shape("complex", []string{"4607182418800017408", "0"}), complex(1, 0)}
	nan := float(floats[19])
	strings3 := described{shape("strings", []string{"a", "b", "c"}), []string{"a", "b", "c"}[:3:3]}
	list3 := list(str("x"), null, integer(7))
	list3.value = list3.value.([]any)[:3:3]
	nested := dict(map[string]described{"a": dict(map[string]described{"b": list3}), "n": null, "s": str("ünï")})
	yaml := anyMap(integer(2), str("two"), str("k"), null, null, str("nil"), truth, integer(1), float(1.5), str("f"), large, str("large"), month, str("never"))
	yaml.shape = anyMap(integer(2), str("two"), str("k"), null, null, str("nil"), truth, integer(1), float(1.5), str("f"), large, str("large")).shape
	delete(yaml.value.(map[any]any), time.Month(2))
	plain := stringMap(map[string]string{"k": "v"})

	all := []described{
		null, nilPointer, nilList, nilMap, moment, struct1, pointer1, channel, small, large, wide, month, truth, untruth,
		complex1, nan, integer(2), integer(-1), integer(3), float(2), float(2.5), str(""), str("2"), str("b"), str("\xff"),
		number("2"), number("1.50"), list(), list3, strings3, nested, yaml, plain,
	}
	for _, function := range []string{"eq", "ne", "lt", "le", "gt", "ge"} {
		for i, left := range all {
			for j, right := range all {
				same := i == j && (i == 6 || i == 7)
				if !same && r.Float64() < *share {
					row(function, left, right)
				}
			}
		}
	}
	row("eq", integer(1))
	row("eq", list3)
	row("eq", integer(1), integer(2), integer(1), str("a"))
	row("eq", integer(1), integer(2), str("a"), integer(1))
	row("eq", null, null, integer(1))
	row("eq", null, integer(1), null)
	row("eq", list3, null)
	row("eq", nilMap, null)
	row("eq", moment, described{shape("moment", "other"), Moment{7, "other"}})
	row("eq", moment, moment)
	row("eq", moment, struct1)
	row("eq", struct1, moment)

	positions := []described{
		null, integer(0), integer(2), integer(3), integer(4), integer(-1), small, large, wide, month, str("k"), str("a"), str("n"), str("q"),
		number("2"), float(1.5), truth, list3, nilList, nested, channel, nilPointer,
	}
	for _, item := range all {
		row("not", item)
		row("len", item)
		// Addresses differ from run to run.
		if name := fmt.Sprint(item.shape); name != fmt.Sprint(pointer1.shape) && name != fmt.Sprint(channel.shape) {
			row("index", item)
			row("html", item)
		}
		row("slice", item)
		row("slice", item, integer(1))
		for _, position := range positions {
			if r.Float64() < 3**share {
				row("index", item, position)
			}
		}
	}
	for _, item := range []described{str("abc"), number("1.5"), list3, strings3, nilList, nested, yaml, plain} {
		for _, position := range positions {
			row("index", item, position)
			row("slice", item, position)
			row("slice", item, integer(0), position)
		}
		row("slice", item, integer(2), integer(1))
		row("slice", item, integer(0), integer(1), integer(2))
		row("slice", item, integer(0), integer(2), integer(1))
		row("slice", item, integer(1), integer(1), integer(1), integer(1))
		row("slice", item, integer(0), integer(0))
	}
	row("index", nested, str("a"), str("b"), integer(2))
	row("index", nested, str("a"), str("b"), integer(1))
	row("index", nested, str("a"), str("b"), integer(1), integer(1))
	row("index", nested, str("a"), str("c"), integer(1))
	row("index", nested, str("q"), str("c"))
	row("index", nested, str("s"), integer(1))
	row("index", plain, str("q"), integer(0))
	row("index", null, str("q"), integer(0))

	for _, function := range []string{"html", "js", "urlquery", "print", "println"} {
		row(function)
		for _, t := range append(texts, "<a href='x'>\"&\x00</a>", "a=b;c\x7f\x1f", "😀\U000E0001\uFFFD", "a b+c/d?e=f&g~h-i_j.k", "ab\xe2\x82") {
			row(function, str(t))
			row(function, number(t))
		}
		row(function, null, null)
		row(function, null, integer(1), integer(2), str("a"), null)
		row(function, integer(1), integer(2), number("3"), nilPointer, nilList)
		if function != "print" && function != "println" {
			row(function, pointer1, nilPointer, moment, list3, nested)
		}
	}
	row("printf", str("%v %d"), str("a"), null)
	row("printf", str("%s|"))
	row("printf", str("\xff%q"), list3, null)
}
