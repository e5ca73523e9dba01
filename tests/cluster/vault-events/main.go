// The unmodified Vault program: the last version of Vault Community that tells of changes and can be
// built from published modules. Later ones of 1.15 need an SDK that was never published, and 1.16
// keeps events for Vault Enterprise. Built on the tester's machine from its Go module; never linked
// into or shipped with Vouchsafe.
//
// A library in it brings a certificate with a negative serial number, which Go takes no longer unasked.
//
//go:debug x509negativeserial=1
package main

import (
	"os"

	"github.com/hashicorp/vault/command"
)

func main() {
	os.Exit(command.Run(os.Args[1:]))
}
