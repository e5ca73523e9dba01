// Command injector reads pods, one JSON object a line, and tells what the original injector makes of each.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"os"

	jsonpatch "github.com/evanphx/json-patch"
	"github.com/hashicorp/go-hclog"
	inject "github.com/hashicorp/vault-k8s/agent-inject"
	admissionv1 "k8s.io/api/admission/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

type Case struct {
	Name      string                     `json:"name"`
	Namespace string                     `json:"namespace"`
	Flags     map[string]json.RawMessage `json:"flags,omitempty"`
	Pod       json.RawMessage            `json:"pod"`
	Allowed   bool                       `json:"allowed"`
	Message   string                     `json:"message,omitempty"`
	Mutated   json.RawMessage            `json:"mutated,omitempty"`
}

func handler(flags map[string]json.RawMessage) (*inject.Handler, error) {
	h := &inject.Handler{
		RequireAnnotation: true, VaultAddress: "https://vault.vault.svc:8200", VaultAuthType: "kubernetes",
		VaultAuthPath: "auth/kubernetes", ImageVault: "hashicorp/vault:2.0.4", Log: hclog.NewNullLogger(), UserID: "100",
		GroupID: "1000", SetSecurityContext: true, DefaultTemplate: "map", ResourceRequestCPU: "250m", ResourceRequestMem: "64Mi",
		ResourceLimitCPU: "500m", ResourceLimitMem: "128Mi", ExitOnRetryFailure: true,
	}
	text, err := json.Marshal(flags)
	if err != nil {
		return nil, err
	}
	fields := struct {
		DefaultTemplate, VaultNamespace, VaultCACertBytes string
		SetSecurityContext, RevokeOnShutdown              bool
	}{DefaultTemplate: h.DefaultTemplate, SetSecurityContext: true}
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	h.DefaultTemplate, h.VaultNamespace, h.VaultCACertBytes = fields.DefaultTemplate, fields.VaultNamespace, fields.VaultCACertBytes
	h.SetSecurityContext, h.RevokeOnShutdown = fields.SetSecurityContext, fields.RevokeOnShutdown
	return h, nil
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

func main() {
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	encoder := json.NewEncoder(out)
	for {
		line, err := in.ReadBytes('\n')
		if len(line) > 1 {
			var c Case
			if err := json.Unmarshal(line, &c); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			if err := run(&c); err != nil {
				fmt.Fprintf(os.Stderr, "%s: %s\n", c.Name, err)
				continue
			}
			if err := encoder.Encode(&c); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
		if err != nil {
			return
		}
	}
}
