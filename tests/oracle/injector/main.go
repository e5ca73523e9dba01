// Command injector reads pods, one JSON object a line, and tells what the original injector makes of each.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	jsonpatch "github.com/evanphx/json-patch"
	"github.com/hashicorp/go-hclog"
	inject "github.com/hashicorp/vault-k8s/agent-inject"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// Case is a line of webhook/tests/conformance/cases.jsonl.
type Case struct {
	Name      string          `json:"name"`
	Namespace string          `json:"namespace"`
	Flags     json.RawMessage `json:"flags,omitempty"`
	Pod       json.RawMessage `json:"pod"`
	Allowed   bool            `json:"allowed"`
	Message   string          `json:"message,omitempty"`
	Mutated   json.RawMessage `json:"mutated,omitempty"`
}

// The defaults of the recorded cases, and what a case has of its own by the names of the original's fields.
func handler(flags json.RawMessage) (*inject.Handler, error) {
	h := &inject.Handler{
		RequireAnnotation: true, VaultAddress: "https://vault.vault.svc:8200", VaultAuthType: "kubernetes",
		VaultAuthPath: "auth/kubernetes", ImageVault: "hashicorp/vault:2.0.4", Log: hclog.NewNullLogger(), UserID: "100",
		GroupID: "1000", SetSecurityContext: true, DefaultTemplate: "map", ResourceRequestCPU: "250m", ResourceRequestMem: "64Mi",
		ResourceLimitCPU: "500m", ResourceLimitMem: "128Mi", ExitOnRetryFailure: true,
	}
	if len(flags) == 0 {
		return h, nil
	}
	return h, json.Unmarshal(flags, h)
}

func run(c *Case) error {
	h, err := handler(c.Flags)
	if err != nil {
		return err
	}
	answer := h.Mutate(&admissionv1.AdmissionRequest{Namespace: c.Namespace, Object: runtime.RawExtension{Raw: c.Pod}}).Resp
	c.Allowed, c.Message, c.Mutated = answer.Allowed, "", nil
	if answer.Result != nil {
		c.Message = answer.Result.Message
	}
	if len(answer.Patch) == 0 {
		return nil
	}
	patch, err := jsonpatch.DecodePatch(answer.Patch)
	if err != nil {
		return err
	}
	mutated, err := patch.Apply(c.Pod)
	if err != nil {
		return fmt.Errorf("apply: %w: %s", err, answer.Patch)
	}
	c.Mutated = mutated
	return nil
}

func answer(in io.Reader, out io.Writer) error {
	cases, answers := json.NewDecoder(in), json.NewEncoder(out)
	for {
		var c Case
		if err := cases.Decode(&c); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if err := run(&c); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := answers.Encode(&c); err != nil {
			return err
		}
	}
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	if err := errors.Join(answer(os.Stdin, out), out.Flush()); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
