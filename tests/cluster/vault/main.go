// The unmodified Vault program: server, command line and agent. Built on the
// tester's machine from its Go module; never linked into or shipped with Vouchsafe.
package main

import (
	"os"

	"github.com/hashicorp/vault/command"
)

func main() {
	os.Exit(command.Run(os.Args[1:]))
}
