package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"strconv"

	"github.com/hashicorp/hcl"
	"github.com/hashicorp/hcl/hcl/ast"
	"github.com/hashicorp/hcl/hcl/token"
)

// hclCommand records what the original's HCL library makes of documents, one JSON object a line.
func hclCommand(arguments []string) error {
	flags := flag.NewFlagSet("hcl", flag.ExitOnError)
	check := flags.Bool("check", false, "compare instead of writing")
	if err := operands(flags, arguments, 2); err != nil {
		return err
	}
	cases, err := os.ReadFile(flags.Arg(0))
	if err != nil {
		return err
	}
	var golden bytes.Buffer
	encoder := json.NewEncoder(&golden)
	encoder.SetEscapeHTML(false)
	lines := bufio.NewScanner(bytes.NewReader(cases))
	lines.Buffer(nil, 1<<24)
	for lines.Scan() {
		var document struct{ Name, Text string }
		if err := json.Unmarshal(lines.Bytes(), &document); err != nil {
			return fmt.Errorf("%s: %w", flags.Arg(0), err)
		}
		answer := map[string]any{"name": document.Name}
		if tree, err := hclTree(document.Text); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["tree"] = tree
		}
		if err := encoder.Encode(answer); err != nil {
			return err
		}
	}
	if err := lines.Err(); err != nil {
		return err
	}
	if !*check {
		return os.WriteFile(flags.Arg(1), golden.Bytes(), 0o644)
	}
	recorded, err := os.ReadFile(flags.Arg(1))
	if err != nil {
		return err
	}
	if !bytes.Equal(recorded, golden.Bytes()) {
		return errors.New(flags.Arg(1) + " is not what the original says: run make golden")
	}
	return nil
}

// hclTree is the tree of a document; its library panics over some values that it cannot read.
func hclTree(text string) (tree any, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			tree, err = nil, fmt.Errorf("panic: %v", cause)
		}
	}()
	file, err := hcl.Parse(text)
	if err != nil {
		return nil, err
	}
	return hclNode(file.Node)
}

func hclNode(node ast.Node) (any, error) {
	switch node := node.(type) {
	case *ast.ObjectType:
		return hclNode(node.List)
	case *ast.ObjectList:
		items := []any{}
		for _, item := range node.Items {
			keys := []any{}
			for _, key := range item.Keys {
				keys = append(keys, []any{key.Token.Value(), key.Token.Pos.Line, key.Token.Pos.Column})
			}
			value, err := hclNode(item.Val)
			if err != nil {
				return nil, err
			}
			items = append(items, map[string]any{"keys": keys, "value": value})
		}
		return map[string]any{"items": items}, nil
	case *ast.ListType:
		values := []any{}
		for _, element := range node.List {
			value, err := hclNode(element)
			if err != nil {
				return nil, err
			}
			values = append(values, value)
		}
		return map[string]any{"list": values}, nil
	case *ast.LiteralType:
		switch value := node.Token.Value().(type) {
		case int64:
			return map[string]any{"integer": value, "text": node.Token.Text}, nil
		case float64:
			return map[string]any{"float": strconv.FormatFloat(value, 'e', -1, 64)}, nil
		case bool:
			return map[string]any{"bool": value}, nil
		case string:
			return map[string]any{"string": value, "heredoc": node.Token.Type == token.HEREDOC}, nil
		}
	}
	return nil, fmt.Errorf("no value: %T", node)
}
