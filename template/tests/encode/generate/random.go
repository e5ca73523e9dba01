package main

import (
	"encoding/json"
	"math"
	"math/rand"
	"strconv"
	"strings"
	"time"

	"gopkg.in/yaml.v2"
)

type generator struct {
	*rand.Rand
	// YAML that is broken or odd, too: not all of it is read as Go reads it.
	wild bool
}

var pieces = []string{
	"a", "b", "Z", "word", "word ", " ", " ", "  ", "\n", "\n", "\n\n", "\t", "\r", ":", ": ", "#", " #", "-", "- ", "?", "? ", "'", "\"", "\\", "/", "|", ">", "{", "}", "[", "]", ",", ", ", "&", "*", "!", "%", "@", "`", "<", "=", ".", "~", "_", "0", "1", "7", "9", "10", "x", "e", "+",
	"é", "日", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffd", "\U0001f600", "\x00", "\x1b", "\x7f", "\xff", "\xc3",
}

func (g generator) text() string {
	switch g.Intn(6) {
	case 0:
		return words[g.Intn(len(words))]
	case 1:
		return words[g.Intn(len(words))] + words[g.Intn(len(words))]
	case 2:
		var text strings.Builder
		for range g.Intn(60) {
			text.WriteString([]string{"lorem ", "ipsum ", "dolor, ", "it's ", "a  ", "x: ", "\"q\" ", "é "}[g.Intn(8)])
		}
		return text.String() + pieces[g.Intn(len(pieces))]
	default:
		// Half of the texts keep to the first, harmless pieces.
		limit := len(pieces)
		if g.Intn(2) == 0 {
			limit -= 14
		}
		var text strings.Builder
		for range g.Intn(12) {
			text.WriteString(pieces[g.Intn(limit)])
		}
		return text.String()
	}
}

func (g generator) float() float64 {
	switch g.Intn(3) {
	case 0:
		return floats[g.Intn(len(floats))]
	case 1:
		return g.NormFloat64() * math.Pow(10, float64(g.Intn(50)-25))
	}
	for {
		if float := math.Float64frombits(g.Uint64()); !math.IsNaN(float) && !math.IsInf(float, 0) {
			return float
		}
	}
}

func (g generator) value(depth int) any {
	kinds := 16
	if depth == 0 {
		kinds = 9
	}
	switch g.Intn(kinds) {
	case 0:
		return nil
	case 1:
		return g.Intn(2) == 0
	case 2:
		return int(g.Uint64()) >> g.Intn(64)
	case 3:
		return g.float()
	case 4:
		return numbers[g.Intn(len(numbers))]
	case 5:
		return time.Duration(g.Int63() >> g.Intn(63))
	case 6, 7, 8:
		return g.text()
	case 9, 10:
		list := []any{}
		for range g.Intn(5) {
			list = append(list, g.value(depth-1))
		}
		return list
	case 11:
		list := []any{}
		for range g.Intn(3) {
			list = append(list, map[string]any{g.text(): g.value(depth - 1), "k": g.value(depth - 1)})
		}
		return list
	case 12:
		entries := map[any]any{}
		for range g.Intn(5) {
			entries[g.key()] = g.value(depth - 1)
		}
		return entries
	default:
		entries := map[string]any{}
		for range g.Intn(6) {
			if g.Intn(2) == 0 {
				entries[g.name()] = g.value(depth - 1)
			} else {
				entries[g.text()] = g.value(depth - 1)
			}
		}
		return entries
	}
}

func (g generator) name() string {
	return []string{"a", "b", "host", "a-b", "x_", "key"}[g.Intn(6)] + []string{"", "1", "2", "10", "02", "100"}[g.Intn(6)]
}

func (g generator) key() any {
	switch g.Intn(6) {
	case 0:
		return g.Intn(20) - 5
	case 1:
		return g.Intn(2) == 0
	case 2:
		return float64(g.Intn(20)) / 2
	case 3:
		return nil
	default:
		return g.text()
	}
}

var jsonTexts = []string{
	"", " ", "null", "true", "false", "nul", "nulll", "True", "0", "-0", "-", "+1", "01", "1.", ".5", "1.5", "1.50", "1e3", "1E+3", "1e-3", "1e", "1e+", "1.e1", "1.5e309", "1e309", "-1e309", "1e-400", "123456789012345678901234567890", "9007199254740993", "0x10", "1_0", "Infinity", "NaN",
	`""`, `"a`, `"a"b`, `"\"\\\/\b\f\n\r\t"`, `"\a"`, `"\'"`, `"\u0041"`, `"\u00e9\u20ac"`, `"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ud83d\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\uD83D\uDE00"`, `"\u12"`, `"\u12G4"`, `"\U0041"`, `"\u0000"`, "\"\x00\"", "\"\n\"", "\"\t\"", "\"\x7f\"", "\"\xff\"", "\"a\xc3\"", "\"\xed\xa0\x80\"", "\"\u2028\"", "'a'",
	"[]", "[ ]", "[1]", "[1,]", "[,1]", "[1 2]", "[1", "[", "]", "[[]]", "[1,[2,[3]]]", "{}", "{ }", `{"a":1}`, `{"a":1,}`, `{"a" : 1 , "b" : [ ] }`, `{"a":1,"a":2}`, `{"a":{"x":1},"a":{"y":2}}`, `{a:1}`, `{"a"}`, `{"a":}`, `{"a":1`, `{"a":1 "b":2}`, `{1:2}`, `{"":null}`, `{"\u0061":1,"a":2}`, "{\"\xff\":1,\"\xfe\":2}", "1 2", "1,", "[] []", "\ufeff1", "\u00a01", "\v1", "1\x00", "\t\r\n 1 \t\r\n", "//c\n1", "/*c*/1", "[1,2] // x",
}

func (g generator) jsonText() string {
	encoded, err := json.Marshal(g.jsonValue(3))
	if err != nil {
		return ""
	}
	if g.Intn(2) == 0 {
		return string(encoded)
	}
	return g.mutate(string(encoded))
}

func (g generator) jsonValue(depth int) any {
	if depth > 0 && g.Intn(2) == 0 {
		if g.Intn(2) == 0 {
			return []any{g.jsonValue(depth - 1), g.jsonValue(depth - 1)}
		}
		return map[string]any{g.text(): g.jsonValue(depth - 1), g.name(): g.jsonValue(depth - 1)}
	}
	switch g.Intn(4) {
	case 0:
		return json.Number(strconv.FormatFloat(g.float(), 'g', -1, 64))
	case 1:
		return g.Intn(1000)
	case 2:
		return g.text()
	default:
		return g.Intn(2) == 0
	}
}

// mutate takes away, adds or doubles a few bytes.
func (g generator) mutate(text string) string {
	for range 1 + g.Intn(3) {
		place := g.Intn(len(text) + 1)
		switch g.Intn(3) {
		case 0:
			text = text[:place] + pieces[g.Intn(len(pieces))] + text[place:]
		case 1:
			text = text[:place] + text[min(len(text), place+1+g.Intn(2)):]
		default:
			text = text[:place] + text[place/2:]
		}
		if len(text) > 400 {
			text = text[:400]
		}
	}
	return text
}

func (g generator) yamlText() string {
	text := ""
	switch g.Intn(4) {
	case 0:
		encoded, err := yaml.Marshal(g.value(2))
		if err != nil {
			return ""
		}
		text = string(encoded)
	default:
		text = "k: " + g.block(3, "")
	}
	if !g.wild {
		return strings.NewReplacer("\u0085", "é", "\u2028", "é", "\u2029", "é", "-\t", "-", "- \t", "- ").Replace(text)
	}
	if g.Intn(6) == 0 {
		return g.mutate(text)
	}
	return text
}

// block is a node that starts on the line of what is before it.
func (g generator) block(depth int, indent string) string {
	properties := []string{"", "", "", "", "", "", "&a ", "&b ", "!!str ", "!!int ", "!!map ", "!x "}[g.Intn(12)]
	if depth == 0 {
		return properties + g.scalar(indent) + "\n"
	}
	var text strings.Builder
	inner := indent + []string{"  ", " ", "    "}[g.Intn(3)]
	switch g.Intn(6) {
	case 0, 1:
		text.WriteString(strings.TrimSuffix(properties, " ") + g.comment() + "\n")
		for range 1 + g.Intn(3) {
			text.WriteString(inner + g.yamlKey(inner) + ": " + g.block(depth-1, inner))
		}
	case 2:
		text.WriteString(strings.TrimSuffix(properties, " ") + "\n")
		for range 1 + g.Intn(3) {
			text.WriteString(inner + "- " + g.block(depth-1, inner))
		}
	case 3:
		text.WriteString(properties + g.flow(2) + g.comment() + "\n")
	case 4:
		header := []string{"|", ">", "|-", "|+", ">-", ">+", "|2", ">1"}[g.Intn(8)]
		text.WriteString(properties + header + g.comment() + "\n")
		for range g.Intn(4) {
			line := strings.ReplaceAll(strings.ReplaceAll(g.text(), "\n", ""), "\r", "")
			text.WriteString([]string{inner + "   ", inner + "   ", "", inner}[g.Intn(4)] + line + "\n")
		}
	default:
		text.WriteString(properties + g.scalar(indent) + g.comment() + "\n")
	}
	return text.String()
}

func (g generator) comment() string {
	if g.wild && g.Intn(6) == 0 {
		return "#no"
	}
	return []string{"", "", "", "", " # note", "  "}[g.Intn(6)]
}

func (g generator) yamlKey(indent string) string {
	switch g.Intn(12) {
	case 0:
		return "<<"
	case 1:
		return "? " + g.name() + "\n" + indent
	case 2:
		return "*a "
	case 3, 4:
		if key := g.scalar(""); g.wild || key != "" {
			return key
		}
	}
	return g.name()
}

func (g generator) scalar(indent string) string {
	switch g.Intn(12) {
	case 0:
		return "*a"
	case 1:
		return "*b"
	case 2:
		return "'" + strings.ReplaceAll(g.text(), "'", "''") + "'"
	case 3:
		return strconv.Quote(g.text())
	case 4:
		return `"` + []string{`\x41`, `\u00e9`, `\U0001F600`, `\e\0\a\b\v\N\_\L\P`, "\\\n  x", `\ud83d`, `a` + "\n\n  b", `\z`, `tab` + "\t"}[g.Intn(9)] + `"`
	case 5:
		return "plain text\n" + indent + "   goes on"
	case 6:
		return ""
	default:
		return words[g.Intn(len(words))]
	}
}

func (g generator) flow(depth int) string {
	if depth == 0 || g.Intn(3) == 0 {
		return strings.NewReplacer("\n", " ").Replace(g.scalar(""))
	}
	var parts []string
	for range g.Intn(4) {
		if g.Intn(2) == 0 {
			parts = append(parts, g.flow(depth-1))
		} else {
			parts = append(parts, g.name()+": "+g.flow(depth-1))
		}
	}
	if g.Intn(5) == 0 {
		parts = append(parts, "")
	}
	if g.Intn(2) == 0 {
		return "[" + strings.Join(parts, ", ") + "]"
	}
	return "{" + strings.Join(parts, ", ") + "}"
}
