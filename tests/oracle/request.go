package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"unicode/utf8"
)

// Request is one template with its data: a case of the conformance suite, or a line of `oracle serve`.
type Request struct {
	Name           string          `json:"name,omitempty"`
	Template       string          `json:"template,omitempty"`
	TemplateBase64 string          `json:"template_base64,omitempty"`
	Data           json.RawMessage `json:"data,omitempty"`
	MissingKey     string          `json:"missingkey,omitempty"`
	Left           string          `json:"left,omitempty"`
	Right          string          `json:"right,omitempty"`
	// Machine allows what looks at this machine: its network interfaces.
	Machine bool `json:"machine,omitempty"`
}

func (r *Request) text() (string, error) {
	if r.TemplateBase64 == "" {
		return r.Template, nil
	}
	text, err := base64.StdEncoding.DecodeString(r.TemplateBase64)
	return string(text), err
}

// Answer is what Go made of a request: an output or a failure.
type Answer struct {
	Name         string   `json:"name,omitempty"`
	Output       *string  `json:"output,omitempty"`
	OutputBase64 string   `json:"output_base64,omitempty"`
	Error        *Failure `json:"error,omitempty"`
}

// Failure is one error of Go: its class, the first line number of its message if there is one, and the message.
type Failure struct {
	Class   string `json:"class"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
}

func rendered(output []byte) Answer {
	if !utf8.Valid(output) {
		return Answer{OutputBase64: base64.StdEncoding.EncodeToString(output)}
	}
	text := string(output)
	return Answer{Output: &text}
}

func failed(class, message string) Answer {
	return Answer{Error: &Failure{Class: class, Message: message}}
}

// line encodes one JSON line as stably and readably as Go can: no HTML escapes.
func line(value any) ([]byte, error) {
	var buffer bytes.Buffer
	encoder := json.NewEncoder(&buffer)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(value)
	return buffer.Bytes(), err
}

func (a *Answer) bytes() ([]byte, error) {
	if a.Output != nil {
		return []byte(*a.Output), nil
	}
	return base64.StdEncoding.DecodeString(a.OutputBase64)
}
