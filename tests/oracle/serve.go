package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"
)

const (
	answerTime   = 20 * time.Second
	workerMemory = 6 << 30
)

// serveCommand answers requests line by line. A worker process does the work, since endless recursion or memory ends a
// Go process whatever it recovers from.
func serveCommand(arguments []string) error {
	flags := flag.NewFlagSet("serve", flag.ContinueOnError)
	isWorker := flags.Bool("worker", false, "answer in this process, which some requests may end")
	if err := operands(flags, arguments, 0); err != nil {
		return err
	}
	answer := render
	if *isWorker {
		limit := syscall.Rlimit{Cur: workerMemory, Max: workerMemory}
		if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
			return err
		}
	} else {
		supervisor := &worker{}
		defer supervisor.stop()
		answer = supervisor.answer
	}
	requests := bufio.NewReaderSize(os.Stdin, 1<<20)
	for {
		text, err := requests.ReadBytes('\n')
		if errors.Is(err, io.EOF) && len(text) == 0 {
			return nil
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		var request Request
		var reply Answer
		if err := json.Unmarshal(text, &request); err != nil {
			reply = failed("request", err.Error())
		} else {
			reply = answer(&request)
		}
		encoded, err := line(reply)
		if err != nil {
			return err
		}
		if _, err := answers.Write(encoded); err != nil {
			return err
		}
	}
}

// worker is another process of this program, started when there is a request and none runs.
type worker struct {
	command *exec.Cmd
	input   io.WriteCloser
	output  *bufio.Reader
}

func (w *worker) start() error {
	program, err := os.Executable()
	if err != nil {
		return err
	}
	command := exec.Command(program, "serve", "--worker")
	input, err := command.StdinPipe()
	if err != nil {
		return err
	}
	output, err := command.StdoutPipe()
	if err != nil {
		return err
	}
	w.command, w.input, w.output = command, input, bufio.NewReaderSize(output, 1<<20)
	return command.Start()
}

func (w *worker) stop() {
	if w.command == nil {
		return
	}
	_ = w.input.Close()
	_ = w.command.Wait()
	w.command = nil
}

func (w *worker) answer(request *Request) Answer {
	if w.command == nil {
		if err := w.start(); err != nil {
			return failed("request", err.Error())
		}
	}
	encoded, err := line(request)
	if err != nil {
		return failed("request", err.Error())
	}
	running := w.command.Process
	watchdog := time.AfterFunc(answerTime, func() { _ = running.Kill() })
	_, _ = w.input.Write(encoded)
	text, err := w.output.ReadBytes('\n')
	inTime := watchdog.Stop()
	var reply Answer
	if err == nil {
		err = json.Unmarshal(text, &reply)
	}
	if err == nil {
		return reply
	}
	w.stop()
	if inTime {
		return failed("crash", "the process ended")
	}
	return failed("timeout", "no answer in "+answerTime.String())
}
