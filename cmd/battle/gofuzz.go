package main

import (
	"bytes"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/process"
)

const (
	gofuzzEngine  = "gofuzz"
	gofuzzVersion = "v0.0.0-20220726122315-1d375ef9f9f6"
)

// gofuzz is dvyukov/go-fuzz.
type gofuzz struct{}

func (gofuzz) name() string         { return gofuzzEngine }
func (gofuzz) grace() time.Duration { return 0 } // it never ends by itself

func (gofuzz) missing(root string) string {
	for _, tool := range []string{"go-fuzz", "go-fuzz-build"} {
		if findTool(root, tool) == "" {
			if hasMakeTools(root) {
				return "make tools"
			}
			return "go install github.com/dvyukov/go-fuzz/go-fuzz@" + gofuzzVersion +
				" github.com/dvyukov/go-fuzz/go-fuzz-build@" + gofuzzVersion
		}
	}
	return ""
}

// hasMakeTools tells whether a module builds go-fuzz itself, as this one does.
func hasMakeTools(root string) bool {
	makefile, err := os.ReadFile(filepath.Join(root, "Makefile"))
	if err != nil {
		return false
	}
	tools, err := os.ReadFile(filepath.Join(root, "tools", "go.mod"))
	return err == nil && bytes.Contains(makefile, []byte("\ntools:")) && bytes.Contains(tools, []byte("dvyukov/go-fuzz"))
}

// findTool looks for a tool in the bin/ of the module and of those around it, on the path,
// and where go install puts it.
func findTool(root, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	var dirs []string
	for dir, inner := root, ""; dir != inner; dir, inner = filepath.Dir(dir), dir {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			dirs = append(dirs, filepath.Join(dir, "bin"))
		}
	}
	if output, err := exec.Command("go", "env", "GOBIN", "GOPATH").Output(); err == nil {
		bin, rest, _ := strings.Cut(string(output), "\n")
		dirs = append(dirs, strings.TrimSpace(bin))
		for _, dir := range filepath.SplitList(strings.TrimSpace(rest)) {
			dirs = append(dirs, filepath.Join(dir, "bin"))
		}
	}
	for _, dir := range dirs {
		path := filepath.Join(dir, name)
		if info, err := os.Stat(path); dir != "" && err == nil && info.Mode().IsRegular() {
			return path
		}
	}
	path, _ := exec.LookPath(name)
	return path
}

// suits knows where the harness can't be: a package of external tests is a folder beside
// the package that they test.
func (gofuzz) suits(t target) string {
	if _, err := os.Stat(filepath.Join(t.dir, "go.mod")); t.external && err == nil {
		return "it is in package " + path.Base(packageOf(t)) + " in the root of its module, where go-fuzz can't be given that one"
	}
	return ""
}

// archiveOf is the key of a package's archive in built. It holds all harnesses of the
// package; go-fuzz is told which one to call.
func archiveOf(t target) string { return "gofuzz " + packageOf(t) }

// prepare builds the archive of the target's package, and writes the target's corpus
// where go-fuzz will copy it from.
func (gofuzz) prepare(ctx context.Context, w *workshop, t target) error {
	w.mu.Lock()
	archive, done := w.built[archiveOf(t)]
	w.mu.Unlock()
	if !done {
		var err error
		if archive, err = w.buildGofuzz(ctx, t); err != nil {
			return err
		}
	}
	return w.writeSeeds(ctx, t, seedsOf(archive, t))
}

func (gofuzz) builds(t target) []string { return []string{archiveOf(t)} }

// buildGofuzz deals with five traps: go-fuzz-dep must be in the module, which a copy of
// it sees to; go-fuzz-build takes neither generic type aliases nor embedded folders, and
// loses the place of directives; its last step builds in GOPATH mode, which refuses the flags of module mode; and it must
// leave the standard library alone.
func (w *workshop) buildGofuzz(ctx context.Context, t target) (archive string, err error) {
	tree, err := w.tree(ctx)
	if err != nil {
		return "", err
	}
	std, err := process.Go(ctx, w.dir, nil, "list", "std")
	if err != nil {
		return "", err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if archive, done := w.built[archiveOf(t)]; done {
		return archive, nil // by another task of the package, meanwhile
	}
	defer w.steps.begin("building " + t.Package + " for go-fuzz (half a minute)")()
	if err := w.addStepsTo(ctx, tree, t); err != nil {
		return "", err
	}
	folder, err := filepath.Rel(realPath(w.root), realPath(t.dir))
	if err == nil {
		err = writeHarnesses(filepath.Join(tree, folder), t)
	}
	if err != nil {
		return "", fmt.Errorf("the harness of %s for go-fuzz: %w", t.Package, err)
	}
	archive = filepath.Join(w.temp, fmt.Sprintf("%d.gofuzz.zip", len(w.built)))
	cmd := process.Command(ctx, findTool(w.root, "go-fuzz-build"),
		"-tags", "gofuzz", "-func", harnessOf(t), "-o", archive,
		"-preserve", strings.Join(strings.Fields(string(std)), ","), packageOf(t))
	process.HearOut(cmd)
	cmd.Dir = tree
	flags := slices.DeleteFunc(strings.Fields(os.Getenv("GOFLAGS")), func(flag string) bool { return strings.HasPrefix(flag, "-mod") })
	cmd.Env = append(process.Environment(cmd), "GODEBUG=gotypesalias=1", "GOWORK=off", "GOFLAGS="+strings.Join(flags, " "), w.tempDir())
	var output strings.Builder
	cmd.Stdout, cmd.Stderr = &output, &output
	if err := process.Run(cmd); err != nil {
		return "", fmt.Errorf("go-fuzz-build %s: %w\n%s", t.Package, err, process.Tail(output.String()))
	}
	w.built[archiveOf(t)] = archive
	return archive, nil
}

// tree is a copy of the module with the planted bug, if any, and with go-fuzz-dep.
func (w *workshop) tree(ctx context.Context) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.copied != "" {
		return w.copied, nil
	}
	to := filepath.Join(w.temp, "copy")
	var changed map[string][]byte
	if w.planted != nil {
		changed = w.planted.changed
	}
	if err := copyModule(ctx, w.root, to, changed); err != nil {
		return "", err
	}
	dropped, err := dropEmbeds(to)
	if err != nil {
		return "", err
	}
	if err := spaceAllDirectives(to); err != nil {
		return "", err
	}
	if len(dropped) > 0 {
		fmt.Fprintf(os.Stderr, "gofuzz can't embed folders: what %s embeds is empty under it\n", strings.Join(dropped, ", "))
	}
	env := []string{"GOWORK=off", "GOFLAGS=-mod=mod"}
	if _, err := process.Go(ctx, to, env, "get", "github.com/dvyukov/go-fuzz/go-fuzz-dep@"+gofuzzVersion); err != nil {
		return "", err
	}
	w.copied = to
	return to, nil
}

// addStepsTo puts the steps of a package's subjects into the copy of the module.
func (w *workshop) addStepsTo(ctx context.Context, tree string, t target) error {
	files, err := w.edited(ctx, t.Package)
	if err != nil {
		return err
	}
	for path, content := range files {
		relative, err := filepath.Rel(realPath(w.root), realPath(path))
		if err != nil || !filepath.IsLocal(relative) {
			continue // a replaced module's, which is not copied
		}
		if err := os.WriteFile(filepath.Join(tree, relative), spaceDirectives(content), 0o644); err != nil {
			return err
		}
	}
	return nil
}

// seedsOf is the folder of a target's corpus as tapes, beside what was built for it.
func seedsOf(built string, t target) string { return built + "." + t.Func }

// writeSeeds writes the corpus as tapes, a file each, named as go-fuzz does it.
func (w *workshop) writeSeeds(ctx context.Context, t target, dir string) error {
	answer, err := w.ask(ctx, t, battle.Request{Do: "corpus"})
	if err != nil && len(answer.Corpus) == 0 { // else the hunt has named what is left out
		return err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	for _, item := range answer.Corpus {
		if err := os.WriteFile(filepath.Join(dir, gofuzzName(item.Tape)), item.Tape, 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (g gofuzz) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	archive, work := g.begin(w, j)
	args := []string{"-bin", archive, "-workdir", work, "-procs", strconv.Itoa(max(1, j.procs)), "-func", harnessOf(j.target)}
	switch {
	case j.fleet.Coordinator != "":
		args = append(args, "-coordinator", j.fleet.Coordinator)
	case j.fleet.Worker != "":
		args = append(args, "-worker", j.fleet.Worker)
	}
	return process.Command(ctx, findTool(w.root, "go-fuzz"), args...)
}

// begin makes go-fuzz's work folder, with the seeds in it, unless it is there.
func (gofuzz) begin(w *workshop, j *job) (archive, work string) {
	w.mu.Lock()
	archive = w.built[archiveOf(j.target)]
	w.mu.Unlock()
	work = gofuzzWork(j)
	if _, err := os.Stat(work); err != nil {
		// Without seeds go-fuzz starts from an empty tape, and finds its way.
		_ = os.CopyFS(filepath.Join(work, "corpus"), os.DirFS(seedsOf(archive, j.target)))
	}
	return archive, work
}

// gofuzzWork is go-fuzz's work folder in a job.
func gofuzzWork(j *job) string { return filepath.Join(j.dir, "gofuzz") }

// A gofuzzFleet is go-fuzz on several machines: one coordinates, and holds the corpus, and
// the others hunt.
type gofuzzFleet struct {
	Coordinator string `help:"Let go-fuzz coordinate at this address, host:port, what hunts with -worker elsewhere, instead of hunting. It is for one target, and whoever reaches the address can take part."`
	Worker      string `help:"Let go-fuzz hunt for the coordinator at this address. Corpora are exchanged; each machine has its own findings, and the coordinator those that ended a process."`
}

var errNotAFleet = errors.New("-coordinator and -worker: want go-fuzz alone, in one target: -engine gofuzz -target NAME")

// check says what is wrong with the flags before anything is built. Names are those of
// -target: without one there may still be one target, which checkTargets sees.
func (f gofuzzFleet) check(engines []engine, names []string) error {
	switch {
	case f == gofuzzFleet{}:
		return nil
	case f.Coordinator != "" && f.Worker != "":
		return errors.New("-coordinator and -worker: a process is one or the other; start another one beside it")
	case len(engines) != 1 || engines[0].name() != gofuzzEngine || len(names) > 1:
		return errNotAFleet
	}
	address, flag := f.Coordinator, "-coordinator"
	if address == "" {
		address, flag = f.Worker, "-worker"
	}
	if _, _, err := net.SplitHostPort(address); err != nil {
		return fmt.Errorf("%s %s: %w: want host:port", flag, address, err)
	}
	return nil
}

// checkTargets says what is wrong with the flags for the targets that there are.
func (f gofuzzFleet) checkTargets(targets []target) error {
	if f != (gofuzzFleet{}) && len(targets) != 1 {
		return errNotAFleet
	}
	return nil
}

// gofuzzName is how go-fuzz names the files of its corpus.
func gofuzzName(tape []byte) string {
	sum := sha1.Sum(tape)
	return hex.EncodeToString(sum[:])
}
