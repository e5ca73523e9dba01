// Package generate invents templates with the data they ask for. It knows the kind of value that each expression has,
// so that most of the pairs render, and puts a deliberate mistake into the others.
package generate

import (
	"encoding/json"
	"math/rand/v2"
	"strings"
)

// Pair is one template with its data and settings.
type Pair struct {
	Template   string
	Data       json.RawMessage
	MissingKey string
	Left       string
	Right      string
}

// New invents the pair of a seed and an index; the same numbers give the same pair.
func New(seed, index uint64) (Pair, error) {
	random := rand.New(rand.NewPCG(seed, index))
	g := &generator{random: random, left: "{{", right: "}}", dot: binding{text: ".", kind: nothing}}
	g.world = g.newWorld()
	if g.chance(8) {
		delimiters := pick(g, [][2]string{{"[[", "]]"}, {"<%", "%>"}, {"<<", ">>"}, {"{%", "%}"}, {"{{{", "}}}"}, {"@", "@"}, {"-{", "}-"}})
		g.left, g.right = delimiters[0], delimiters[1]
	}
	pair := Pair{}
	if g.left != "{{" {
		pair.Left, pair.Right = g.left, g.right
	}
	if g.chance(30) {
		g.strict = true
		pair.MissingKey = "error"
	}
	wrong := g.chance(38)
	if wrong && g.chance(75) {
		g.mistakes = 1
	}
	body := g.block(2 + g.random.IntN(6))
	parts := append(g.definitions, body)
	if g.chance(50) {
		parts[0], parts[len(parts)-1] = parts[len(parts)-1], parts[0]
	}
	pair.Template = strings.Join(parts, "")
	switch {
	case wrong && g.mistakes > 0:
		pair.Template += g.mistake()
	case wrong && g.chance(30):
		pair.Template = g.damage(pair.Template)
	}
	data, err := json.Marshal(g.world)
	pair.Data = data
	return pair, err
}

type generator struct {
	random      *rand.Rand
	world       *world
	left, right string
	strict      bool
	mistakes    int
	loops       int
	nesting     int
	dot         binding
	variables   []binding
	definitions []string
	names       int
}

// binding is an expression with the kind of its value, and the value itself when it comes from the data.
type binding struct {
	text  string
	kind  kind
	value any
}

func (g *generator) chance(percent int) bool {
	return g.random.IntN(100) < percent
}

func pick[T any](g *generator, choices []T) T {
	return choices[g.random.IntN(len(choices))]
}
