package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

func goldenCommand(arguments []string) error {
	flags := flag.NewFlagSet("golden", flag.ContinueOnError)
	check := flags.Bool("check", false, "compare with the files in place of writing them")
	if err := operands(flags, arguments, 2); err != nil {
		return err
	}
	cases, golden := flags.Arg(0), flags.Arg(1)
	files, err := filepath.Glob(filepath.Join(cases, "*.jsonl"))
	if err != nil {
		return err
	}
	if len(files) == 0 {
		return fmt.Errorf("no cases in %s", cases)
	}
	if err := os.MkdirAll(golden, 0o755); err != nil {
		return err
	}
	process := &worker{}
	defer process.stop()
	names := map[string]string{}
	differences, errorClasses, total := 0, map[string]int{}, 0
	for _, file := range files {
		requests, err := readCases(file, names)
		if err != nil {
			return err
		}
		var lines [][]byte
		for _, request := range requests {
			reply := process.answer(request)
			reply.Name = request.Name
			if reply.Error != nil {
				errorClasses[reply.Error.Class]++
				switch reply.Error.Class {
				case "request":
					return fmt.Errorf("%s: case %s: %s", file, request.Name, reply.Error.Message)
				case "crash", "timeout", "panic":
					fmt.Fprintf(os.Stderr, "%s: case %s: Go did not answer (%s)\n", file, request.Name, reply.Error.Class)
				}
			}
			encoded, err := line(reply)
			if err != nil {
				return err
			}
			lines = append(lines, encoded)
		}
		total += len(lines)
		target := filepath.Join(golden, filepath.Base(file))
		if *check {
			differences += compare(target, lines)
		} else if err := os.WriteFile(target, bytes.Join(lines, nil), 0o644); err != nil {
			return err
		}
	}
	if differences > 0 {
		return fmt.Errorf("%d of %d cases differ", differences, total)
	}
	fmt.Fprintf(answers, "%d cases in %d files; errors: %v\n", total, len(files), errorClasses)
	return nil
}

// readCases reads one file of cases and puts shared data in the place of its name.
func readCases(path string, names map[string]string) ([]*Request, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var requests []*Request
	scanner := bufio.NewReader(file)
	for number := 1; ; number++ {
		text, err := scanner.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(text) == 0 {
			return requests, nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		if len(bytes.TrimSpace(text)) == 0 {
			continue
		}
		request := &Request{}
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(request); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, number, err)
		}
		if request.Name == "" {
			return nil, fmt.Errorf("%s:%d: no name", path, number)
		}
		if other, taken := names[request.Name]; taken {
			return nil, fmt.Errorf("%s:%d: name %s is in %s too", path, number, request.Name, other)
		}
		names[request.Name] = path
		var shared string
		if json.Unmarshal(request.Data, &shared) == nil && shared != "" {
			data, err := os.ReadFile(filepath.Join(filepath.Dir(path), "data", shared+".json"))
			if err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, number, err)
			}
			request.Data = data
		}
		requests = append(requests, request)
	}
}

// compare prints the lines that differ from a golden file and counts them.
func compare(path string, lines [][]byte) int {
	content, err := os.ReadFile(path)
	if err != nil {
		fmt.Fprintln(answers, err)
		return len(lines)
	}
	recorded := strings.SplitAfter(string(content), "\n")
	recorded = recorded[:len(recorded)-1]
	differences := 0
	for number := range max(len(lines), len(recorded)) {
		have, want := "", ""
		if number < len(lines) {
			have = string(lines[number])
		}
		if number < len(recorded) {
			want = recorded[number]
		}
		if have != want {
			differences++
			fmt.Fprintf(answers, "%s:%d\n- %s\n+ %s\n", path, number+1, strings.TrimSuffix(want, "\n"), strings.TrimSuffix(have, "\n"))
		}
	}
	return differences
}
