package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/hashicorp/consul-template/dependency"
	"github.com/hashicorp/vault/api"
)

// Data is what the outside world answers: the environment, Vault and the files of the pod.
type Data struct {
	Env     map[string]string          `json:"env"`
	Secret  map[string]json.RawMessage `json:"secret"`
	Secrets map[string][]string        `json:"secrets"`
	PKICert map[string]struct {
		Cert    string   `json:"cert"`
		Key     string   `json:"key"`
		CA      string   `json:"ca"`
		CAChain []string `json:"ca_chain"`
	} `json:"pkiCert"`
	File map[string]string `json:"file"`
}

// World answers dependencies by their identity, which consul-template derives from the path a template asks for.
type World struct {
	environment []string
	answers     map[string]any
	// writes are secrets by "path k=v k=v": the identity of a write is a hash, so its arguments are looked up instead.
	writes map[string]*dependency.Secret
}

func newWorld(raw json.RawMessage) (*World, error) {
	world := &World{answers: map[string]any{}, writes: map[string]*dependency.Secret{}}
	if len(raw) == 0 {
		return world, nil
	}
	var data Data
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&data); err != nil {
		return nil, fmt.Errorf("data: %w", err)
	}
	for _, name := range slices.Sorted(maps.Keys(data.Env)) {
		world.environment = append(world.environment, name+"="+data.Env[name])
	}
	for _, path := range slices.Sorted(maps.Keys(data.Secret)) {
		secret, err := parseSecret(data.Secret[path])
		if err != nil {
			return nil, fmt.Errorf("data: secret %q: %w", path, err)
		}
		world.writes[writeKey(path)] = secret
		if query, err := dependency.NewVaultReadQuery(path); err == nil {
			world.answers[query.String()] = secret
		}
	}
	for path, names := range data.Secrets {
		if query, err := dependency.NewVaultListQuery(path); err == nil {
			// An empty listing is a nil slice, as consul-template makes it.
			world.answers[query.String()] = slices.Sorted(slices.Values(names))
		}
	}
	for path, pem := range data.PKICert {
		if query, err := dependency.NewVaultPKIQuery(path, "", nil); err == nil {
			world.answers[query.String()] = dependency.PemEncoded{Cert: pem.Cert, Key: pem.Key, CA: pem.CA, CAChain: pem.CAChain}
		}
	}
	for path, content := range data.File {
		if query, err := dependency.NewFileQuery(path); err == nil {
			world.answers[query.String()] = content
		}
	}
	return world, nil
}

func (w *World) answer(wanted dependency.Dependency) (any, bool) {
	query, isWrite := wanted.(*dependency.VaultWriteQuery)
	if !isWrite {
		answer, found := w.answers[wanted.String()]
		return answer, found
	}
	fields := reflect.ValueOf(query).Elem()
	path := fields.FieldByName("path").String()
	key := []string{path}
	for pairs := fields.FieldByName("data").MapRange(); pairs.Next(); {
		key = append(key, pairs.Key().String()+"="+pairs.Value().Elem().String())
	}
	slices.Sort(key[1:])
	secret, found := w.writes[strings.Join(key, " ")]
	if !found {
		secret, found = w.writes[path]
	}
	return secret, found
}

func writeKey(path string) string {
	head, arguments, hasArguments := strings.Cut(strings.TrimSpace(path), " ")
	head = strings.Trim(head, "/")
	if hasArguments {
		return head + " " + arguments
	}
	return head
}

// parseSecret reads Vault's response as consul-template keeps it; null is the absent response of a write.
func parseSecret(raw json.RawMessage) (*dependency.Secret, error) {
	if string(raw) == "null" {
		return nil, nil
	}
	response, err := api.ParseSecret(bytes.NewReader(raw))
	if err != nil {
		return nil, err
	}
	secret := &dependency.Secret{
		RequestID:     response.RequestID,
		LeaseID:       response.LeaseID,
		LeaseDuration: response.LeaseDuration,
		Renewable:     response.Renewable,
	}
	// Empty maps and lists stay nil: consul-template copies only what is not empty.
	if len(response.Data) > 0 {
		secret.Data = response.Data
	}
	if len(response.Warnings) > 0 {
		secret.Warnings = response.Warnings
	}
	if auth := response.Auth; auth != nil {
		secret.Auth = &dependency.SecretAuth{
			ClientToken:   auth.ClientToken,
			Accessor:      auth.Accessor,
			LeaseDuration: auth.LeaseDuration,
			Renewable:     auth.Renewable,
		}
		if len(auth.Policies) > 0 {
			secret.Auth.Policies = auth.Policies
		}
		if len(auth.Metadata) > 0 {
			secret.Auth.Metadata = auth.Metadata
		}
	}
	if wrap := response.WrapInfo; wrap != nil {
		secret.WrapInfo = &dependency.SecretWrapInfo{
			Token:           wrap.Token,
			TTL:             wrap.TTL,
			CreationTime:    wrap.CreationTime,
			WrappedAccessor: wrap.WrappedAccessor,
		}
	}
	return secret, nil
}
