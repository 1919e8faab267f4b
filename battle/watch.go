package battle

import (
	"runtime"
	"strings"
	"time"
)

// watch calls f, which runs something on r, on a goroutine of its own, and returns
// nil when it returns. If an update hangs, watch returns the failure and the tape
// that led to it; r and the goroutine are lost then.
func (r *runner) watch(f func()) (*Failure, []byte) {
	done := make(chan struct{})
	go func() {
		defer close(done) // even if f calls runtime.Goexit
		r.goroutine = goroutine()
		f()
	}()
	v := vigil{every: max(r.t.plan.hangAfter/watchTicks, time.Millisecond)}
	ticker := time.NewTicker(v.every)
	defer ticker.Stop()
	for last := uint64(0); ; {
		select {
		case <-done:
			return nil, nil
		case <-ticker.C:
		}
		beat := r.beat.Load()
		if beat == 0 || beat != last {
			last = beat
			v.begin(cpuTime())
		} else if v.look(cpuTime(), atRest()) {
			return r.hung(int(beat&(1<<momentBits-1)) - 1)
		}
	}
}

// hung describes the hang of the update at moment. It touches only what the run
// wrote before its last beat.
func (r *runner) hung(moment int) (*Failure, []byte) {
	prog := r.t.plan.decode(r.past.tape(r.now))
	f := &Failure{
		Kind:    Hang,
		Message: "the update did not end within " + r.t.plan.hangAfter.String(),
	}
	switch {
	case moment < 0:
		prog = nil
		f.Kind, f.Message = Harness, "New did not return within "+r.t.plan.hangAfter.String()
	case moment < len(prog):
		prog = prog[:moment+1]
		f.Moment, f.Op = moment, prog[moment].kind.name
	}
	f.Stack, f.Func, f.Place = hangingStack(r.goroutine)
	tape, err := r.t.plan.encode(prog)
	if err != nil {
		panic("battle: a decoded tape does not encode: " + err.Error())
	}
	return f, tape
}

// goroutine names the calling goroutine as the head of its stack does.
func goroutine() string {
	var head [64]byte
	name, _, _ := strings.Cut(string(head[:runtime.Stack(head[:], false)]), "[")
	return name
}

// hangingStack picks the goroutine of the run from all. That is the one that watch
// started, even where others hang from before; numbers don't tell which is newer. Where
// watch only guards the runs of another goroutine, it is the only one with a run.
func hangingStack(watched string) (stack, function, at string) {
	buf := make([]byte, 1<<20)
	all := string(buf[:runtime.Stack(buf, true)])
	hanging := ""
	for one := range strings.SplitSeq(all, "\n\n") {
		if !strings.Contains(one, ownPackage+".(*runner).guarded(") {
			continue
		}
		hanging = one
		if strings.HasPrefix(one, watched) {
			break
		}
	}
	return readStack(hanging)
}

// readStack reads the text of one goroutine's stack: the frames that are neither
// machinery nor the engine's, and the innermost of them outside the standard library.
func readStack(text string) (stack, function, at string) {
	lines := strings.Split(text, "\n")
	for i := 1; i+1 < len(lines); i += 2 {
		name := lines[i][:max(0, strings.LastIndexByte(lines[i], '('))]
		if strings.HasPrefix(name, ownPackage+".(*runner).") {
			break
		}
		if name == "" || machinery(name) {
			continue
		}
		file, _, _ := strings.Cut(strings.TrimSpace(lines[i+1]), " ")
		line := placeOf(name, file[strings.LastIndexAny(file, `/\`)+1:])
		if at == "" && !isStandard(runtime.Frame{Function: name, File: file}) {
			function, at = name, line
		}
		stack += name + "\n\t" + line + "\n"
	}
	return stack, function, at
}
