package main

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"text/template"
	"text/template/parse"
	_ "unsafe" // go:linkname

	"github.com/hashicorp/consul-template/config"
	"github.com/hashicorp/consul-template/dependency"
	consul "github.com/hashicorp/consul-template/template"
)

// functionInput has the layout of consul-template's funcMapInput.
type functionInput struct {
	template    *template.Template
	brain       *consul.Brain
	environment []string
	external    map[string]any
	denied      []string
	sandbox     string
	destination string
	used        *dependency.Set
	missing     *dependency.Set
	config      *config.Config
}

// consulFunctions builds consul-template's function map. It is not exported, and Template.Execute, the exported way to
// it, replaces every secret value in an error by "[redacted]" and with it line numbers and the words that tell a
// failure's class. Linking to the name works without linker flags as it is outside of Go's standard library; linkname.s
// lets the compiler accept a function without a body.
//
//go:linkname consulFunctions github.com/hashicorp/consul-template/template.funcMap
func consulFunctions(input *functionInput) template.FuncMap

// unsupported are the functions that Go has and Vouchsafe refuses at parse time: Consul's and Nomad's, and those of
// sprig that make keys, certificates and password hashes.
var unsupported = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range []string{
		"byKey", "byMeta", "byPort", "byTag", "caLeaf", "caRoots", "connect", "datacenters", "explode",
		"exportedServices", "key", "keyExists", "keyOrDefault", "ls", "node", "nodes", "nomadService", "nomadServices",
		"nomadVar", "nomadVarExists", "nomadVarList", "nomadVarListSafe", "partitions", "peerings", "safeLs", "safeTree",
		"service", "services", "tree",
		"sprig_bcrypt", "sprig_buildCustomCert", "sprig_decryptAES", "sprig_derivePassword", "sprig_encryptAES",
		"sprig_genCA", "sprig_genCAWithKey", "sprig_genPrivateKey", "sprig_genSelfSignedCert",
		"sprig_genSelfSignedCertWithKey", "sprig_genSignedCert", "sprig_genSignedCertWithKey", "sprig_htpasswd",
	} {
		names[name] = true
	}
	return names
}()

// denied runs programs; the denylist makes it fail when it is called.
var denied = []string{"plugin"}

// deniedWithoutMachine are denied too unless a request is about this machine.
var deniedWithoutMachine = []string{"sockaddr"}

// nestingLimit ends templates that execute themselves: the real function would overflow the stack and end the process.
const nestingLimit = 100

type writeToFile = func(path, user, group, permissions string, arguments ...string) (string, error)

func functions(input *functionInput, machine bool) template.FuncMap {
	input.denied = denied
	if !machine {
		input.denied = slices.Concat(denied, deniedWithoutMachine)
	}
	functions := consulFunctions(input)

	if execute, ok := functions["executeTemplate"].(func(string, ...any) (string, error)); ok {
		nesting := 0
		functions["executeTemplate"] = func(name string, dot ...any) (string, error) {
			if nesting == nestingLimit {
				return "", errors.New("exceeded maximum template depth of executeTemplate")
			}
			nesting++
			defer func() { nesting-- }()
			return execute(name, dot...)
		}
	}
	if write, ok := functions["writeToFile"].(writeToFile); ok {
		functions["writeToFile"] = func(path, user, group, permissions string, arguments ...string) (string, error) {
			return write(filepath.Join(scratchDirectory(), filepath.Clean("/"+path)), user, group, permissions, arguments...)
		}
	}
	return functions
}

var scratch string

// scratchDirectory is where writeToFile writes; it is made when first needed.
func scratchDirectory() string {
	if scratch == "" {
		directory, err := os.MkdirTemp("", "oracle-")
		if err != nil {
			panic(err)
		}
		scratch = directory
	}
	return scratch
}

func removeScratchDirectory() {
	if scratch != "" {
		_ = os.RemoveAll(scratch)
	}
}

// firstUnsupported finds the first unsupported function that the text of a parsed template names.
func firstUnsupported(parsed *template.Template, text string) (name string, line int) {
	first := parse.Pos(len(text))
	for _, definition := range parsed.Templates() {
		if definition.Tree == nil {
			continue
		}
		for _, identifier := range identifiers(definition.Tree.Root) {
			if unsupported[identifier.Ident] && identifier.Pos < first {
				first, name = identifier.Pos, identifier.Ident
			}
		}
	}
	if name == "" {
		return "", 0
	}
	return name, 1 + countLines(text[:first])
}

func countLines(text string) int {
	lines := 0
	for _, character := range []byte(text) {
		if character == '\n' {
			lines++
		}
	}
	return lines
}

func identifiers(node parse.Node) []*parse.IdentifierNode {
	switch node := node.(type) {
	case *parse.IdentifierNode:
		return []*parse.IdentifierNode{node}
	case *parse.ListNode:
		if node == nil {
			return nil
		}
		return all(node.Nodes)
	case *parse.ActionNode:
		return identifiers(node.Pipe)
	case *parse.TemplateNode:
		return identifiers(node.Pipe)
	case *parse.IfNode:
		return branch(&node.BranchNode)
	case *parse.WithNode:
		return branch(&node.BranchNode)
	case *parse.RangeNode:
		return branch(&node.BranchNode)
	case *parse.PipeNode:
		if node == nil {
			return nil
		}
		return all(node.Cmds)
	case *parse.CommandNode:
		return all(node.Args)
	case *parse.ChainNode:
		return identifiers(node.Node)
	}
	return nil
}

func branch(node *parse.BranchNode) []*parse.IdentifierNode {
	return slices.Concat(identifiers(node.Pipe), identifiers(node.List), identifiers(node.ElseList))
}

func all[N parse.Node](nodes []N) []*parse.IdentifierNode {
	var found []*parse.IdentifierNode
	for _, node := range nodes {
		found = append(found, identifiers(node)...)
	}
	return found
}

// functionNames are all names a template can call, sorted.
func functionNames() []string {
	return slices.Sorted(maps.Keys(consulFunctions(&functionInput{template: template.New("")})))
}
