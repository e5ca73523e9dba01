package generate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// world is the data of a pair in the shape of the conformance cases.
type world struct {
	Env     map[string]string         `json:"env,omitempty"`
	Secret  map[string]map[string]any `json:"secret,omitempty"`
	Secrets map[string][]string       `json:"secrets,omitempty"`
	PKICert map[string]map[string]any `json:"pkiCert,omitempty"`
	File    map[string]string         `json:"file,omitempty"`
}

func (g *generator) newWorld() *world {
	made := &world{
		Env:     map[string]string{"REGION": "eu-west-1", "EMPTY": "", "POD": g.plainText()},
		Secret:  map[string]map[string]any{},
		Secrets: map[string][]string{"kv/apps": {"web", "db/", "a"}, "kv/none": {}},
		PKICert: map[string]map[string]any{"pki/issue/web": {
			"cert": "-----BEGIN CERTIFICATE-----\nMII=\n-----END CERTIFICATE-----\n", "key": "KEY\n", "ca": "CA",
			"ca_chain": []string{"CA", "ROOT"},
		}},
		File: map[string]string{"/etc/app.conf": g.plainText() + "\n"},
	}
	shapes := []func() (string, map[string]any){g.keyValue1, g.keyValue2, g.database, g.pki, g.token, g.wrapped}
	for range 1 + g.random.IntN(3) {
		path, response := pick(g, shapes)()
		made.Secret[path] = response
	}
	return made
}

func (w *world) paths() []string {
	return slices.Sorted(maps.Keys(w.Secret))
}

func (g *generator) keyValue1() (string, map[string]any) {
	return "kv1/" + pick(g, []string{"app", "web"}), map[string]any{
		"request_id": "r-1", "lease_id": "", "lease_duration": 2764800, "renewable": false, "data": g.fields(),
	}
}

func (g *generator) keyValue2() (string, map[string]any) {
	return "secret/data/" + pick(g, []string{"app", "web"}), map[string]any{
		"request_id": "r-2", "lease_id": "", "lease_duration": 0, "renewable": false,
		"data": map[string]any{"data": g.fields(), "metadata": map[string]any{
			"created_time": "2024-02-29T12:00:00.123456789Z", "custom_metadata": nil, "deletion_time": "",
			"destroyed": false, "version": json.Number("3"),
		}},
	}
}

func (g *generator) database() (string, map[string]any) {
	return "database/creds/app", map[string]any{
		"request_id": "r-3", "lease_id": "database/creds/app/x1", "lease_duration": 3600, "renewable": true,
		"warnings": []string{"TTL is capped"},
		"data":     map[string]any{"username": "v-app-" + g.word(), "password": g.plainText()},
	}
}

func (g *generator) pki() (string, map[string]any) {
	return "pki/issue/app common_name=app.local", map[string]any{
		"request_id": "r-4", "lease_id": "", "lease_duration": 0, "renewable": false,
		"data": map[string]any{
			"certificate": "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "private_key": "KEY",
			"ca_chain": []any{"one", "two"}, "expiration": json.Number("1893456000"), "serial_number": "0a:1b",
		},
	}
}

func (g *generator) token() (string, map[string]any) {
	return "auth/token/lookup", map[string]any{
		"request_id": "r-5", "lease_id": "", "lease_duration": 0, "renewable": false, "data": nil,
		"auth": map[string]any{
			"client_token": "hvs." + g.word(), "accessor": "acc", "policies": []string{"default", "app"},
			"metadata": map[string]any{"role": "app"}, "lease_duration": 600, "renewable": true,
		},
	}
}

func (g *generator) wrapped() (string, map[string]any) {
	return "sys/wrapping/x", map[string]any{
		"request_id": "r-6", "data": map[string]any{"a": "b"},
		"wrap_info": map[string]any{
			"token": "wrap", "ttl": 300, "creation_time": "2024-02-29T12:00:00Z", "wrapped_accessor": "wa",
		},
	}
}

var fieldNames = []string{
	"username", "password", "host", "port", "ratio", "flag", "hosts", "limits", "nothing", "note", "größe", "a", "B2",
	"_x", "client-id", "tls.crt", "with space", "", "1st",
}

func (g *generator) fields() map[string]any {
	made := map[string]any{"password": g.plainText(), "port": g.jsonNumber(), "hosts": []any{"h1", g.word()}}
	for range 2 + g.random.IntN(7) {
		made[pick(g, fieldNames)] = g.jsonValue(2)
	}
	return made
}

func (g *generator) jsonValue(depth int) any {
	choice := g.random.IntN(12)
	if depth == 0 {
		choice = g.random.IntN(9)
	}
	switch choice {
	case 0, 1, 2, 3:
		return g.plainText()
	case 4, 5:
		return g.jsonNumber()
	case 6, 7:
		return g.chance(50)
	case 8:
		return nil
	case 9, 10:
		list := []any{}
		sameKind := g.chance(70)
		for range g.random.IntN(4) {
			if sameKind {
				list = append(list, g.word())
			} else {
				list = append(list, g.jsonValue(depth-1))
			}
		}
		return list
	}
	made := map[string]any{}
	for range g.random.IntN(4) {
		made[pick(g, fieldNames)] = g.jsonValue(depth - 1)
	}
	return made
}

func (g *generator) jsonNumber() json.Number {
	return pick(g, []json.Number{
		"0", "1", "5432", "-7", "1.50", "1e3", "-0", "0.1", "1E+2", "-0.0", "9223372036854775807",
		"9223372036854775808", "123456789012345678901234567890", "1e400", "3.141592653589793238", "100000000000000000000",
		json.Number(fmt.Sprint(g.random.IntN(100000))),
	})
}

// plainText is text that JSON can carry: no bytes that are not UTF-8.
func (g *generator) plainText() string {
	if g.chance(50) {
		return g.word()
	}
	if g.chance(12) {
		return pick(g, []string{"true", "12", "-3.5", "0x1f", "null", "~", "yes", "1e3", "2001-01-01", "a,b,c", "k=v;x=y", "=", "aGVsbG8=", `{"a":1}`})
	}
	var text strings.Builder
	for range g.random.IntN(6) {
		text.WriteString(pick(g, textPieces))
	}
	return text.String()
}

var textPieces = []string{
	"a", "b", "Hello", "world", " ", "  ", "\n", "\t", "\r\n", "é", "日本語", "😀", "ß", "<b>", "&amp;", "'", "\"", "\\", "`", "$1",
	"${x}", "%", "%d", "=", ":", "-", "_", "/", ",", "\x00", "\x01", "\x1b", "\x7f", "\u0085", "\u00a0", "\u2028", "\ufeff",
	"#", "[", "]", "{", "}", "0", "42", "İ", "ǅ", "e\u0301", "\U0010ffff",
}

var words = []string{"alpha", "beta", "Gamma", "delta-one", "x", "foo_bar", "fooBar", "HTTPServer", "10", "a.b.c", "a/b", "s3cr3t!", "Ünïcode", "hello world"}

func (g *generator) word() string {
	return pick(g, words)
}
