//go:build ignore

// Prints what Go's fmt makes of formats and values, a JSON object a line:
//
//	go run generate.go values.go > rows.jsonl
//	go run generate.go values.go -random 200000 -seed 7 > /tmp/more.jsonl
//
// The second form is for a long comparison: ROWS=/tmp/more.jsonl cargo test … go::format
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"math/rand"
	"os"
	"time"
)

func row(format string, values ...described) {
	shapes, operands := []any{}, []any{}
	for _, value := range values {
		shapes, operands = append(shapes, value.shape), append(operands, value.value)
	}
	var output string
	switch format {
	case "print":
		output = fmt.Sprint(operands...)
	case "println":
		output = fmt.Sprintln(operands...)
	default:
		output = fmt.Sprintf(format, operands...)
	}
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetEscapeHTML(false)
	encoder.Encode(struct {
		Format any   `json:"format"`
		Values []any `json:"values"`
		Output any   `json:"output"`
	}{text(format), shapes, text(output)})
}

func main() {
	count := flag.Int("random", 400, "how many rows at random")
	seed := flag.Int64("seed", 1, "where they start")
	flag.Parse()

	a, b, c := str("a"), integer(2), float(1.5)
	for _, format := range []string{
		"", "plain", "%", "%%", "%5%", "%-", "%5", "%.", "%5.", "%!", "%z", "%-010", "100%",
		"%d", "%[1]d", "%[2]d", "%[2]d %[1]d", "%[2]d %d", "%[1]d %d", "%[0]d", "%[4]d", "%[x]d", "%[", "%[]d", "%[1", "%[1]",
		"%[-1]d", "%[1]5d", "%[2]*[1]d", "%[1]*d", "%[2]*d", "%[3]*.[2]*[1]f", "%6.[2]d", "%[1].2d", "%.[1]d", "%[1]%", "%[5]%d",
		"%*d", "%*s", "%-*d", "%.*f", "%*.*f", "%.*d", "%s %d %v", "%s %d", "%d %d %d %d", "%v %v", "%w", "%#w", "%+w", "%ü", "%\xff", "%5.ü",
		"%10000010d|", "%100000000d|", "%.10000010s|", "%00d", "%+-#0 5d", "%+ d", "%[10000000000000000000]d", "%[2]", "%[2]v%v",
		"%#[1]v", "%.[2]*[3]f", "%.*[3]f", "%[3]*v", "%.[3]*v",
	} {
		row(format, b, a, c)
		row(format, a, b, c)
		row(format, b, b, b)
	}
	for _, format := range []string{"", "%", "%d", "%[1]d", "%%", "%*d", "%.*d", "%v %v"} {
		row(format)
	}
	for _, width := range []described{integer(-7), integer(1000000 + 1), str("7"), {shape("uint64", "18446744073709551615"), uint64(math.MaxUint64)}, {shape("uint8", "9"), uint8(9)}, {shape("int64", "6"), int64(6)}, null, number("5"), {shape("duration", "6"), time.Duration(6)}} {
		row("%*d|", width, b)
		row("%0*d|", width, b)
		row("%.*d|", width, b)
		row("%-0*.*f|", width, width, c)
	}
	everything := []described{
		null, a, b, c, number("1.50"), list(null, a, b, c, number("5"), list(), dict(nil)),
		dict(map[string]described{"b": null, "a": list(a, b), "c": number("7")}),
		outer(dict(map[string]described{"k": null, "j": a}), list(a)), pointer(outer(dict(nil), null)),
		list(list(b)),
		{shape("nil", "pointer"), (*Outer)(nil)}, {shape("nil", "list"), []any(nil)}, {shape("nil", "map"), map[string]any(nil)},
		{shape("moment", "m"), Moment{7, "m"}}, list(described{shape("moment", "m"), Moment{7, "m"}}),
	}
	for _, value := range everything {
		for _, format := range []string{"%v", "%+v", "%#v", "%T", "%s", "%d", "%q", "%x", "%t", "%w", "%10v|", "%-10v|", "%#x", "% x", "%z"} {
			row(format, value)
		}
	}
	row("print", everything...)
	row("println", everything...)
	row("print", a, b, b, a, a, number("1"), b, null, null, c, list(), list())

	r := rand.New(rand.NewSource(*seed))
	verbs := "vvvvdsqxXTtbcoOUeEfFgGwz"
	for range *count {
		format := ""
		values := []described{}
		for range 1 + r.Intn(2) {
			directive := "%"
			for range r.Intn(3) {
				directive += string("#0+- "[r.Intn(5)])
			}
			if r.Intn(3) == 0 {
				directive += fmt.Sprint(r.Intn(20))
			}
			if r.Intn(4) == 0 {
				directive += "." + fmt.Sprint(r.Intn(12))
			}
			format += directive + string(verbs[r.Intn(len(verbs))]) + "|"
			values = append(values, random(r, 3))
		}
		row(format, values...)
	}
}
