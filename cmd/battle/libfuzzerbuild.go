package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
	"battle.test/explore/forkserver"
)

// build writes the program, and beside it what ClusterFuzz looks for by its name.
func (libFuzzer) build(ctx context.Context, w *workshop, t target, out string) (names []string, use string, err error) {
	w.mu.Lock()
	binary := w.built[fuzzerOf(t)]
	w.mu.Unlock()
	if err := install(binary, filepath.Join(out, t.Name)); err != nil {
		return nil, "", err
	}
	seeds, err := seedCorpus(binary, t, out)
	if err != nil {
		return nil, "", err
	}
	dictionary, err := w.libFuzzerDictionary(ctx, t)
	if err != nil {
		return nil, "", err
	}
	options := "[libfuzzer]\nlen_control = 100\ndict = " + t.Name + ".dict\n"
	for suffix, content := range map[string][]byte{".dict": dictionary, ".options": []byte(options)} {
		if err := os.WriteFile(filepath.Join(out, t.Name+suffix), content, 0o644); err != nil {
			return nil, "", err
		}
	}
	return []string{t.Name, seeds, t.Name + ".dict", t.Name + ".options"},
		fmt.Sprintf("mkdir corpus; unzip -d seeds %s; ./%s -len_control=100 -dict=%s.dict corpus seeds", seeds, t.Name, t.Name), nil
}

// libFuzzerDictionary is the constants of the sources under test, alone and in updates, as
// libFuzzer reads them.
func (w *workshop) libFuzzerDictionary(ctx context.Context, t target) ([]byte, error) {
	binary, err := w.buildExplore(ctx, t, true)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(w.temp, "words-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	cmd := testCommand(ctx, binary, "-test.run=^"+t.Func+"$", "-test.count=1")
	cmd.Dir = t.dir
	cmd.Env = append(append(process.Environment(cmd), w.orders(t)...),
		battle.EnvEngine+"="+forkserver.WordsName, battle.EnvDir+"="+dir, battle.EnvBudget+"=1h")
	var said transcript
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := process.Run(cmd); err != nil {
		return nil, &noAnswer{t, said.text.String(), err}
	}
	var reported struct {
		Progress [][]byte `json:"progress"`
	}
	files, _ := filepath.Glob(filepath.Join(dir, "stats", "*.json"))
	if len(files) != 1 {
		return nil, fmt.Errorf("%s reported %s of its words, want one", t.Func, count(len(files), "file"))
	}
	document, err := os.ReadFile(files[0])
	if err != nil {
		return nil, err
	}
	if err := json.Unmarshal(document, &reported); err != nil {
		return nil, fmt.Errorf("the words of %s: %w", t.Name, err)
	}
	return formatDictionary(reported.Progress), nil
}

// formatDictionary is a line for each word, with all bytes escaped that are not plain.
func formatDictionary(words [][]byte) []byte {
	var b bytes.Buffer
	for _, word := range words {
		b.WriteByte('"')
		for _, c := range word {
			if c < ' ' || c > '~' || c == '"' || c == '\\' {
				fmt.Fprintf(&b, `\x%02X`, c)
			} else {
				b.WriteByte(c)
			}
		}
		b.WriteString("\"\n")
	}
	return b.Bytes()
}

// ossFuzzCoverage builds what OSS-Fuzz and ClusterFuzzLite measure the coverage of Go with:
// test binaries with Go's own counters, which run the tapes in $FUZZ_CORPUS_DIR, and what their
// script must know of them.
type ossFuzzCoverage struct {
	libFuzzer
	functions map[string]string // of the targets so far
}

func (ossFuzzCoverage) prepare(context.Context, *workshop, target) error { return nil }

// functionNames is the file that names the function of each target.
const functionNames = "fuzzer_function_names.json"

func (c ossFuzzCoverage) build(ctx context.Context, w *workshop, t target, out string) (names []string, use string, err error) {
	binary, packages, err := w.buildCovered(ctx, t)
	if err != nil {
		return nil, "", err
	}
	if err := install(binary, filepath.Join(out, t.Name)); err != nil {
		return nil, "", err
	}
	// For sed: a profile names packages, and the script wants folders.
	var paths []byte
	for _, pkg := range packages {
		paths = fmt.Appendf(paths, "s=^%s/=%s/=\n", pkg, w.dirs[pkg])
	}
	if err := os.WriteFile(filepath.Join(out, t.Name+".gocovpath"), paths, 0o644); err != nil {
		return nil, "", err
	}
	c.functions[t.Name] = t.Func
	document, err := json.MarshalIndent(c.functions, "", "  ")
	if err != nil {
		return nil, "", err
	}
	return []string{t.Name, t.Name + ".gocovpath", functionNames},
		fmt.Sprintf("FUZZ_CORPUS_DIR=corpus ./%s -test.run='^%s$' -test.coverprofile=%s.cover", t.Name, t.Func, t.Name),
		os.WriteFile(filepath.Join(out, functionNames), document, 0o644)
}

// buildCovered makes a package's test binary with Go's own counters in the packages under
// test, but for those in Go's module cache: the sources of others are with the project.
func (w *workshop) buildCovered(ctx context.Context, t target) (binary string, packages []string, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	listed, err := w.listSubjects(ctx, t.Package)
	if err != nil {
		return "", nil, err
	}
	if packages = listed.subjects; len(packages) == 0 {
		packages = []string{t.Package}
	}
	key := "coverage of " + t.Package
	if binary, done := w.built[key]; done {
		return binary, packages, nil
	}
	defer during("building the tests of " + t.Package + " with counters")()
	overlay, err := w.registering(ctx, t, listed, nil)
	if err != nil {
		return "", nil, err
	}
	binary, err = w.compile(ctx, t.Package, key, "-overlay="+overlay, "-covermode=atomic", "-coverpkg="+strings.Join(packages, ","))
	return binary, packages, err
}
