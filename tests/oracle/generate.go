package main

import (
	"bufio"
	"encoding/base64"
	"flag"
	"fmt"
	"unicode/utf8"

	"vouchsafe/oracle/generate"
)

func generateCommand(arguments []string) error {
	flags := flag.NewFlagSet("generate", flag.ContinueOnError)
	seed := flags.Uint64("seed", 1, "the same seed gives the same pairs")
	count := flags.Uint64("count", 100, "how many pairs")
	start := flags.Uint64("start", 0, "index of the first pair")
	if err := operands(flags, arguments, 0); err != nil {
		return err
	}
	output := bufio.NewWriter(answers)
	for index := *start; index < *start+*count; index++ {
		pair, err := generate.New(*seed, index)
		if err != nil {
			return err
		}
		request := Request{
			Name: fmt.Sprintf("%d-%d", *seed, index), Data: pair.Data,
			MissingKey: pair.MissingKey, Left: pair.Left, Right: pair.Right,
		}
		if utf8.ValidString(pair.Template) {
			request.Template = pair.Template
		} else {
			request.TemplateBase64 = base64.StdEncoding.EncodeToString([]byte(pair.Template))
		}
		encoded, err := line(request)
		if err != nil {
			return err
		}
		if _, err := output.Write(encoded); err != nil {
			return err
		}
	}
	return output.Flush()
}
