package battle

import (
	"fmt"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
)

// A Failure is what ended a run.
type Failure struct {
	Kind     Kind   `json:"kind"`
	Message  string `json:"message"`
	Expected string `json:"expected,omitempty"` // what the oracle said
	Actual   string `json:"actual,omitempty"`   // what the subject said
	Diff     string `json:"diff,omitempty"`
	Story    string `json:"story,omitempty"` // how the run came to it: see [T.Story]
	Place    string `json:"place"`           // package/file.go:line
	Func     string `json:"function"`
	Op       string `json:"op"`     // the kind of the update that failed
	Moment   int    `json:"moment"` // its index in the run, from 0
	Stack    string `json:"stack,omitempty"`
}

// Kind sorts failures.
type Kind string

const (
	Mismatch Kind = "mismatch" // subject and oracle differ, or an invariant does not hold
	Panic    Kind = "panic"    // the subject panicked
	Hang     Kind = "hang"     // an update did not end
	Memory   Kind = "memory"   // the run grew past Target.MemoryMax
	Death    Kind = "death"    // the process died: a fatal error of the runtime, os.Exit
	Harness  Kind = "harness"  // not a finding: the target, the oracle or battle itself is at fault
)

// same tells whether two failures are the same finding. The texts may differ: they
// hold numbers that minimising changes.
func (f *Failure) same(g *Failure) bool { return f != nil && g != nil && f.key() == g.key() }

// key is what failures of the same finding have in common: the kind and the place, or,
// where the place is a matter of chance, what else is known. Of a process that died,
// that is its last words, and of one that grew, nothing.
func (f *Failure) key() string {
	switch f.Kind {
	case Hang:
		return string(f.Kind) + " " + f.Op
	case Death:
		return string(f.Kind) + " " + f.Message
	case Memory:
		return string(f.Kind)
	}
	return string(f.Kind) + " " + f.Place
}

const stackMax = 64

// callers takes the stack without turning it into text: that is for failures that
// somebody will read.
func callers() []uintptr {
	var pcs [stackMax]uintptr
	return append([]uintptr(nil), pcs[:runtime.Callers(3, pcs[:])]...)
}

// locate finds the place of the failure: the innermost frame that belongs neither to
// the runtime nor to battle nor to an assertion library.
func (f *Failure) locate(pcs []uintptr) {
	for frame := range frames(pcs) {
		if machinery(frame.Function) {
			continue
		}
		f.Func = frame.Function
		f.Place = place(frame)
		return
	}
}

// locatePanic is locate for a stack taken while a panic unwinds: the frames above
// gopanic are those of the deferred call. A panic of the standard library is its
// caller's: strings.Repeat panics because somebody asked for -1 copies.
func (f *Failure) locatePanic(pcs []uintptr) (origin string) {
	panicked := false
	for frame := range frames(pcs) {
		if frame.Function == "runtime.gopanic" {
			panicked = true
			continue
		}
		if !panicked || packageOf(frame.Function) == "runtime" {
			continue
		}
		if !isStandard(frame) {
			f.Func, f.Place = frame.Function, place(frame)
			break
		}
		if f.Func == "" { // better than nothing
			f.Func, f.Place = frame.Function, place(frame)
		}
	}
	return f.Func
}

// standardRoot is the folder of the standard library's sources as this binary knows
// it, or "" in one built with -trimpath.
var standardRoot = func() string {
	cut := reflect.ValueOf(strings.Cut).Pointer()
	file, _ := runtime.FuncForPC(cut).FileLine(cut)
	return strings.TrimSuffix(file, "strings/strings.go")
}()

// isStandard tells whether a frame is the standard library's. Its import paths have no
// dot before the first slash, and those of most modules do; for the rest the folder
// decides.
func isStandard(frame runtime.Frame) bool {
	first, _, _ := strings.Cut(packageOf(frame.Function), "/")
	return !strings.Contains(first, ".") && first != "main" && strings.HasPrefix(frame.File, standardRoot)
}

func frames(pcs []uintptr) func(yield func(runtime.Frame) bool) {
	return func(yield func(runtime.Frame) bool) {
		for all := runtime.CallersFrames(pcs); ; {
			frame, more := all.Next()
			if frame.PC == 0 || !yield(frame) || !more {
				return
			}
		}
	}
}

// place names a frame's line by package and file, without the folders of the machine
// it was built on.
func place(frame runtime.Frame) string {
	return placeOf(frame.Function, fmt.Sprintf("%s:%d", filepath.Base(frame.File), frame.Line))
}

// placeOf is the same of a line in a stack. For engines that know no tests, the battle
// command compiles test files under another name: it is not theirs.
func placeOf(function, line string) string {
	line = strings.Replace(line, "_test_battle.go:", "_test.go:", 1)
	return strings.TrimSuffix(packageOf(function), "_test") + "/" + line
}

// packageOf cuts a function's full name down to its package path.
func packageOf(function string) string {
	slash := strings.LastIndexByte(function, '/') + 1
	if dot := strings.IndexByte(function[slash:], '.'); dot >= 0 {
		return function[:slash+dot]
	}
	return function
}

var ownPackage = reflect.TypeFor[T]().PkgPath()

func machinery(function string) bool {
	pkg := packageOf(function)
	return pkg == "runtime" || pkg == "reflect" || pkg == ownPackage ||
		strings.HasPrefix(pkg, "github.com/stretchr/testify/")
}

// stackText shows the frames between the failure and the engine, which is the same
// for every finding.
func stackText(pcs []uintptr) string {
	var b strings.Builder
	for frame := range frames(pcs) {
		if strings.HasPrefix(frame.Function, ownPackage+".(*runner).step") {
			break
		}
		if !machinery(frame.Function) {
			fmt.Fprintf(&b, "%s\n\t%s\n", frame.Function, place(frame))
		}
	}
	return b.String()
}

// harness knows the functions that a target's author wrote for battle: New, Check, Close,
// Clone and Apply. A panic that starts in one of them, not in what they call, is their fault:
// where a wrong answer of the subject led to it, the answer should be checked first.
type harness map[string]bool

func harnessOf[S any](target Target[S]) harness {
	h := make(harness)
	add := func(pc uintptr) {
		if fn := runtime.FuncForPC(pc); fn != nil {
			h[fn.Name()] = true
		}
	}
	add(reflect.ValueOf(target.New).Pointer())
	if target.Check != nil {
		add(reflect.ValueOf(target.Check).Pointer())
	}
	if target.Close != nil {
		add(reflect.ValueOf(target.Close).Pointer())
	}
	if target.Clone != nil {
		add(reflect.ValueOf(target.Clone).Pointer())
	}
	for _, op := range target.Ops {
		// Where Apply has a value receiver, the pointer's is a wrapper.
		for _, typ := range []reflect.Type{op.typ, reflect.PointerTo(op.typ)} {
			if m, ok := typ.MethodByName("Apply"); ok {
				add(m.Func.Pointer())
			}
		}
	}
	return h
}

// wrote tells whether the function is one of them, or a closure inside one.
func (h harness) wrote(function string) bool {
	for {
		if h[function] {
			return true
		}
		dot := strings.LastIndexByte(function, '.')
		if dot < 0 || dot < strings.LastIndexByte(function, '/') {
			return false
		}
		function = function[:dot]
	}
}
