package generate

import (
	"encoding/json"
	"maps"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

var printable = []kind{
	text, text, text, text, number, number, boolean, integer, integer6, natural, float, list, strs, mapping, textMap, ints, opaque,
}

// operand is an expression that can stand as an argument: a path, a literal or something in parentheses.
func (g *generator) operand(wanted kind, depth int) string {
	if g.mistakes > 0 && g.chance(3) {
		g.mistakes--
		wanted = pick(g, []kind{text, number, boolean, integer, float, list, mapping, nothing})
	}
	if wanted == anything {
		wanted = pick(g, printable)
		if g.chance(3) {
			wanted = nothing
		}
	}
	if g.chance(55) {
		if paths := g.paths(wanted); len(paths) > 0 {
			return pick(g, paths).text
		}
	}
	if depth > 0 && g.chance(55) {
		if call := g.call(wanted, depth-1); call != "" {
			return "(" + call + ")"
		}
	}
	return g.literal(wanted, depth)
}

// pipeline is an expression with nothing around it: an operand, a call, or values piped into calls.
func (g *generator) pipeline(wanted kind, depth int) string {
	if depth > 0 && g.chance(70) {
		if call := g.call(wanted, depth); call != "" {
			return call
		}
	}
	return g.operand(wanted, depth)
}

// call applies a function that yields the wanted kind, with its last argument piped in or not.
func (g *generator) call(wanted kind, depth int) string {
	if wanted == text && g.chance(15) {
		return g.printf(depth)
	}
	candidates := byResult[wanted]
	if len(candidates) == 0 {
		return ""
	}
	function := pick(g, candidates)
	parameters := function.parameters
	if function.variadic {
		parameters = slices.Clone(parameters)
		for range g.random.IntN(3) {
			parameters = append(parameters, parameters[len(parameters)-1])
		}
	}
	arguments := make([]string, 0, len(parameters)+1)
	for _, parameter := range parameters {
		arguments = append(arguments, g.argument(parameter, depth))
	}
	if g.mistakes > 0 && g.chance(5) {
		g.mistakes--
		if len(arguments) > 0 && g.chance(50) {
			arguments = arguments[:len(arguments)-1]
		} else {
			arguments = append(arguments, g.operand(anything, 0))
		}
	}
	if last := len(arguments) - 1; last >= 0 && g.chance(40) {
		head := arguments[last]
		if stripped, found := strings.CutPrefix(head, "("); found && g.chance(60) {
			head = strings.TrimSuffix(stripped, ")")
		}
		// A nil is no command, and a bare path or call can only begin a pipeline.
		if head != "nil" && balanced(head) {
			return head + g.blank() + "|" + g.blank() + g.command(function.name, arguments[:last])
		}
	}
	return g.command(function.name, arguments)
}

// balanced says that the parentheses of a text close, quotes aside: taking the outer pair off "(a).b" leaves "a).b".
func balanced(expression string) bool {
	depth := 0
	for position := 0; position < len(expression); position++ {
		switch character := expression[position]; character {
		case '(':
			depth++
		case ')':
			if depth--; depth < 0 {
				return false
			}
		case '"', '`', '\'':
			for position++; position < len(expression) && expression[position] != character; position++ {
				if character != '`' && expression[position] == '\\' {
					position++
				}
			}
		}
	}
	return depth == 0
}

func (g *generator) command(name string, arguments []string) string {
	var command strings.Builder
	command.WriteString(name)
	for _, argument := range arguments {
		command.WriteString(g.blank())
		command.WriteString(argument)
	}
	return command.String()
}

func (g *generator) blank() string {
	if g.chance(93) {
		return " "
	}
	return pick(g, []string{"  ", "\t", "\n", " \n ", "\r\n"})
}

func (g *generator) argument(parameter string, depth int) string {
	switch parameter {
	case "small":
		return g.small()
	case "count":
		return g.operand(pick(g, []kind{integer, integer6, natural}), depth)
	case "numeric":
		return g.operand(pick(g, []kind{integer, integer, integer6, float, number, boolean}), depth)
	case "items":
		return g.operand(pick(g, []kind{list, list, strs, ints}), depth)
	case "fresh":
		return "(sprig_dict " + g.special("key") + " " + g.operand(anything, 0) + ")"
	case "keys":
		return "(sprig_keys " + g.operand(mapping, depth) + ")"
	case "single":
		return `(sprig_dict "k" ` + g.operand(anything, 0) + ")"
	case "address":
		if g.chance(50) {
			return "(sprig_urlParse " + g.special("url") + ")"
		}
		return `(sprig_dict "scheme" "https" "host" "h:1" "path" ` + g.special("path") + ")"
	case "three":
		return "(sprig_list " + g.operand(anything, 0) + " " + g.operand(anything, 0) + " " + g.operand(text, 0) + ")"
	case "index3":
		return pick(g, []string{"1", "2", "3"})
	}
	if forms[parameter] != nil || parameter == "json" || parameter == "key" {
		return g.special(parameter)
	}
	switch wanted := kind(parameter); wanted {
	case text, number, boolean, integer, integer6, natural, float, list, strs, mapping, anything, instant:
		return g.operand(wanted, depth)
	}
	return parameter // a literal
}

func (g *generator) literal(wanted kind, depth int) string {
	if g.chance(3) {
		// A version is a pointer: only its fields can be printed everywhere.
		switch version := "(sprig_semver " + g.special("version") + ")"; wanted {
		case text:
			return version + pick(g, []string{".Original", ".String", ".Prerelease", ".Metadata"})
		case natural:
			return version + pick(g, []string{".Major", ".Minor", ".Patch"})
		}
	}
	switch wanted {
	case text:
		return g.text()
	case number:
		// Only data has a json.Number; a text of digits compares and casts alike.
		return g.quote(pick(g, forms["decimal"]))
	case boolean:
		return pick(g, []string{"true", "false"})
	case integer:
		return g.integer()
	case integer6:
		return `(parseInt ` + g.special("digits") + `)`
	case natural:
		return `(parseUint ` + g.special("natural") + `)`
	case float:
		return g.float()
	case list:
		return g.listing(depth)
	case strs:
		return `(split ` + g.special("separator") + " " + g.text() + `)`
	case ints:
		return "(sprig_until " + g.small() + ")"
	case mapping:
		return "(sprig_dict " + g.special("key") + " " + g.operand(anything, 0) + ")"
	case textMap:
		return "(sprig_split " + g.special("separator") + " " + g.text() + ")"
	case instant:
		return `(sprig_toDate "2006-01-02" ` + g.special("date") + `)`
	case nothing:
		return "nil"
	}
	return pick(g, []func() string{g.text, g.integer, g.float})()
}

func (g *generator) listing(depth int) string {
	made := "(sprig_list"
	element := pick(g, printable)
	for range g.random.IntN(4) {
		made += g.blank() + g.operand(element, min(depth, 1))
	}
	return made + ")"
}

// paths are the expressions in scope, with their fields and elements, that have the kind.
func (g *generator) paths(wanted kind) []binding {
	var found []binding
	visit := func(one binding) {
		if one.kind == wanted {
			found = append(found, one)
		}
	}
	g.walk(g.dot, 4, visit)
	for _, variable := range g.visible() {
		g.walk(variable, 3, visit)
	}
	return found
}

func (g *generator) walk(from binding, depth int, visit func(binding)) {
	visit(from)
	if depth == 0 {
		return
	}
	for _, field := range fieldsOf(from) {
		g.walk(field, depth-1, visit)
	}
}

func fieldsOf(from binding) []binding {
	if from.kind == secret {
		return secretFields(from)
	}
	switch value := from.value.(type) {
	case map[string]any:
		var found []binding
		for _, key := range slices.Sorted(maps.Keys(value)) {
			found = append(found, known(field(from.text, key), value[key]))
		}
		return found
	case []any:
		var found []binding
		for position, element := range value {
			found = append(found, known("(index "+from.text+" "+strconv.Itoa(position)+")", element))
		}
		return found
	case json.Number:
		if _, err := value.Int64(); err == nil {
			return []binding{{text: from.text + ".Int64", kind: integer6}, {text: from.text + ".String", kind: text}}
		}
		if _, err := value.Float64(); err == nil {
			return []binding{{text: from.text + ".Float64", kind: float}}
		}
	}
	return nil
}

func secretFields(from binding) []binding {
	response, _ := from.value.(map[string]any)
	found := []binding{
		{text: field(from.text, "RequestID"), kind: text},
		{text: field(from.text, "LeaseID"), kind: text},
		{text: field(from.text, "LeaseDuration"), kind: integer},
		{text: field(from.text, "Renewable"), kind: boolean},
		{text: field(from.text, "Warnings"), kind: strs},
	}
	if data, isMap := response["data"].(map[string]any); isMap {
		found = append(found, known(field(from.text, "Data"), data))
	}
	if response["auth"] != nil {
		auth := field(from.text, "Auth")
		found = append(found,
			binding{text: auth + ".ClientToken", kind: text}, binding{text: auth + ".Policies", kind: strs},
			binding{text: auth + ".Metadata", kind: textMap}, binding{text: auth + ".LeaseDuration", kind: integer})
	}
	if response["wrap_info"] != nil {
		wrap := field(from.text, "WrapInfo")
		found = append(found,
			binding{text: wrap + ".Token", kind: text}, binding{text: wrap + ".TTL", kind: integer},
			binding{text: wrap + ".CreationTime", kind: instant})
	}
	return found
}

// field names a field or key the way it can be written: as a chain if it is an identifier, else by index.
func field(of, name string) string {
	for position, character := range name {
		if character != '_' && !unicode.IsLetter(character) && (position == 0 || !unicode.IsDigit(character)) {
			return "(index " + of + " " + strconv.Quote(name) + ")"
		}
	}
	switch {
	case name == "":
		return "(index " + of + ` "")`
	case of == ".":
		return "." + name
	}
	return of + "." + name
}

func known(expression string, value any) binding {
	made := binding{text: expression, value: value, kind: opaque}
	switch value.(type) {
	case string:
		made.kind = text
	case json.Number:
		made.kind = number
	case bool:
		made.kind = boolean
	case []any:
		made.kind = list
	case map[string]any:
		made.kind = mapping
	case nil:
		made.kind = nothing
	}
	return made
}
