package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"battle.test/cmd/battle/cache"
)

// The scripts use the command as a person does, in a module of its own that stands
// beside the library: testdata/module, with what a script brings on top.

func TestMain(m *testing.M) {
	testscript.Main(tests{m}, map[string]func(){"battle": main})
}

// tests are all tests, with a cache of their own.
type tests struct{ *testing.M }

func (t tests) Run() int {
	dir, err := os.MkdirTemp("", "cache-")
	if err == nil {
		err = os.Setenv(cache.Env, dir)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	return t.M.Run()
}

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   filepath.Join("testdata", "script"),
		Setup: setUpScript,
		Cmds:  map[string]func(*testscript.TestScript, bool, []string){"status": status},
	})
}

// moduleUnderTest is the root of this module.
func moduleUnderTest() (string, error) { return filepath.Abs(filepath.Join("..", "..")) }

func setUpScript(env *testscript.Env) error {
	root, err := moduleUnderTest()
	if err != nil {
		return err
	}
	env.Setenv("MODULE_ROOT", root)
	for _, name := range []string{"GOCACHE", "GOMODCACHE"} {
		value, err := exec.Command("go", "env", name).Output()
		if err != nil {
			return err
		}
		env.Setenv(name, string(bytes.TrimSpace(value)))
	}
	// For a script that wants no engine that the machine happens to have: the command, and Go.
	first, _, _ := strings.Cut(env.Getenv("PATH"), string(os.PathListSeparator))
	goTool, err := exec.LookPath("go")
	if err != nil {
		return err
	}
	env.Setenv("PATH_OF_GO", first+string(os.PathListSeparator)+filepath.Dir(goTool))
	// Nothing is downloaded, and no tool of the machine's owner is found.
	env.Setenv("GOPROXY", "off")
	env.Setenv("GOFLAGS", "-mod=mod")
	env.Setenv("GOTOOLCHAIN", "local")
	env.Setenv("GOPATH", filepath.Join(env.WorkDir, ".gopath"))
	env.Setenv(cache.Env, os.Getenv(cache.Env))
	return writeModule(env.WorkDir, root)
}

// writeModule writes the counter's module, except the files that a script brings.
func writeModule(dir, root string) error {
	requirements, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		return err
	}
	_, requirements, _ = bytes.Cut(requirements, []byte("\n")) // without the module line
	module := "module example.test/counter\n" + string(requirements) + "\nrequire battle.test v0.0.0\n\nreplace battle.test => " + root + "\n"
	sums, err := os.ReadFile(filepath.Join(root, "go.sum"))
	if err != nil {
		return err
	}
	files := map[string][]byte{"go.mod": []byte(module), "go.sum": sums}
	sources, err := filepath.Glob(filepath.Join("testdata", "module", "*.go"))
	if err != nil {
		return err
	}
	for _, path := range sources {
		if files[filepath.Base(path)], err = os.ReadFile(path); err != nil {
			return err
		}
	}
	for name, content := range files {
		path := filepath.Join(dir, name)
		if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err := os.WriteFile(path, content, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// status runs a command and checks its exit status: status 2 battle hunt -budget -1s.
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status N command...")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	err = ts.Exec(args[1], args[2:]...)
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else if err != nil {
		ts.Fatalf("%s: %v", args[1], err)
	}
	if got != want {
		ts.Fatalf("%s ended with status %d, want %d", args[1], got, want)
	}
}
