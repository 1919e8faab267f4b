package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// The planted bugs of this module must fit it and compile, or nothing is judged by them any more. What
// each changes is checked as the compiler would, without compiling anything.
func TestAllPlantedBugsCompile(t *testing.T) {
	root, err := moduleUnderTest()
	require.NoError(t, err)
	bugs, err := readBugs(root, nil)
	require.NoError(t, err)
	require.GreaterOrEqual(t, len(bugs), 30)
	check := typeChecker(t, root)
	for _, b := range bugs {
		changed, _, err := b.apply(root)
		require.NoError(t, err)
		folders := map[string]bool{}
		for path := range changed {
			folders[filepath.Dir(path)] = true
		}
		for folder := range folders {
			if err := check(folder, changed); err != nil {
				t.Errorf("%s: %v", b.name, err)
			}
		}
	}
	wrong := map[string][]byte{"ringbuf/ring.go": []byte("package ringbuf\n\nvar x int = y\n")}
	require.Error(t, check("ringbuf", wrong))
}

// typeChecker makes a check of the package in a folder of the module, some of whose files are others.
func typeChecker(t *testing.T, root string) func(folder string, changed map[string][]byte) error {
	type listed struct {
		Dir, ImportPath, Export string
		GoFiles                 []string
	}
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=Dir,ImportPath,Export,GoFiles", "./...")
	list.Dir = root
	output, err := list.Output()
	require.NoError(t, err)
	exports, folders := map[string]string{}, map[string]listed{}
	for in := json.NewDecoder(bytes.NewReader(output)); ; {
		var p listed
		err := in.Decode(&p)
		if err == io.EOF {
			break
		}
		require.NoError(t, err)
		exports[p.ImportPath], folders[p.Dir] = p.Export, p
	}
	fset := token.NewFileSet()
	imports := importer.ForCompiler(fset, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return func(folder string, changed map[string][]byte) error {
		p, files := folders[filepath.Join(root, folder)], []*ast.File{}
		for _, name := range p.GoFiles {
			var source any
			if content, ok := changed[filepath.Join(folder, name)]; ok {
				source = content
			}
			file, err := parser.ParseFile(fset, filepath.Join(p.Dir, name), source, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			files = append(files, file)
		}
		if len(files) == 0 {
			return fmt.Errorf("%s: no package", folder)
		}
		_, err := (&types.Config{Importer: imports}).Check(p.ImportPath, fset, files, nil)
		return err
	}
}
