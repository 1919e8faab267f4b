package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"battle.test/cmd/battle/process"
)

var errNoModule = errors.New("battle works on a module")

// moduleRoot is the folder of the go.mod that governs a folder. The corpus and the
// planted bugs of a module are in its root, wherever in it the command runs.
func moduleRoot(ctx context.Context, dir string) (root string, err error) {
	file, err := goEnv(ctx, dir, "GOMOD")
	if err != nil {
		return "", err
	}
	if file == "" || file == os.DevNull {
		return "", fmt.Errorf("no go.mod in %s or above it: %w", dir, errNoModule)
	}
	return filepath.Dir(file), nil
}

func goEnv(ctx context.Context, dir, name string) (string, error) {
	output, err := process.Go(ctx, dir, nil, "env", name)
	return strings.TrimSpace(string(output)), err
}

// copyModule copies a module for tools that know no overlay. Files in changed replace
// the module's own; keys are slash-separated paths.
func copyModule(ctx context.Context, root, to string, changed map[string][]byte) error {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() {
			if slices.Contains([]string{".git", "bin", "findings"}, relative) {
				return filepath.SkipDir
			}
			return os.MkdirAll(filepath.Join(to, relative), 0o755)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		content, ok := changed[filepath.ToSlash(relative)]
		if !ok {
			if content, err = os.ReadFile(path); err != nil {
				return err
			}
		}
		return os.WriteFile(filepath.Join(to, relative), content, 0o644)
	})
	if err != nil {
		return err
	}
	return rootReplacements(ctx, root, to, to)
}

// rootReplacements makes the replacements of a copied go.mod by relative folders mean
// what they meant, but for those by folders that were copied with it, into a folder.
func rootReplacements(ctx context.Context, root, copied, whole string) error {
	all, err := replacements(ctx, copied)
	if err != nil {
		return err
	}
	args := []string{"mod", "edit"}
	for _, r := range all {
		if !filepath.IsAbs(r.folder) && !within(filepath.Join(copied, r.folder), whole) {
			args = append(args, "-replace="+r.old+"="+filepath.Join(root, r.folder))
		}
	}
	if len(args) > 2 {
		_, err = process.Go(ctx, copied, []string{"GOWORK=off"}, args...)
	}
	return err
}

// A replacement is a folder that a go.mod has in the place of a module.
type replacement struct {
	module string // its path
	old    string // the same, with the version if one is named
	folder string // as it is written there
}

func replacements(ctx context.Context, dir string) (all []replacement, err error) {
	output, err := process.Go(ctx, dir, []string{"GOWORK=off"}, "mod", "edit", "-json")
	if err != nil {
		return nil, err
	}
	var file struct {
		Replace []struct {
			Old, New struct{ Path, Version string }
		}
	}
	if err := json.Unmarshal(output, &file); err != nil {
		return nil, fmt.Errorf("go mod edit: %w", err)
	}
	for _, r := range file.Replace {
		if r.New.Version != "" {
			continue
		}
		one := replacement{r.Old.Path, r.Old.Path, filepath.FromSlash(r.New.Path)}
		if r.Old.Version != "" {
			one.old += "@" + r.Old.Version
		}
		all = append(all, one)
	}
	return all, nil
}

var embedLine = regexp.MustCompile(`(?m)^//go:embed[ \t]+(.*)$`)

// dropEmbeds takes the embed lines that name folders, or several things, out of a
// copied module: go-fuzz-build copies what is embedded as one file and dies. It returns
// the files that have lost theirs; what they embed is empty then.
func dropEmbeds(copied string) (dropped []string, err error) {
	err = filepath.WalkDir(copied, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		plain := embedLine.ReplaceAllFunc(content, func(line []byte) []byte {
			pattern := strings.TrimSpace(string(embedLine.FindSubmatch(line)[1]))
			info, err := os.Stat(filepath.Join(filepath.Dir(path), filepath.FromSlash(pattern)))
			if err == nil && info.Mode().IsRegular() {
				return line
			}
			return nil
		})
		if len(plain) == len(content) {
			return nil
		}
		relative, err := filepath.Rel(copied, path)
		if err != nil {
			return err
		}
		dropped = append(dropped, filepath.ToSlash(relative))
		return os.WriteFile(path, plain, 0o644)
	})
	return dropped, err
}

// farOff is what makes a directive stay where it is.
const farOff = "// What go-fuzz-build adds to the function before this ends up to a dozen bytes behind it.\n"

// spaceDirectives puts a comment before each directive of a function, such as //go:noinline. For
// go-fuzz-build takes other comments out, and code that it adds to one function may come to lie, by
// its positions, behind a directive of the next: that is then printed amid the first, where the
// compiler refuses it. Lines of what follows move; what go-fuzz finds is run again in the sources
// themselves.
func spaceDirectives(content []byte) []byte {
	if !bytes.Contains(content, []byte("\n//go:")) {
		return content
	}
	files := token.NewFileSet()
	syntax, err := parser.ParseFile(files, "", content, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return content // of some other system, or broken: that is said when it is built
	}
	var spaced []byte
	done := 0
	for _, d := range syntax.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Doc == nil {
			continue
		}
		for _, c := range f.Doc.List {
			if strings.HasPrefix(c.Text, "//go:") {
				at := files.Position(c.Pos()).Offset
				spaced = append(append(spaced, content[done:at]...), farOff...)
				done = at
			}
		}
	}
	return append(spaced, content[done:]...)
}

// spaceAllDirectives does so in a copied module.
func spaceAllDirectives(copied string) error {
	return filepath.WalkDir(copied, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if spaced := spaceDirectives(content); len(spaced) != len(content) {
			return os.WriteFile(path, spaced, 0o644)
		}
		return nil
	})
}
