// Command generate writes what Go's encoders and decoders make of values and texts: the rows that
// the tests of the Rust encoders are held against.
//
//	go run . -out ..
package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/json"
	"flag"
	"log"
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"unicode/utf8"

	"github.com/BurntSushi/toml"
	"gopkg.in/yaml.v2"
)

func main() {
	out := flag.String("out", "..", "directory of written.jsonl and read.jsonl")
	seed := flag.Int64("seed", 1, "seed of the random values")
	count := flag.Int("count", 120, "random rows per file")
	wild := flag.Bool("wild", false, "random changes to the YAML that is read")
	flag.Parse()
	source := generator{rand.New(rand.NewSource(*seed)), *wild}

	values := fixedValues()
	for range *count {
		values = append(values, source.value(3))
	}
	rows := make([]any, 0, len(values))
	for _, value := range values {
		if isStable(value) {
			rows = append(rows, written(value))
		}
	}
	write(filepath.Join(*out, "written.jsonl"), rows)

	rows = rows[:0]
	for _, text := range jsonTexts {
		rows = append(rows, readJSON(text))
	}
	for range *count {
		rows = append(rows, readJSON(source.jsonText()))
	}
	for _, text := range yamlTexts() {
		rows = append(rows, readYAML(text))
	}
	for range *count * 2 {
		rows = append(rows, readYAML(source.yamlText()))
	}
	write(filepath.Join(*out, "read.jsonl"), rows)
}

func write(path string, rows []any) {
	file, err := os.Create(path)
	if err != nil {
		log.Fatal(err)
	}
	buffered := bufio.NewWriter(file)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	for _, row := range rows {
		if err := encoder.Encode(row); err != nil {
			log.Fatal(err)
		}
	}
	if err := buffered.Flush(); err != nil {
		log.Fatal(err)
	}
	if err := file.Close(); err != nil {
		log.Fatal(err)
	}
}

// isStable tells whether the package always writes the same YAML: its order of keys contradicts
// itself for some, and what comes out then depends on Go's random order of maps.
func isStable(value any) bool {
	marshal := func() any { return attempt(func() ([]byte, error) { return yaml.Marshal(value) }) }
	first := marshal()
	for range 50 {
		if !reflect.DeepEqual(first, marshal()) {
			return false
		}
	}
	return true
}

type writtenRow struct {
	Value     any `json:"value"`
	JSON      any `json:"json"`
	Unescaped any `json:"unescaped"`
	Pretty    any `json:"pretty"`
	YAML      any `json:"yaml"`
	TOML      any `json:"toml"`
}

// An error is null.
func written(value any) writtenRow {
	return writtenRow{
		Value: notation(value),
		JSON:  attempt(func() ([]byte, error) { return json.Marshal(value) }),
		Unescaped: attempt(func() ([]byte, error) {
			var buffer bytes.Buffer
			encoder := json.NewEncoder(&buffer)
			encoder.SetEscapeHTML(false)
			err := encoder.Encode(value)
			return bytes.TrimRight(buffer.Bytes(), "\n"), err
		}),
		Pretty: attempt(func() ([]byte, error) { return json.MarshalIndent(value, "", "  ") }),
		YAML:   attempt(func() ([]byte, error) { return yaml.Marshal(value) }),
		TOML: attempt(func() ([]byte, error) {
			var buffer bytes.Buffer
			err := toml.NewEncoder(&buffer).Encode(value)
			return buffer.Bytes(), err
		}),
	}
}

func attempt(encode func() ([]byte, error)) (text any) {
	defer func() {
		if recover() != nil {
			text = nil
		}
	}()
	encoded, err := encode()
	if err != nil {
		return nil
	}
	return bytesNotation(string(encoded))
}

type readRow struct {
	Format string `json:"format"`
	Text   any    `json:"text"`
	// The value, or null for an error.
	Value any `json:"value"`
	// The value with numbers read as float64; JSON only.
	Floats any `json:"floats,omitempty"`
}

func readJSON(text string) readRow {
	row := readRow{Format: "json", Text: bytesNotation(text)}
	var value any
	decoder := json.NewDecoder(strings.NewReader(text))
	decoder.UseNumber()
	// json.Unmarshal has no UseNumber: what follows the value must be checked first.
	if json.Valid([]byte(text)) && decoder.Decode(&value) == nil {
		row.Value = notation(value)
	}
	var floats any
	if json.Unmarshal([]byte(text), &floats) == nil {
		row.Floats = notation(floats)
	}
	return row
}

func readYAML(text string) (row readRow) {
	row = readRow{Format: "yaml", Text: bytesNotation(text)}
	defer func() {
		if recover() != nil {
			row.Value = nil
		}
	}()
	var value any
	if yaml.Unmarshal([]byte(text), &value) == nil {
		row.Value = notation(value)
	}
	return row
}

// Text as it is, other bytes as an object with their base64.
func bytesNotation(text string) any {
	if utf8.ValidString(text) {
		return text
	}
	return map[string]string{"base64": base64.StdEncoding.EncodeToString([]byte(text))}
}
