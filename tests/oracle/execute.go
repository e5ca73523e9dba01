package main

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"text/template"

	"github.com/hashicorp/consul-template/dependency"
	consul "github.com/hashicorp/consul-template/template"
)

// render answers a request as the agent would: pass after pass, until no dependency is missing that the data has.
func render(request *Request) (answer Answer) {
	defer func() {
		if reason := recover(); reason != nil {
			answer = failed("panic", fmt.Sprint(reason))
		}
	}()
	text, err := request.text()
	if err != nil {
		return failed("request", err.Error())
	}
	world, err := newWorld(request.Data)
	if err != nil {
		return failed("request", err.Error())
	}
	if request.MissingKey != "" && request.MissingKey != "error" && request.MissingKey != "zero" {
		return failed("request", "missingkey is neither error nor zero")
	}
	brain := consul.NewBrain()
	for {
		output, missing, failure := pass(request, text, world, brain)
		if failure != nil {
			return Answer{Error: failure}
		}
		if missing.Len() == 0 {
			return rendered(output)
		}
		learned := false
		for _, wanted := range missing.List() {
			if answer, found := world.answer(wanted); found {
				brain.Remember(wanted, answer)
				learned = true
			}
		}
		if !learned {
			return failed("missing-dependency", "missing: "+missing.String())
		}
	}
}

// pass parses and executes once, as consul-template's Template.Execute does.
func pass(request *Request, text string, world *World, brain *consul.Brain) ([]byte, *dependency.Set, *Failure) {
	var used, missing dependency.Set
	root := template.New("")
	root.Delims(request.Left, request.Right)
	root.Funcs(functions(&functionInput{
		template: root, brain: brain, environment: world.environment, used: &used, missing: &missing,
	}, request.Machine))
	root.Option("missingkey=zero")
	if request.MissingKey == "error" {
		root.Option("missingkey=error")
	}
	parsed, err := root.Parse(text)
	if err != nil {
		return nil, nil, parseFailure(err)
	}
	if name, line := firstUnsupported(parsed, text); name != "" {
		message := fmt.Sprintf("template: :%d: function %q not supported", line, name)
		return nil, nil, &Failure{Class: "unsupported-function", Line: line, Message: message}
	}
	var output bytes.Buffer
	if err := parsed.Execute(&output, nil); err != nil {
		return nil, nil, executionFailure(err)
	}
	return output.Bytes(), &missing, nil
}

func renderCommand(arguments []string) error {
	flags := flag.NewFlagSet("render", flag.ContinueOnError)
	data := flags.String("data", "", "`file` with the answers of the outside world")
	missingKey := flags.String("missingkey", "", "error or zero")
	left := flags.String("left", "", "left delimiter")
	right := flags.String("right", "", "right delimiter")
	if err := operands(flags, arguments, 1); err != nil {
		return err
	}
	text, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		return err
	}
	request := &Request{Template: string(text), MissingKey: *missingKey, Left: *left, Right: *right}
	if *data != "" {
		if request.Data, err = os.ReadFile(*data); err != nil {
			return err
		}
	}
	answer := render(request)
	if failure := answer.Error; failure != nil {
		return fmt.Errorf("class: %s line: %d\n%s", failure.Class, failure.Line, failure.Message)
	}
	output, err := answer.bytes()
	if err == nil {
		_, err = answers.Write(output)
	}
	return err
}
