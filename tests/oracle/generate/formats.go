package generate

import "strings"

// printf formats random values with random verbs. No %p, which prints addresses.
func (g *generator) printf(depth int) string {
	var format strings.Builder
	var arguments []string
	for range 1 + g.random.IntN(3) {
		if g.chance(40) {
			format.WriteString(pick(g, []string{"x", " ", "é", "%%", ": ", "\n", "\xff"}))
		}
		wanted := pick(g, printable)
		format.WriteByte('%')
		for range g.random.IntN(3) {
			format.WriteByte("+-# 0"[g.random.IntN(5)])
		}
		explicit := g.chance(4)
		if explicit {
			format.WriteString(pick(g, []string{"[1]", "[2]", "[3]", "[0]", "[x]", "[1"}))
		}
		if g.chance(25) {
			if g.chance(15) {
				format.WriteByte('*')
				arguments = append(arguments, pick(g, []string{"5", "-5", "0", "2"}))
			} else {
				format.WriteString(pick(g, []string{"1", "5", "12", "3"}))
			}
		}
		if g.chance(25) {
			format.WriteString(pick(g, []string{".0", ".2", ".5", ".", ".10", ".*"}))
			if strings.HasSuffix(format.String(), "*") {
				arguments = append(arguments, pick(g, []string{"3", "-1"}))
			}
		}
		format.WriteString(g.verb(wanted))
		if !g.chance(2) {
			arguments = append(arguments, g.operand(wanted, depth))
		}
	}
	if g.chance(3) {
		arguments = append(arguments, g.operand(text, 0))
	}
	if g.chance(2) {
		format.WriteByte('%')
	}
	return g.command("printf", append([]string{g.quote(format.String())}, arguments...))
}

func (g *generator) verb(wanted kind) string {
	if g.chance(15) {
		return pick(g, strings.Split("v d s q x X t T c U e E f F g G b o O z w !", " "))
	}
	suitable := "v s q x X T v s"
	switch wanted {
	case integer, integer6, natural, ints:
		suitable = "d v x X o O b c U q T d"
	case float:
		suitable = "f e g E G v b x X F T f"
	case boolean:
		suitable = "t v T"
	case list, mapping, opaque, textMap:
		suitable = "v v T s q"
	}
	return pick(g, strings.Split(suitable, " "))
}
