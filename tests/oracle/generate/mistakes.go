package generate

import "strings"

// mistakes are actions that fail, one row for each class of error.
var mistakes = [][]string{
	{`eq 1 "a"`, `eq "1" 1.0`, `lt true false`, `eq (sprig_list 1) (sprig_list 1)`, `lt (sprig_dict) 1`, `eq 1`, `gt nil 1`, `eq nil nil`, `ne (sprig_dict) nil`},
	{`range 1.5}}{{end`, `range "text"}}x{{end`, `range true}}{{end`, `range $a, $b := 3}}{{end`, `range $a, $b := loop 2}}{{end`},
	{`call 1`, `call nil`, `$ 1`, `1 2`, `"a" "b"`, `true 1`, `call "x" 1`},
	{`index 1 2`, `index nil 1`, `slice 5 1`, `len 3`, `len nil`, `index (sprig_list 1) "a"`, `slice "abc" 1 2 3`, `index (sprig_list 1) nil`, `slice nil`, `len true`},
	{`index (sprig_list 1 2) 5`, `index "abc" 9`, `slice "abc" 2 1`, `slice "abc" 7`, `index (sprig_list 1) -1`, `sprig_mustSlice (sprig_list 1) 4`, `index (split "," "") 0`},
	{`template "missing"`, `executeTemplate "missing"`, `template "missing" .`},
	{`loop 3`, `print }}{{loop 2`, `$c := loop 1}}{{$c`},
	{`nil`, `nil | print`, `nil.x`, `$n := nil`, `template "x" nil`, `with nil}}{{end`},
	{
		`parseInt "x"`, `parseBool "maybe"`, `parseFloat "1,5"`, `parseJSON "{"`, `parseYAML "a: [b"`, `base64Decode "%"`, `divide 0 1`,
		`modulo 0 5`, `sprig_fail "no"`, `regexMatch "(" "x"`, `indent -1 "x"`, `mustEnv "NOPE"`, `toTOML 1`, `sprig_mustToDate "2006" "x"`,
		`sprig_div 1 0`, `loop`, `loop 1 2 3`, `loop 1.5`, `sprig_substr 5 2 "abc"`, `sprig_semver "x"`, `secret "p" "novalue"`, `secret ""`,
		`pkiCert "x" "y"`, `add "1" 2`, `toJSON (parseYAML "a: 1")`, `sprig_mustFirst 1`, `explodeMap (sprig_dict "a" 1 "a/b" 2)`,
		`sprig_mustRegexFind "(" ""`, `splitToMap "" "" "ab" | toTOML`, `executeTemplate "e" 1 2`, `scratch.Set "s" 1}}{{scratch.MapSet "s" "k" 1`,
	},
	{
		`join "," (sprig_list "a")`, `toUpper 5`, `toUpper nil`, `indent "2" "x"`, `split "," 3`, `replaceAll "a" "b" 1.5`, `secret 5`, `secrets 1`,
		`file nil`, `scratch.Get 1`, `scratch.MapSet "k" 1 2`, `printf 1`, `print | toUpper 2 `, `sprig_upper true`, `sprig_until 1.5`, `sprig_until "3"`,
		`mergeMap (sprig_list) (sprig_dict)`, `index (sprig_dict "a" 1) 1`, `sprig_ternary 1 2 3`, `1.5 | indent 2`, `parseInt 5`, `sprig_repeat 'a' 5`,
	},
	{
		`toUpper`, `replaceAll "a" "b"`, `printf`, `not`, `len "a" "b"`, `index`, `eq`, `scratch.Set "k"`, `sprig_toDate`, `split ","`, `sprig_upper "a" "b"`,
		`and`, `scratch.Get`, `env`, `sprig_hello 1`, `"a" | toUpper "b"`, `slice`, `secrets`,
	},
	{`foo "x"`, `base64code "x"`, `sprig_env "HOME"`, `sprig_now`, `print (nope)`, `uuid`, `if undefined}}{{end`, `plugin "x"`, `Print 1`, `index.x`},
	{`service "web"`, `key "a/b"`, `sprig_genCA "x" 3`, `if false}}{{nomadVar "x"}}{{end`, `define "u"}}{{ls "x"}}{{end`, `print (keyExists "x")`},
	{`$undefined`, `print $undefined.x`, `$x1 = 1`, `with $w := 1}}{{end}}{{$w`, `if true}}{{$q := 1}}{{end}}{{$q`, `define "v"}}{{$value2}}{{end`},
	{`9223372036854775808`, `1e400`, `0x`, `1.2.3`, `08`, `'ab'`, `''`, `"\q"`, `1_`, `0b2`, `5x`, `1.x`, `'\q'`, `"\xz"`, `1e`, `0o8`, `1__0`, `-`, `+x`},
	{`"open`, "`open", `'a`, "\"a\nb\"", `/* open`, `print 1 "`, `'`, `print (`},
	{
		`print 1` + "\n" + `print 2`, `(print 1`, `print 1)`, `|`, `print |`, `| print`, `print 1 | 2`, `$x := `, `if`, `if true`, `end`, `else`,
		`else if true`, `range`, `break`, `continue`, `define "x"`, `define`, `template`, `block "x"`, `with`, `.a-b`, `a.b.`, `..`, `.x..y`, `,`,
		`print 1, 2`, `@`, `#`, `&`, `{`, `print "a"b`, `$.`, `print.x`, `"a".b`, `.x:=1`, `:=`, `if true}}{{else}}{{else}}{{end`, `1.`, `true.x`,
		`range 2}}{{else}}{{break}}{{end`, `/* a */ print`, `with 1}}{{else with}}{{end`, `define "d"}}1{{end}}{{define "d"}}2{{end`, `()`, `(1).x`,
		`range $a, $b, $c := $}}{{end`, `$a, $b := 1`, `if true}}{{define "i"}}{{end}}{{end`, `template x`, `define 1}}{{end`, `print ..`, ``, `end end`,
	},
	{`define "r"}}{{template "r"}}{{end}}{{template "r"`, `define "e"}}{{executeTemplate "e"}}{{end}}{{executeTemplate "e"`},
	{`secret "nowhere/at/all"`, `with secret "nowhere"}}{{end`, `file "/nope"`, `secrets "nope"`, `pkiCert "nope"`, `secret "kv1/app" "a=b"`},
	{`(sprig_dict "a" nil).a.b`, `(sprig_dict).x.y`, `(parseJSON "null").x`, `$p := sprig_dict}}{{$p.x.y`, `(parseJSON "{}").a.b.c`},
	{`(sprig_dict "a" "s").a.b`, `scratch.Nope`, `sprig_list.x`, `(sprig_list).x`, `("a").b`, `(1).b`, `(parseJSON "[]").x`, `(sprig_toDate "2006" "2020").wall`},
}

func (g *generator) mistake() string {
	if g.chance(35) {
		return g.dataMistake()
	}
	code := pick(g, pick(g, mistakes))
	return g.action(strings.NewReplacer("{{", g.left+" ", "}}", " "+g.right).Replace(code))
}

// dataMistake misuses a value of a secret, in the ways that people do.
func (g *generator) dataMistake() string {
	path := pick(g, g.world.paths())
	code := "secret"
	for argument := range strings.SplitSeq(path, " ") {
		code += " " + g.quote(argument)
	}
	one := binding{text: ".", kind: secret, value: g.world.Secret[path]}
	body := g.with(one, func() string {
		misuse := map[kind][]string{
			text:     {"%.field", "add % 1", "range %", "%.x.y", "index % 100", "join \",\" %", "% 1", "lt % 1"},
			number:   {"toUpper %", "% | base64Encode", "add % 1", "parseInt %", "%.Nope", "%.Int64 1", "eq % 5", "indent % \"x\"", "% | split \",\""},
			boolean:  {"toUpper %", "lt % %", "%.x", "len %", "range %"},
			nothing:  {"%.x", "toUpper %", "% | toLower", "%.x.y", "len %", "index % \"a\""},
			list:     {"%.x", "join \",\" %", "toUpper %", "index % 99", "index % \"a\"", "eq % %"},
			mapping:  {"%.nope", "%.nope.deeper", "toUpper %", "%.nope | toUpper", "index % 1", "lt % %", "% 1", "range $a, $b, $c := %"},
			secret:   {".auth", ".access_key", "$.Data", ".Auth.Nope", ".WrapInfo.Token", ".Data.data.data.x", ".Data.nope.x", ".Data.x-y", ".data", ".Nope 1"},
			integer:  {"toUpper %", "%.x", "range % "},
			textMap:  {"%.nope", "join \",\" %", "%.a.b"},
			strs:     {"%.x", "index % 9", "toUpper %", "eq % %"},
			integer6: {"%.x", "toUpper %", "indent % \"x\"", "eq % \"1\""},
		}
		for range 20 {
			wanted := pick(g, []kind{text, number, boolean, nothing, list, mapping, secret, secret, integer, textMap, strs, integer6})
			paths := g.paths(wanted)
			if len(paths) == 0 {
				continue
			}
			wrong := strings.ReplaceAll(pick(g, misuse[wanted]), "%", pick(g, paths).text)
			if strings.HasPrefix(wrong, "range") {
				return g.action(wrong) + g.action("end")
			}
			return g.action(wrong)
		}
		return g.action(".nope")
	})
	return g.action("with "+code) + body + g.action("end")
}

// damage changes a few bytes of a template: most of the results do not parse.
func (g *generator) damage(template string) string {
	characters := []rune(template)
	if len(characters) == 0 {
		return "{{"
	}
	position := g.random.IntN(len(characters))
	switch g.random.IntN(4) {
	case 0:
		return string(characters[:position])
	case 1:
		return string(characters[:position]) + string(characters[position+1:])
	case 2:
		return string(characters[:position]) + pick(g, []string{"{{", "}}", "\"", "(", ")", "|", ".", "$", "-", "'", "`", "/*", "\n", "\x00", "{{end}}", " - ", "é", ":="}) + string(characters[position:])
	}
	end := position + min(len(characters)-position, 1+g.random.IntN(12))
	return string(characters[:position]) + string(characters[end:])
}
