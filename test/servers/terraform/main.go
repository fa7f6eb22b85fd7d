// For tests: prints what is wrong with the Terraform files in a folder, and ends with 1 where anything is. Formatted as
// `terraform fmt` formats, described, and every reference leads to something that is declared. What attributes a provider
// has it does not know.
package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"sort"

	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	"github.com/hashicorp/hcl/v2/hclwrite"
)

// What expressions may name beside what the files declare.
var given = map[string]bool{"each": true, "count": true, "self": true, "path": true, "terraform": true}

type module struct {
	// var.x, local.x, data.TYPE.NAME, TYPE.NAME; true once somebody names it.
	declared map[string]bool
	// Iterators of dynamic blocks.
	iterators map[string]bool
	problems  []string
}

func main() {
	paths, err := filepath.Glob(filepath.Join(os.Args[1], "*.tf"))
	if err != nil || len(paths) == 0 {
		fmt.Println("no .tf file in", os.Args[1], err)
		os.Exit(2)
	}
	m := &module{declared: map[string]bool{}, iterators: map[string]bool{}}
	var bodies []*hclsyntax.Body
	for _, path := range paths {
		if body := m.parse(path); body != nil {
			bodies = append(bodies, body)
		}
	}
	for _, body := range bodies {
		m.declare(body)
	}
	for _, body := range bodies {
		m.resolve(body)
	}
	for name, used := range m.declared {
		if !used && (name[:4] == "var." || name[:6] == "local.") {
			m.tell("%s is never used", name)
		}
	}
	sort.Strings(m.problems)
	for _, problem := range m.problems {
		fmt.Println(problem)
	}
	if len(m.problems) > 0 {
		os.Exit(1)
	}
}

func (m *module) tell(format string, args ...any) {
	m.problems = append(m.problems, fmt.Sprintf(format, args...))
}

func (m *module) parse(path string) *hclsyntax.Body {
	text, err := os.ReadFile(path)
	if err != nil {
		m.tell("%s", err)
		return nil
	}
	name := filepath.Base(path)
	file, diagnostics := hclsyntax.ParseConfig(text, name, hcl.InitialPos)
	for _, diagnostic := range diagnostics {
		m.tell("%s", diagnostic.Error())
	}
	if diagnostics.HasErrors() {
		return nil
	}
	if !bytes.Equal(hclwrite.Format(text), text) {
		m.tell("%s: not formatted (hint: terraform fmt)", name)
	}
	return file.Body.(*hclsyntax.Body)
}

func (m *module) declare(body *hclsyntax.Body) {
	for _, block := range body.Blocks {
		switch block.Type {
		case "variable":
			m.describe(block, "description", "type")
			m.add(block, "var."+block.Labels[0])
		case "output":
			m.describe(block, "description", "value")
		case "locals":
			for name := range block.Body.Attributes {
				m.add(block, "local."+name)
			}
		case "resource":
			m.add(block, block.Labels[0]+"."+block.Labels[1])
		case "data":
			m.add(block, "data."+block.Labels[0]+"."+block.Labels[1])
		case "terraform":
		default:
			m.tell("%s: a block %q is not expected", block.TypeRange, block.Type)
		}
	}
}

func (m *module) add(block *hclsyntax.Block, name string) {
	if _, isThere := m.declared[name]; isThere {
		m.tell("%s: %s is declared twice", block.TypeRange, name)
	}
	m.declared[name] = false
}

func (m *module) describe(block *hclsyntax.Block, names ...string) {
	for _, name := range names {
		if block.Body.Attributes[name] == nil {
			m.tell("%s: %s %q has no %s", block.TypeRange, block.Type, block.Labels[0], name)
		}
	}
}

func (m *module) resolve(body *hclsyntax.Body) {
	for _, attribute := range body.Attributes {
		for _, traversal := range attribute.Expr.Variables() {
			m.look(traversal)
		}
	}
	for _, block := range body.Blocks {
		if block.Type == "dynamic" {
			m.iterators[block.Labels[0]] = true
		}
		// Types of variables are no references.
		if block.Type == "variable" {
			for _, inner := range block.Body.Blocks {
				m.resolve(inner.Body)
			}
			continue
		}
		m.resolve(block.Body)
	}
}

func (m *module) look(traversal hcl.Traversal) {
	root := traversal.RootName()
	if given[root] || m.iterators[root] {
		return
	}
	parts := 2
	if root == "data" {
		parts = 3
	}
	name := root
	for _, step := range traversal[1:min(parts, len(traversal))] {
		attribute, isAttribute := step.(hcl.TraverseAttr)
		if !isAttribute {
			break
		}
		name += "." + attribute.Name
	}
	if _, isThere := m.declared[name]; !isThere {
		m.tell("%s: %s is not declared", traversal.SourceRange(), name)
		return
	}
	m.declared[name] = true
}
