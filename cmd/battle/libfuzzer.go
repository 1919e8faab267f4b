package main

import (
	"cmp"
	"context"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"battle.test/cmd/battle/process"
	"battle.test/explore/libfuzzer"
)

// libFuzzer is LLVM's fuzzer, with the package's test binary as an archive of C in it: see
// package libfuzzer.
type libFuzzer struct{}

func (libFuzzer) name() string         { return libfuzzer.Name }
func (libFuzzer) suits(target) string  { return "" }
func (libFuzzer) grace() time.Duration { return endsLate }

func (libFuzzer) missing(root string) string {
	if runtime.GOOS != "linux" || runtime.GOARCH != "amd64" && runtime.GOARCH != "arm64" {
		return "it needs Linux on amd64 or arm64"
	}
	clang, err := exec.LookPath("clang")
	if err != nil {
		return "it needs clang: apt-get install clang"
	}
	// Its runtime is in a package of its own, which may be left out.
	runtimes, err := exec.Command(clang, "-print-resource-dir").Output()
	if found, _ := filepath.Glob(filepath.Join(strings.TrimSpace(string(runtimes)), "lib", "*", "libclang_rt.fuzzer*.a")); err != nil || len(found) == 0 {
		version := strings.Split(filepath.Base(strings.TrimSpace(string(runtimes))), ".")[0]
		return "it needs clang's runtimes: apt-get install libclang-rt-" + version + "-dev"
	}
	return ""
}

func (libFuzzer) prepare(ctx context.Context, w *workshop, t target) error {
	binary, err := w.buildLibFuzzer(ctx, t)
	if err != nil {
		return err
	}
	return w.writeSeeds(ctx, t, seedsOf(binary, t))
}

func (libFuzzer) builds(t target) []string { return []string{fuzzerOf(t)} }

// fuzzerOf is the key of a target's binary in built, and libraryOf that of its package's
// archive.
func fuzzerOf(t target) string  { return "libfuzzer " + t.Package + " " + t.Func }
func libraryOf(t target) string { return "libfuzzer " + t.Package }

// buildLibFuzzer links a target's binary. All of a package have the same archive in them.
func (w *workshop) buildLibFuzzer(ctx context.Context, t target) (string, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if binary, done := w.built[fuzzerOf(t)]; done {
		return binary, nil
	}
	defer w.steps.begin("building " + t.Func + " of " + t.Package + " for libFuzzer")()
	archive, err := w.buildLibrary(ctx, t)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(w.temp, fmt.Sprintf("%d.libfuzzer", len(w.built)))
	if err := w.link(ctx, t, archive, binary); err != nil {
		return "", err
	}
	w.built[fuzzerOf(t)] = binary
	return binary, nil
}

// buildLibrary makes an archive for C of a package's test binary. The packages under test are
// instrumented as for the explorer; those of Go's module cache, which can't be, Go's compiler
// instruments.
func (w *workshop) buildLibrary(ctx context.Context, t target) (archive string, err error) {
	if archive, done := w.built[libraryOf(t)]; done {
		return archive, nil
	}
	listed, err := w.listSubjects(ctx, t.Package)
	if err != nil {
		return "", err
	}
	overlay, err := w.registering(ctx, t, listed, listed.subjects)
	if err != nil {
		return "", err
	}
	archive = filepath.Join(w.temp, fmt.Sprintf("%d.a", len(w.built)))
	args := []string{"test", "-c", "-buildmode=c-archive", "-tags=libfuzzer", "-overlay=" + overlay, "-o", archive,
		"-ldflags=-w -checklinkname=0"} // the engine calls the main function that go test writes
	if len(listed.cached) > 0 {
		args = append(args, "-gcflags="+t.Package+"=-l") // what of the subject is inlined here would not be counted
	}
	for _, pkg := range w.countedByCompiler(t, listed) {
		args = append(args, "-gcflags="+pkg+"=-d=libfuzzer")
	}
	if _, err := process.Go(ctx, w.dir, []string{"CGO_ENABLED=1", "CC=" + cmp.Or(os.Getenv("CC"), "clang")}, append(args, t.Package)...); err != nil {
		return "", err
	}
	w.built[libraryOf(t)] = archive
	return archive, nil
}

// registering is an overlay with a file in it that registers the engine, and with what all
// binaries of the package have in them. The counted packages have counters for it.
func (w *workshop) registering(ctx context.Context, t target, listed *subjects, counted []string) (overlay string, err error) {
	files, blocks, err := w.instrumented(ctx, t.Package, counted)
	if err != nil {
		return "", err
	}
	added, err := addedFile(t, "battle_registers_libfuzzer_test.go")
	if err != nil {
		return "", err
	}
	files[added] = fmt.Appendf(nil, `package %s

import (
	"battle.test/battle"
	"battle.test/explore/libfuzzer"
	"battle.test/explore/probe"
)

func init() {
	battle.Register(libfuzzer.Name, libfuzzer.Engine)
	libfuzzer.Begin()
	%s}
`, listed.name, blocks.Load())
	return writeOverlay(w.temp, files)
}

// countedByCompiler are the packages that Go's compiler instruments: what is under test and
// lies in the module cache, where there can be no overlay. It is their harness, too, where
// that has them in it: libFuzzer hunts nowhere without counters.
func (w *workshop) countedByCompiler(t target, listed *subjects) []string {
	all := slices.Clone(listed.cached)
	if len(listed.subjects)+len(all) == 0 || slices.ContainsFunc(all, func(pkg string) bool { return isGeneric(w.dirs[pkg]) }) {
		all = append(all, t.Package)
	}
	return all
}

// isGeneric tells whether most code of the package in a folder has type parameters. Such code
// is compiled with the packages that use it. A single function of that kind does not count:
// its harness would be counted for it, which costs two of three executions.
func isGeneric(dir string) bool {
	files, _ := filepath.Glob(filepath.Join(dir, "*.go"))
	var generic, other int // bytes of functions
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil || strings.HasSuffix(path, "_test.go") {
			continue
		}
		for _, decl := range file.Decls {
			f, ok := decl.(*ast.FuncDecl)
			switch {
			case !ok:
			case hasTypeParameters(f):
				generic += int(f.End() - f.Pos())
			default:
				other += int(f.End() - f.Pos())
			}
		}
	}
	return generic > other
}

// hasTypeParameters tells whether a function has type parameters, or is a method of a type
// that has.
func hasTypeParameters(f *ast.FuncDecl) bool {
	if f.Recv == nil {
		return f.Type.TypeParams != nil
	}
	receiver := f.Recv.List[0].Type
	if star, ok := receiver.(*ast.StarExpr); ok {
		receiver = star.X
	}
	switch receiver.(type) {
	case *ast.IndexExpr, *ast.IndexListExpr:
		return true
	}
	return false
}

// link makes a program of libFuzzer, an archive, and what the engine is to know of the target.
// OSS-Fuzz says by $LIB_FUZZING_ENGINE, and two more, what it is to be linked with.
func (w *workshop) link(ctx context.Context, t target, archive, binary string) error {
	orders := slices.DeleteFunc(w.orders(t), func(order string) bool { return order == w.tempDir() })
	about := binary + ".cc"
	if err := os.WriteFile(about, fmt.Appendf(nil, "const char *battle_function = %q;\nconst char *battle_orders = %q;\n",
		t.Func, strings.Join(orders, "\n")), 0o644); err != nil {
		return err
	}
	linker := []string{"clang", "-fsanitize=fuzzer"}
	if engine := os.Getenv("LIB_FUZZING_ENGINE"); engine != "" {
		linker = strings.Fields(cmp.Or(os.Getenv("CXX"), "clang++") + " " + os.Getenv("CXXFLAGS") + " " + engine)
	}
	cmd := process.Command(ctx, linker[0], append(linker[1:], "-o", binary, about, archive)...)
	process.HearOut(cmd)
	var said transcript
	cmd.Stdout, cmd.Stderr = &said, &said
	if err := process.Run(cmd); err != nil {
		return fmt.Errorf("%s: %w\n%s", linker[0], err, process.Tail(said.text.String()))
	}
	return nil
}

func (l libFuzzer) command(ctx context.Context, w *workshop, j *job) *exec.Cmd {
	w.mu.Lock()
	binary := w.built[fuzzerOf(j.target)]
	w.mu.Unlock()
	corpus := l.corpus(j)
	crashes := filepath.Join(j.dir, "libfuzzer", "crashes")
	for _, dir := range []string{corpus, crashes} {
		_ = os.MkdirAll(dir, 0o755) // what is wrong here, libFuzzer says
	}
	return process.Command(ctx, binary,
		"-seed="+strconv.FormatUint(1+j.seed%math.MaxInt32, 10),      // 0 is a random one
		"-max_total_time="+fmt.Sprint(math.Ceil(j.left().Seconds())), // 0 is for ever
		"-len_control=100",  // its default, which a mutator of one's own switches off
		"-error_exitcode=1", // the default is battle.ExitRestart
		"-rss_limit_mb=0",   // a target's memory is bounded by its MemoryMax
		// Battle's own watchdog ends a hanging update before, and names it, be the machine so
		// busy that it takes ten times as long.
		"-timeout="+fmt.Sprint(math.Ceil(12*time.Duration(j.target.description.HangAfter).Seconds())),
		"-artifact_prefix="+crashes+string(filepath.Separator), "-print_final_stats=1",
		corpus, seedsOf(binary, j.target))
}
