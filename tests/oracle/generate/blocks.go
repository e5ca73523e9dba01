package generate

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// block is a sequence of statements with their own variables.
func (g *generator) block(statements int) string {
	outer := g.variables
	defer func() { g.variables = outer }()
	var made strings.Builder
	for range statements {
		if g.chance(45) {
			made.WriteString(g.plain())
		}
		if g.mistakes > 0 && g.chance(12) {
			g.mistakes--
			made.WriteString(g.mistake())
		}
		made.WriteString(g.statement())
	}
	if g.chance(30) {
		made.WriteString(g.plain())
	}
	return made.String()
}

func (g *generator) nested(statements int) string {
	g.nesting++
	defer func() { g.nesting-- }()
	return g.block(statements)
}

// with runs the generation of a block whose dot is another value.
func (g *generator) with(dot binding, made func() string) string {
	outer := g.dot
	dot.text = "."
	g.dot = dot
	defer func() { g.dot = outer }()
	return made()
}

func (g *generator) statement() string {
	if g.nesting >= 4 {
		return g.print()
	}
	switch choice := g.random.IntN(100); {
	case choice < 38:
		return g.print()
	case choice < 62:
		return g.secretBlock()
	case choice < 69:
		return g.declaration()
	case choice < 72:
		return g.assignment()
	case choice < 79:
		return g.condition()
	case choice < 84:
		return g.withBlock()
	case choice < 91:
		return g.rangeBlock()
	case choice < 94:
		return g.definition()
	case choice < 96:
		return g.comment()
	case choice < 98:
		return g.scratch()
	}
	if g.loops > 0 {
		return g.action("if "+g.pipeline(boolean, 1)) + g.action(pick(g, []string{"break", "continue"})) + g.action("end")
	}
	return g.print()
}

// action puts delimiters around code, with trim markers now and then.
func (g *generator) action(code string) string {
	before, after := g.left, g.right
	switch g.random.IntN(10) {
	case 0, 1:
		before += "-" + pick(g, []string{" ", "\n", "\t"})
	case 2, 3, 4, 5, 6:
		before += " "
	}
	switch g.random.IntN(10) {
	case 0, 1:
		after = " -" + after
	case 2, 3, 4, 5, 6:
		after = " " + after
	}
	// Without a blank, delimiters like "{{{" or "@" would be read together with what is next to them.
	if g.left != "{{" {
		return before + " " + code + " " + after
	}
	return before + code + after
}

func (g *generator) plain() string {
	if g.chance(40) {
		return pick(g, []string{"\n", "  \n", "\n\n  ", "\t", " "})
	}
	content := g.plainText() + pick(g, []string{"", "\n", " ", "=", ": "})
	for _, delimiter := range []string{g.left, "{{", "@", "-{"} {
		content = strings.ReplaceAll(content, delimiter, "")
	}
	// A brace at the end would become part of the delimiter.
	return strings.TrimRight(content, "{[<-")
}

func (g *generator) comment() string {
	return g.left + pick(g, []string{"/* note */", "- /* a\nb */ -", "/**/", "/* \" ` */", "- /* x */"}) + g.right
}

func (g *generator) print() string {
	response, _ := g.dot.value.(map[string]any)
	// Where these are set, Go prints their addresses.
	if g.dot.kind == secret && response["auth"] == nil && response["wrap_info"] == nil && g.chance(5) {
		return g.action(pick(g, []string{".", "print .", `printf "%v" .`, `printf "%+v" .`, `printf "%#v" .`, `printf "%T" .`, ". | toJSON", "toYAML .", `printf "%s|%d" . .`}))
	}
	return g.action(g.pipeline(pick(g, printable), 2))
}

func (g *generator) name() string {
	if visible := g.visible(); len(visible) > 0 && g.chance(15) {
		return pick(g, visible).text
	}
	return pick(g, []string{"$x", "$y", "$value", "$v1", "$größe", "$_", "$k", "$é2"})
}

// visible are the variables in scope, without those that another one of the same name hides.
func (g *generator) visible() []binding {
	var found []binding
	for _, variable := range slices.Backward(g.variables) {
		if !slices.ContainsFunc(found, func(one binding) bool { return one.text == variable.text }) {
			found = append(found, variable)
		}
	}
	return found
}

func (g *generator) declare(name string, kind kind, value any) {
	g.variables = append(slices.Clip(g.variables), binding{text: name, kind: kind, value: value})
}

// valued is a pipeline with what is known of its value.
func (g *generator) valued(kinds ...kind) (string, binding) {
	wanted := pick(g, kinds)
	if g.chance(70) {
		if paths := g.paths(wanted); len(paths) > 0 {
			chosen := pick(g, paths)
			return chosen.text, chosen
		}
	}
	return g.pipeline(wanted, 2), binding{kind: wanted}
}

func (g *generator) declaration() string {
	name := g.name()
	code, value := g.valued(text, number, boolean, integer, float, list, strs, mapping)
	g.declare(name, value.kind, value.value)
	return g.action(name + g.blank() + ":=" + g.blank() + code)
}

func (g *generator) assignment() string {
	visible := g.visible()
	if len(visible) == 0 {
		return g.declaration()
	}
	variable := pick(g, visible)
	if variable.value != nil || !slices.Contains(printable, variable.kind) {
		return g.print()
	}
	return g.action(variable.text + " = " + g.pipeline(variable.kind, 1))
}

// secretBlock reads a secret in the way that also works in the pass in which it is missing.
func (g *generator) secretBlock() string {
	switch g.random.IntN(12) {
	case 0:
		return g.action(`range $name := secrets "kv/apps"`) + g.action("$name") + g.plain() + g.action("end")
	case 1:
		return g.action(`file "/etc/app.conf"` + pick(g, []string{"", " | trimSpace", " | toUpper", " | indent 2"}))
	case 2:
		return g.action(`with pkiCert "pki/issue/web" "common_name=web"`) +
			g.action(pick(g, []string{".Cert", ".Data.Key", ".CA", ".CAChain", "print .", `.CaChainContains "CA"`})) + g.action("end")
	case 3:
		return g.action(pick(g, []string{`env "POD"`, `env "NOPE"`, `mustEnv "REGION"`, `envOrDefault "EMPTY" "d"`, `envOrDefault "NOPE" "d"`}))
	}
	path := pick(g, g.world.paths())
	response := g.world.Secret[path]
	code := "secret"
	for argument := range strings.SplitSeq(path, " ") {
		code += " " + g.quote(argument)
	}
	one := binding{kind: secret, value: response}
	if g.chance(20) {
		name := "$s" + fmt.Sprint(len(g.variables))
		g.declare(name, secret, response)
		made := g.action(name+" := "+code) + g.action("if "+name) + g.nested(1+g.random.IntN(3)) + g.action("end")
		// After the block the variable may be nil.
		g.declare(name, "", nil)
		return made
	}
	if g.chance(25) {
		outer := g.variables
		g.declare("$secret", secret, response)
		code = "$secret := " + code
		defer func() { g.variables = outer }()
	}
	return g.action("with "+code) + g.with(one, func() string { return g.nested(1 + g.random.IntN(4)) }) + g.action("end")
}

func (g *generator) condition() string {
	subject := pick(g, []kind{boolean, boolean, text, number, integer, list, mapping, float, nothing})
	code := g.pipeline(subject, 2)
	if subject == nothing {
		code = "not nil"
	}
	made := g.action("if "+code) + g.nested(1+g.random.IntN(2))
	for g.chance(25) {
		made += g.action("else if "+g.pipeline(boolean, 1)) + g.nested(1)
	}
	if g.chance(45) {
		made += g.action("else") + g.nested(1)
	}
	return made + g.action("end")
}

func (g *generator) withBlock() string {
	code, value := g.valued(text, number, mapping, mapping, list, integer, float)
	if g.chance(25) {
		outer := g.variables
		name := g.name()
		g.declare(name, value.kind, value.value)
		code = name + " := " + code
		defer func() { g.variables = outer }()
	}
	made := g.action("with "+code) + g.with(value, func() string { return g.nested(1 + g.random.IntN(3)) })
	if g.chance(20) {
		other, alternative := g.valued(text, mapping)
		made += g.action("else with "+other) + g.with(alternative, func() string { return g.nested(1) })
	}
	if g.chance(40) {
		made += g.action("else") + g.nested(1)
	}
	return made + g.action("end")
}

func (g *generator) rangeBlock() string {
	outer := g.variables
	defer func() { g.variables = outer }()
	code, key, element := g.iterated()
	switch choice := g.random.IntN(10); {
	case choice < 3 && key != "":
		first, second := "$i", "$e"
		g.declare(first, key, nil)
		g.declare(second, element.kind, element.value)
		code = first + ", " + second + " := " + code
	case choice < 6:
		g.declare("$e", element.kind, element.value)
		code = "$e := " + code
	}
	g.loops++
	made := g.action("range "+code) + g.with(element, func() string { return g.nested(1 + g.random.IntN(3)) })
	g.loops--
	if g.chance(25) {
		// Here a variable of the range is the collection itself, and printing a channel prints its address.
		g.variables = outer
		made += g.action("else") + g.nested(1)
	}
	return made + g.action("end")
}

// iterated is something to range over, the kind of its keys ("" if it yields one value) and what an element is.
func (g *generator) iterated() (code string, key kind, element binding) {
	switch g.random.IntN(8) {
	case 0:
		return g.small(), "", binding{kind: integer}
	case 1:
		return pick(g, []string{"loop 3", "loop 2 5", `loop "4"`, "loop 3 1"}), "", binding{kind: integer6}
	case 2:
		return g.pipeline(strs, 1), integer, binding{kind: text}
	case 3:
		return g.pipeline(ints, 1), integer, binding{kind: integer}
	case 4, 5:
		code, value := g.valued(list)
		elements, _ := value.value.([]any)
		return code, integer, common(elements)
	case 6:
		return pick(g, []string{`(parseJSON "null")`, `index (sprig_dict "a" nil) "a"`, "0"}), "", binding{kind: opaque}
	}
	code, value := g.valued(mapping)
	fields, _ := value.value.(map[string]any)
	return code, text, common(slices.Collect(maps.Values(fields)))
}

// common is what is known of every element of a collection.
func common(elements []any) binding {
	made := binding{kind: opaque}
	for position, element := range elements {
		one := known("", element)
		if position == 0 {
			made.kind = one.kind
		}
		if one.kind != made.kind {
			return binding{kind: opaque}
		}
	}
	if made.kind == number {
		for _, element := range elements {
			if _, err := element.(json.Number).Int64(); err != nil {
				return made
			}
		}
		made.value = json.Number("1")
	}
	return made
}

// definition defines a template for a value in scope and executes it in one of three ways.
func (g *generator) definition() string {
	code, value := g.valued(text, mapping, list, number)
	loops, variables := g.loops, g.variables
	g.names++
	name := g.quote(pick(g, []string{"part", "größe", "a b", "t/x"}) + fmt.Sprint(g.names))
	g.loops = 0
	g.variables = []binding{{text: "$", kind: value.kind, value: value.value}}
	body := g.with(value, func() string { return g.nested(1 + g.random.IntN(3)) })
	g.loops, g.variables = loops, variables
	if g.chance(30) && g.nesting == 0 {
		return g.action("block "+name+" "+code) + body + g.action("end")
	}
	g.definitions = append(g.definitions, g.action("define "+name)+body+g.action("end"))
	if g.chance(30) {
		return g.action("executeTemplate " + name + " (" + code + ")")
	}
	return g.action("template " + name + " " + code)
}

func (g *generator) scratch() string {
	set := g.action(pick(g, []string{
		`scratch.Set "k" ` + g.operand(text, 1), `scratch.MapSet "m" "b" ` + g.operand(text, 0), `scratch.MapSetX "m" "a" 1`,
		`scratch.SetX "k" "late"`,
	}))
	return set + g.action(pick(g, []string{`scratch.Get "k"`, `scratch.Key "k"`, `scratch.MapValues "m"`, `scratch.Get "m"`}))
}
