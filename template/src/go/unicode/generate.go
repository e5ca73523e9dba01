//go:build ignore

// Writes the tables of this folder from the Unicode data of the Go toolchain that runs it and of
// golang.org/x/text/cases. Run it in a module that requires golang.org/x/text v0.27.0:
//
//	go run generate.go <this folder>
//
// Formats are told in mod.rs.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

const runes = unicode.MaxRune + 1

func varint(out []byte, value int) []byte {
	for value >= 0x80 {
		out = append(out, byte(value)|0x80)
		value >>= 7
	}
	return append(out, byte(value))
}

func write(name string, data []byte) {
	if err := os.WriteFile(filepath.Join(os.Args[1], name), data, 0o644); err != nil {
		panic(err)
	}
	fmt.Println(name, len(data))
}

func runs(values []byte) (out []byte) {
	for start := 0; start < len(values); {
		end := start
		for end < len(values) && values[end] == values[start] {
			end++
		}
		out = append(varint(out, end-start), values[start])
		start = end
	}
	return out
}

// mapping packs the runes that a function changes: gap, count, step, zigzag of the difference.
func mapping(change func(rune) rune) (out []byte) {
	type entry struct{ from, delta int }
	var entries []entry
	for r := rune(0); r < runes; r++ {
		if to := change(r); to != r {
			entries = append(entries, entry{int(r), int(to) - int(r)})
		}
	}
	behind := 0
	for i := 0; i < len(entries); {
		first := entries[i]
		count, step := 1, 1
		if i+1 < len(entries) && entries[i+1].delta == first.delta && entries[i+1].from-first.from <= 2 {
			step = entries[i+1].from - first.from
			for i+count < len(entries) && entries[i+count] == (entry{first.from + count*step, first.delta}) {
				count++
			}
		}
		zigzag := first.delta * 2
		if first.delta < 0 {
			zigzag = -first.delta*2 - 1
		}
		out = varint(out, first.from-behind)
		out = varint(out, count)
		out = varint(out, step)
		out = varint(out, zigzag)
		behind = first.from + (count-1)*step
		i += count
	}
	return out
}

func categories() []byte {
	names := []string{"Cn", "Cc", "Cf", "Co", "Cs", "Ll", "Lm", "Lo", "Lt", "Lu", "Mc", "Me", "Mn", "Nd", "Nl",
		"No", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps", "Sc", "Sk", "Sm", "So", "Zl", "Zp", "Zs"}
	values := make([]byte, runes)
	for i, name := range names[1:] {
		for r := range values {
			if unicode.Is(unicode.Categories[name], rune(r)) {
				values[r] = byte(i + 1)
			}
		}
	}
	return runs(values)
}

// scripts leaves out those that no pattern can name: package regexp knows the words of a name
// without what separates them.
func scripts() []byte {
	var names []string
	for name := range unicode.Scripts {
		if _, err := regexp.Compile(`\p{` + name + `}`); err == nil {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	var out []byte
	for _, name := range names {
		out = append(append(out, name...), '\n')
	}
	write("scripts.txt", out)
	values := make([]byte, runes)
	for i, name := range names {
		for r := range values {
			if unicode.Is(unicode.Scripts[name], rune(r)) {
				values[r] = byte(i + 1)
			}
		}
	}
	return runs(values)
}

func titles() (exceptions, classes []byte) {
	title := cases.Title(language.Und, cases.NoLower)
	values := make([]byte, runes)
	behind := 0
	for r := rune(0); r < runes; r++ {
		if r >= 0xD800 && r <= 0xDFFF {
			continue
		}
		text := string(r)
		if changed := title.String(text); changed != string(unicode.ToTitle(r)) {
			exceptions = varint(exceptions, int(r)-behind)
			exceptions = append(varint(exceptions, len(changed)), changed...)
			behind = int(r)
		}
		// 0: breaks a word, 1: cased, 2: continues a word, 3: continues one when alone.
		last, _ := utf8.DecodeLastRuneInString(title.String(text + "a"))
		inside, _ := utf8.DecodeLastRuneInString(title.String("a" + text + "a"))
		doubled, _ := utf8.DecodeLastRuneInString(title.String("a" + text + text + "a"))
		switch {
		case last == 'a':
			values[r] = 1
		case inside == 'a' && doubled == 'a':
			values[r] = 2
		case inside == 'a':
			values[r] = 3
		}
	}
	return exceptions, runs(values)
}

func main() {
	write("categories.bin", categories())
	write("scripts.bin", scripts())
	write("folds.bin", mapping(unicode.SimpleFold))
	write("titles.bin", mapping(unicode.ToTitle))
	exceptions, classes := titles()
	write("title_exceptions.bin", exceptions)
	write("word_classes.bin", classes)
}
