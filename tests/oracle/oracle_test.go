package main

import (
	"bytes"
	"encoding/base64"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	consul "github.com/hashicorp/consul-template/template"
	"vouchsafe/oracle/generate"
)

func generated(t *testing.T, index uint64) *Request {
	t.Helper()
	pair, err := generate.New(42, index)
	if err != nil {
		t.Fatal(err)
	}
	request := &Request{Template: pair.Template, Data: pair.Data, MissingKey: pair.MissingKey, Left: pair.Left, Right: pair.Right}
	if !utf8.ValidString(pair.Template) {
		request.Template, request.TemplateBase64 = "", base64.StdEncoding.EncodeToString([]byte(pair.Template))
	}
	return request
}

// wholeRender is consul-template's own Template.Execute, pass after pass.
func wholeRender(t *testing.T, request *Request) ([]byte, error) {
	t.Helper()
	text, err := request.text()
	if err != nil {
		t.Fatal(err)
	}
	world, err := newWorld(request.Data)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := consul.NewTemplate(&consul.NewTemplateInput{
		Source:           "case",
		ReaderFunc:       func(string) ([]byte, error) { return []byte(text), nil },
		ErrMissingKey:    request.MissingKey == "error",
		LeftDelim:        request.Left,
		RightDelim:       request.Right,
		FunctionDenylist: denied,
	})
	if err != nil {
		t.Fatal(err)
	}
	brain := consul.NewBrain()
	for {
		result, err := whole.Execute(&consul.ExecuteInput{Brain: brain, Env: world.environment})
		if err != nil {
			return nil, err
		}
		learned := false
		for _, wanted := range result.Missing.List() {
			if answer, found := world.answer(wanted); found {
				brain.Remember(wanted, answer)
				learned = true
			}
		}
		if !learned {
			return result.Output, nil
		}
	}
}

func TestOracleRendersWhatConsulTemplateRenders(t *testing.T) {
	// What consul-template waits for, executes, or recurses into until the process ends.
	ours := []string{"missing-dependency", "unsupported-function", "recursion"}
	for index := range uint64(1500) {
		request := generated(t, index)
		answer := render(request)
		if failure := answer.Error; failure != nil && slices.Contains(ours, failure.Class) {
			continue
		}
		output, err := wholeRender(t, request)
		switch {
		case answer.Error == nil && err != nil:
			t.Errorf("%d: rendered, but consul-template says %v\n%s", index, err, request.Template)
		case answer.Error != nil && err == nil:
			t.Errorf("%d: %s, but consul-template rendered\n%s", index, answer.Error.Message, request.Template)
		case answer.Error != nil:
			message := strings.TrimPrefix(strings.TrimPrefix(err.Error(), "parse: "), "execute: ")
			if !strings.Contains(message, "[redacted]") && message != answer.Error.Message {
				t.Errorf("%d: %q, but consul-template says %q", index, answer.Error.Message, message)
			}
		default:
			rendered, err := answer.bytes()
			if err != nil || !bytes.Equal(rendered, output) {
				t.Errorf("%d: %q, but consul-template rendered %q", index, rendered, output)
			}
		}
	}
}

func TestGenerationIsDeterministic(t *testing.T) {
	for index := range uint64(200) {
		if one, two := generated(t, index), generated(t, index); one.Template != two.Template || !bytes.Equal(one.Data, two.Data) {
			t.Fatalf("pair %d has two forms", index)
		}
	}
}

func TestMostGeneratedPairsRenderAndErrorsAreOfEveryClass(t *testing.T) {
	const pairs = 4000
	rendered, classes := 0, map[string]int{}
	for index := range uint64(pairs) {
		answer := render(generated(t, index))
		if answer.Error == nil {
			rendered++
		} else {
			classes[answer.Error.Class]++
		}
	}
	if rendered < pairs*60/100 || rendered > pairs*80/100 {
		t.Errorf("%d of %d pairs render", rendered, pairs)
	}
	for _, class := range []string{
		"syntax", "unterminated", "bad-number", "undefined-function", "undefined-variable", "unsupported-function",
		"nil-pointer", "nil-data", "missing-key", "no-field", "wrong-type", "wrong-argument-count", "not-comparable",
		"cannot-range", "not-callable", "cannot-index", "out-of-range", "undefined-template", "recursion", "cannot-print",
		"function", "missing-dependency",
	} {
		if classes[class] < 3 {
			t.Errorf("class %s: %d pairs", class, classes[class])
		}
		delete(classes, class)
	}
	for class, count := range classes {
		t.Errorf("class %s is not in the list (%d pairs)", class, count)
	}
}

func TestClassOfAnError(t *testing.T) {
	for template, want := range map[string]string{
		`{{ eq ">: range can't iterate over" 1 }}`: "not-comparable",
		`{{ sprig_fail "boom" }}`:                  "function",
		`{{ divide 0 1 }}`:                         "function",
		`{{ call 1 }}`:                             "not-callable",
		`{{ executeTemplate "x" }}{{define "x"}}{{ index (sprig_list) 1 }}{{end}}`: "out-of-range",
		`{{ plugin "ls" }}`:                    "undefined-function",
		`{{ if false }}{{ key "a" }}{{ end }}`: "unsupported-function",
		`{{ key "a" `:                          "unterminated",
		`{{ (print 1 }}`:                       "syntax",
		`{{ "\q" }}`:                           "bad-number",
		`{{ print (loop 1) }}{{ loop 1 }}`:     "cannot-print",
	} {
		answer := render(&Request{Template: template})
		if answer.Error == nil || answer.Error.Class != want {
			t.Errorf("%s: %+v, not %s", template, answer.Error, want)
		}
	}
}

func TestLineOfAnErrorIsTheFirstOfTheMessage(t *testing.T) {
	answer := render(&Request{Template: "{{define \"x\"}}\n{{ .a.b }}\n{{ index nil 1 }}{{end}}\n\n{{executeTemplate \"x\"}}"})
	if answer.Error == nil || answer.Error.Line != 5 {
		t.Errorf("%+v", answer.Error)
	}
}
