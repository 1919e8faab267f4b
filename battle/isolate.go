package battle

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// isolatedMax bounds how many processes minimising starts for one finding, and
// isolatedHang how long an update may take in them.
const (
	isolatedMax  = 80
	isolatedHang = 250 * time.Millisecond
	// isolatedLife ends a process that hangs outside of its updates, where nothing watches.
	isolatedLife = 2 * time.Minute

	// Where the schedule decides, a process makes all the attempts, and no less than the
	// target's own time is a hang: on a busy machine, slowness must not pass for one.
	scheduledMax = 4
)

// minimalIsolated minimises a failure that a process does not survive: each
// candidate runs in a process of its own, which is this test binary once more.
func (s *session) minimalIsolated(f *Failure, prog program) *Finding {
	m := &minimiser{prog: prog, limit: isolatedMax}
	if s.plan.attempts > 1 {
		m.limit, m.prog = scheduledMax, prog[max(0, len(prog)-1):] // as minimalScheduled
	}
	repeats := false
	if s.canIsolate() {
		first := s.isolated(m.prog, f.Kind)
		if repeats = first != nil && first.Kind == f.Kind; repeats {
			if f.Kind == Death {
				f = first // its last words, as this machine puts them
			}
			m.fails = func(candidate program) bool { return s.isolated(candidate, f.Kind).same(f) }
			m.minimise()
		}
	}
	if !repeats {
		m.prog = prog
	}
	if last := len(m.prog) - 1; last >= 0 {
		f.Moment, f.Op = last, m.prog[last].kind.name
	}
	found := newFinding(s.plan, s.source, m.prog, f)
	found.Original, found.Tried, found.Unstable = len(prog), m.runs, !repeats
	return found
}

// canIsolate tells whether this binary can run one of its tests again.
func (s *session) canIsolate() bool {
	_, err := os.Executable()
	return err == nil && testing.Testing() && s.source.function != ""
}

// isolated runs a program in a process of its own and returns its failure, of which kind is
// expected. A process that dies without an answer is a failure too. Some take their time to:
// a stack that grows up to its limit takes seconds, and is no hang.
func (s *session) isolated(prog program, expected Kind) *Failure {
	dir, err := os.MkdirTemp("", "battle-")
	if err != nil {
		return nil
	}
	defer os.RemoveAll(dir)
	hangAfter := s.plan.hangAfter
	if s.plan.attempts == 1 && expected == Hang {
		hangAfter = min(isolatedHang, hangAfter)
	}
	request := Request{Do: "run", File: "isolated", Trace: prog.String(), HangAfter: Duration(hangAfter)}
	document, err := json.Marshal([]Request{request})
	if err != nil {
		return nil
	}
	requests, answers := filepath.Join(dir, "requests.json"), filepath.Join(dir, "answers.json")
	if err := os.WriteFile(requests, document, 0o644); err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), isolatedLife)
	defer cancel()
	output, runErr := s.runSelf(ctx, requests, answers)
	document, err = os.ReadFile(answers)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil // it did not die, it was killed
	case err != nil:
		return deathOf(prog, output, runErr)
	}
	var got []Answer
	if json.Unmarshal(document, &got) != nil || len(got) != 1 || got[0].Finding == nil {
		return nil
	}
	return &got[0].Finding.Failure
}

func (s *session) runSelf(ctx context.Context, requests, answers string) ([]byte, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, self, "-test.run=^"+s.source.function+"$", "-test.count=1")
	cmd.Env = append(os.Environ(),
		EnvEngine+"="+engineAnswer, EnvTarget+"="+s.plan.name,
		EnvRequests+"="+requests, EnvAnswers+"="+answers)
	return cmd.CombinedOutput()
}

// deathOf describes a process that died while it ran a program. Which update killed it
// is not known: after minimising, it is the last.
func deathOf(prog program, output []byte, err error) *Failure {
	f := DeathOf(output, err)
	f.at(prog)
	return f
}

// at takes the last update of a program for the one that failed.
func (f *Failure) at(prog program) {
	if len(prog) > 0 {
		f.Moment, f.Op = len(prog)-1, prog[len(prog)-1].kind.name
	}
}

// DeathOf describes a process that ran updates and died: by the first line of its
// output that says why, or else by its exit status.
func DeathOf(output []byte, err error) *Failure {
	f := &Failure{Kind: Death, Message: fmt.Sprintf("the process died: %v", err)}
	for line := range bytes.Lines(output) {
		if text := strings.TrimSpace(string(line)); isLastWords(text) {
			if strings.HasPrefix(text, outOfMemory) {
				text, _, _ = strings.Cut(text, " (") // how much was in use differs from run to run
			}
			f.Message = "the process died: " + text
			break
		}
	}
	if _, stack, found := strings.Cut(string(output), "\ngoroutine "); found {
		one, _, _ := strings.Cut(stack, "\n\n")
		f.Stack, f.Func, f.Place = readStack(one)
	}
	if f.Stack == "" {
		const outputMax = 8 << 10
		f.Stack = string(output[:min(len(output), outputMax)])
	}
	return f
}

const outOfMemory = "runtime: out of memory"

// isLastWords tells the line in which Go's runtime says why it ends the process.
func isLastWords(line string) bool {
	for _, start := range []string{"fatal error: ", "panic: ", "runtime: goroutine stack exceeds", outOfMemory} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return false
}
