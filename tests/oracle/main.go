// Oracle answers what Go renders: consul-template's function map on Go's text/template, over secrets given as data.
package main

import (
	"flag"
	"fmt"
	"os"
	"time"
)

// answers is where answers go. os.Stdout itself is the null device, because spew_dump prints there.
var answers = os.Stdout

var commands = map[string]func([]string) error{
	"render":     renderCommand,
	"golden":     goldenCommand,
	"serve":      serveCommand,
	"generate":   generateCommand,
	"bench":      benchCommand,
	"interfaces": interfacesCommand,
	"hcl":        hclCommand,
}

const usage = `usage: oracle COMMAND
  render [--data DATA.json] [--missingkey error] [--left X] [--right Y] TEMPLATE
  golden [--check] CASES_DIR GOLDEN_DIR
  serve
  generate --seed N --count N [--start N]
  bench TEMPLATES_DIR
  interfaces
  hcl [--check] CASES.jsonl GOLDEN.jsonl`

func main() {
	if len(os.Args) < 2 || commands[os.Args[1]] == nil {
		fmt.Fprintln(os.Stderr, usage)
		os.Exit(2)
	}
	null, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err == nil {
		os.Stdout = null
		os.Clearenv()
		time.Local = time.UTC
		err = commands[os.Args[1]](os.Args[2:])
		removeScratchDirectory()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// operands reads flags and the exact number of operands.
func operands(flags *flag.FlagSet, arguments []string, count int) error {
	flags.SetOutput(os.Stderr)
	if err := flags.Parse(arguments); err != nil {
		os.Exit(2)
	}
	if flags.NArg() != count {
		return fmt.Errorf("%s\n%s takes %d operands", usage, flags.Name(), count)
	}
	return nil
}
