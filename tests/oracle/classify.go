package main

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"text/template"
)

// A message that begins with the pattern belongs to the class. The first match decides.
type rule struct {
	class   string
	pattern *regexp.Regexp
}

func rules(lines ...[2]string) []rule {
	var compiled []rule
	for _, line := range lines {
		compiled = append(compiled, rule{line[0], regexp.MustCompile(`(?s)^(?:` + line[1] + `)`)})
	}
	return compiled
}

var parseRules = rules(
	[2]string{"undefined-function", `function "[^"]*" not defined`},
	[2]string{"undefined-variable", `undefined variable "`},
	[2]string{"unterminated", `unterminated |unclosed (comment|action)`},
	[2]string{"bad-number", `bad number syntax: |illegal number syntax: |integer overflow: |malformed character constant: |invalid syntax$`},
	[2]string{"syntax", ``},
)

const quoted = `"(?:[^"\\]|\\.)*"`

var executionRules = rules(
	[2]string{"nil-pointer", `nil pointer evaluating |dereference of nil pointer of type `},
	[2]string{"nil-data", `nil data; no entry for key |nil is not a command|indirection through explicit nil`},
	[2]string{"missing-key", `map has no entry for key `},
	[2]string{"no-field", `can't evaluate field |\S+ is an unexported field of struct type `},
	[2]string{"wrong-argument-count", `wrong number of args for |\S+ has arguments but cannot be invoked as function`},
	[2]string{"not-callable", `can't give argument to non-function |\S+ is not a method but has arguments|call of nil$|non-function `},
	[2]string{"cannot-range", `range can't iterate over |range over send-only channel |can't use .* iterate over more than one variable`},
	[2]string{"undefined-template", `template ` + quoted + ` not defined|` + quoted + ` is an incomplete or empty template|template: no template ` + quoted + ` associated|template: ` + quoted + ` is an incomplete`},
	[2]string{"recursion", `exceeded maximum template depth`},
	[2]string{"cannot-print", `can't print `},
	[2]string{"undefined-variable", `undefined variable: `},
	[2]string{"undefined-function", quoted + ` is not a defined function|function is disabled$`},
	[2]string{"bad-number", `\S+ overflows int$`},
	[2]string{"not-comparable", `incompatible types for comparison|invalid type for comparison$|non-comparable type|missing argument for comparison$`},
	[2]string{"cannot-index", `cannot index slice/array with |can't index item of type |index of (untyped nil|nil pointer)$|slice of (untyped nil|nil pointer)$|can't slice item of type |cannot 3-index slice a string$|too many slice indexes: |len of (nil pointer$|type )`},
	[2]string{"out-of-range", `index out of range: |invalid slice index: |reflect[.:A-Za-z0-9 ]* index out of (range|bounds)`},
	[2]string{"wrong-type", `wrong type for value; |invalid value; expected |expected (string|bool|integer|unsigned integer|float|complex); found |cannot assign nil to |can't handle |if/with can't use |value is nil; should be of type |value has type \S.*; should be |can't evaluate command `},
)

var (
	parsePosition = regexp.MustCompile(`^template: :(\d+)(?::\d+)?: `)
	executing     = regexp.MustCompile(`^template: :\d+:\d+: executing ` + quoted + ` at <`)
	noPosition    = regexp.MustCompile(`^template: [^:]*: `)
	argument      = regexp.MustCompile(`^arg \d+: `)
)

func parseFailure(err error) *Failure {
	message := err.Error()
	failure := &Failure{Message: message}
	rest := message
	if position := parsePosition.FindStringSubmatch(message); position != nil {
		failure.Line, _ = strconv.Atoi(position[1])
		rest = message[len(position[0]):]
	}
	failure.Class = match(parseRules, rest)
	return failure
}

func executionFailure(err error) *Failure {
	failure := &Failure{Message: err.Error(), Class: executionClass(err)}
	if position := parsePosition.FindStringSubmatch(failure.Message); position != nil {
		failure.Line, _ = strconv.Atoi(position[1])
	}
	return failure
}

// executionClass looks at the innermost error first: what made a function fail says more than that it failed.
func executionClass(err error) string {
	var execution template.ExecError
	if !errors.As(err, &execution) {
		return innerClass(err)
	}
	if cause := errors.Unwrap(execution.Err); cause != nil {
		return innerClass(cause)
	}
	message := execution.Err.Error()
	node := executing.FindString(message)
	if node == "" {
		return orFunction(match(executionRules, message[len(noPosition.FindString(message)):]))
	}
	// The text of the failing node ends in ">: ", which it may contain itself.
	_, rest, found := strings.Cut(message[len(node):], ">: ")
	for found {
		if class := match(executionRules, rest); class != "" {
			return class
		}
		_, rest, found = strings.Cut(rest, ">: ")
	}
	return "function"
}

func innerClass(err error) string {
	var execution template.ExecError
	if errors.As(err, &execution) {
		return executionClass(execution)
	}
	return orFunction(match(executionRules, argument.ReplaceAllString(err.Error(), "")))
}

func orFunction(class string) string {
	if class == "" {
		return "function"
	}
	return class
}

func match(rules []rule, message string) string {
	for _, rule := range rules {
		if rule.pattern.MatchString(message) {
			return rule.class
		}
	}
	return ""
}
