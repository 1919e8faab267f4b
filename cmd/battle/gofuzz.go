package main

import (
	"context"
	"crypto/sha1"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"battle.test/battle"
)

const gofuzzVersion = "v0.0.0-20220726122315-1d375ef9f9f6"

// gofuzz is dvyukov/go-fuzz. Its binary is built once for each function.
type gofuzz struct {
	built map[string]string // package and function -> archive
}

func (*gofuzz) name() string { return "gofuzz" }

func (*gofuzz) missing() string {
	for _, tool := range []string{"go-fuzz", "go-fuzz-build"} {
		if findTool(tool) == "" {
			return "go install github.com/dvyukov/go-fuzz/go-fuzz@" + gofuzzVersion +
				" github.com/dvyukov/go-fuzz/go-fuzz-build@" + gofuzzVersion + " (or: make tools)"
		}
	}
	return ""
}

// findTool looks for a tool on the path, where go install puts it, and in bin/.
func findTool(name string) string {
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	dirs := []string{"bin"}
	for _, variable := range []string{"GOBIN", "GOPATH"} {
		if output, err := exec.Command("go", "env", variable).Output(); err == nil {
			if dir := strings.TrimSpace(string(output)); dir != "" && variable == "GOPATH" {
				dirs = append(dirs, filepath.Join(dir, "bin"))
			} else if dir != "" {
				dirs = append(dirs, dir)
			}
		}
	}
	for _, dir := range dirs {
		path, err := filepath.Abs(filepath.Join(dir, name))
		if err == nil {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	return ""
}

// suits looks for the harness: a function FuzzXBytes behind the build tag gofuzz.
func (*gofuzz) suits(t target) string {
	want := t.Func + "Bytes"
	files, _ := filepath.Glob(filepath.Join(t.dir, "*.go"))
	for _, path := range files {
		if strings.HasSuffix(path, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			continue
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && fn.Name.Name == want {
				return ""
			}
		}
	}
	return "no func " + want + "(data []byte) int in a file with //go:build gofuzz"
}

// prepare builds the archive. Three traps are dealt with: go-fuzz-dep must be in the
// module, which a module file of our own sees to; go-fuzz-build can't take generic type
// aliases; and it must leave the standard library alone.
func (g *gofuzz) prepare(ctx context.Context, w *workshop, t target) error {
	key := t.Package + "." + t.Func
	if g.built[key] != "" {
		return nil
	}
	fmt.Fprintf(os.Stderr, "building %s for go-fuzz\n", key)
	tree, err := w.tree()
	if err != nil {
		return err
	}
	modfile, err := w.moduleWithGofuzz(ctx, tree)
	if err != nil {
		return err
	}
	std, err := goCommand(ctx, w.dir, nil, "list", "std")
	if err != nil {
		return err
	}
	archive := filepath.Join(w.temp, strings.ReplaceAll(key, "/", "-")+".zip")
	cmd := exec.CommandContext(ctx, findTool("go-fuzz-build"),
		"-tags", "gofuzz", "-func", t.Func+"Bytes", "-o", archive,
		"-preserve", strings.Join(strings.Fields(string(std)), ","), t.Package)
	cmd.Dir = tree
	cmd.Env = append(os.Environ(), "GODEBUG=gotypesalias=1", "GOFLAGS=-modfile="+modfile)
	if output, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go-fuzz-build %s: %w\n%s", key, err, tail(string(output)))
	}
	if g.built == nil {
		g.built = make(map[string]string)
	}
	g.built[key] = archive
	return g.seed(ctx, w, t, archive)
}

// moduleWithGofuzz writes a module file that is the user's and go-fuzz-dep.
func (w *workshop) moduleWithGofuzz(ctx context.Context, tree string) (string, error) {
	output, err := goCommand(ctx, tree, nil, "list", "-m", "-json")
	if err != nil {
		return "", err
	}
	var module struct{ Dir, GoMod string }
	if err := json.Unmarshal(output, &module); err != nil {
		return "", err
	}
	modfile := filepath.Join(w.temp, "gofuzz.mod")
	for from, to := range map[string]string{
		module.GoMod: modfile,
		strings.TrimSuffix(module.GoMod, "mod") + "sum": filepath.Join(w.temp, "gofuzz.sum"),
	} {
		content, err := os.ReadFile(from)
		if err != nil {
			return "", err
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			return "", err
		}
	}
	_, err = goCommand(ctx, module.Dir, nil, "get", "-modfile="+modfile, "github.com/dvyukov/go-fuzz/go-fuzz-dep@"+gofuzzVersion)
	return modfile, err
}

// seed writes the corpus as go-fuzz's raw files, beside the archive.
func (g *gofuzz) seed(ctx context.Context, w *workshop, t target, archive string) error {
	answer, err := w.ask1(ctx, t, battle.Request{Do: "corpus"})
	if err != nil {
		return err
	}
	dir := archive + ".corpus"
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for i, item := range answer.Corpus {
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprint(i)), item.Tape, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (g *gofuzz) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	archive := g.built[j.target.Package+"."+j.target.Func]
	work := filepath.Join(j.dir, "gofuzz")
	if _, err := os.Stat(work); err != nil {
		_ = os.CopyFS(filepath.Join(work, "corpus"), os.DirFS(archive+".corpus"))
	}
	limited, cancel := context.WithTimeout(ctx, j.left()) // it never ends by itself
	context.AfterFunc(ctx, cancel)
	cmd := exec.CommandContext(limited, findTool("go-fuzz"),
		"-bin", archive, "-workdir", work, "-procs", "1", "-func", j.target.Func+"Bytes")
	cmd.Dir = j.target.dir
	cmd.Env = append(os.Environ(), j.orders(j.left())...)
	return cmd
}

// gofuzzName is how go-fuzz names the files of its corpus.
func gofuzzName(tape []byte) string {
	sum := sha1.Sum(tape)
	return hex.EncodeToString(sum[:])
}
