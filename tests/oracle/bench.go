package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"text/template"
	"time"

	"github.com/hashicorp/consul-template/dependency"
	consul "github.com/hashicorp/consul-template/template"
)

const benchTime = 200 * time.Millisecond // of processor time, garbage collection included

// figures are nanoseconds for one template: parse builds consul-template's function map each time, as the agent does;
// parse_prepared has it ready before the loop; execute writes into nothing; render is consul-template's
// Template.Execute with every dependency known, which parses and executes.
type figures struct {
	Name          string `json:"name"`
	Parse         int64  `json:"parse_ns"`
	ParsePrepared int64  `json:"parse_prepared_ns"`
	Execute       int64  `json:"execute_ns"`
	Render        int64  `json:"render_ns"`
}

func benchCommand(arguments []string) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	if err := operands(flags, arguments, 1); err != nil {
		return err
	}
	files, err := filepath.Glob(filepath.Join(flags.Arg(0), "*.tmpl"))
	if err != nil {
		return err
	}
	for _, file := range files {
		name := strings.TrimSuffix(file, ".tmpl")
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		request := &Request{Template: string(text)}
		if request.Data, err = os.ReadFile(name + ".json"); err != nil && !os.IsNotExist(err) {
			return err
		}
		measured, err := bench(request)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		measured.Name = filepath.Base(name)
		encoded, err := line(measured)
		if err != nil {
			return err
		}
		if _, err := answers.Write(encoded); err != nil {
			return err
		}
	}
	return nil
}

func bench(request *Request) (*figures, error) {
	world, err := newWorld(request.Data)
	if err != nil {
		return nil, err
	}
	brain := consul.NewBrain()
	for {
		_, missing, failure := pass(request, request.Template, world, brain)
		if failure != nil {
			return nil, fmt.Errorf("%s", failure.Message)
		}
		if missing.Len() == 0 {
			break
		}
		for _, wanted := range missing.List() {
			answer, found := world.answer(wanted)
			if !found {
				return nil, fmt.Errorf("missing: %s", wanted)
			}
			brain.Remember(wanted, answer)
		}
	}

	var used, missing dependency.Set
	input := &functionInput{brain: brain, environment: world.environment, used: &used, missing: &missing}
	parse := func() (*template.Template, error) {
		root := template.New("")
		input.template = root
		return root.Funcs(consulFunctions(input)).Option("missingkey=zero").Parse(request.Template)
	}
	prepared := template.New("").Funcs(consulFunctions(input))
	parsed, err := parse()
	if err != nil {
		return nil, err
	}
	whole, err := consul.NewTemplate(&consul.NewTemplateInput{Contents: request.Template})
	if err != nil {
		return nil, err
	}
	execution := &consul.ExecuteInput{Brain: brain, Env: world.environment}

	measured := &figures{}
	for _, figure := range []struct {
		nanoseconds *int64
		once        func() error
	}{
		{&measured.Parse, func() error { _, err := parse(); return err }},
		{&measured.ParsePrepared, func() error { _, err := prepared.Parse(request.Template); return err }},
		{&measured.Execute, func() error { return parsed.Execute(io.Discard, nil) }},
		{&measured.Render, func() error { _, err := whole.Execute(execution); return err }},
	} {
		if *figure.nanoseconds, err = measure(figure.once); err != nil {
			return nil, err
		}
	}
	return measured, nil
}

// measure is the best of three rounds, each as many repetitions as the minimum time needs.
func measure(once func() error) (int64, error) {
	repetitions, best := int64(1), int64(0)
	for rounds := 0; rounds < 3; {
		begin := processorTime()
		for range repetitions {
			if err := once(); err != nil {
				return 0, err
			}
		}
		taken := processorTime() - begin
		if taken < benchTime {
			repetitions *= 2
			continue
		}
		if each := taken.Nanoseconds() / repetitions; rounds == 0 || each < best {
			best = each
		}
		rounds++
	}
	return best, nil
}

func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
