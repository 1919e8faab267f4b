package exhibit

import (
	"embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"time"

	"battle.test/battle"
	"battle.test/cmd/battle/likelihood"

	"battle.test/farm/api"
	"battle.test/farm/store"
)

//go:embed testdata
var files embed.FS

func read(name string, into any) {
	document, err := files.ReadFile("testdata/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(document, into)
	}
	if err != nil {
		panic(err) // it is in this package
	}
}

// engines are those that the farm knows, and what each does of all updates.
var engines = []struct {
	name    string
	share   float64 // of the updates
	entries int     // in a hundred
	missing string
}{
	{"afl", 0.05, 9, ""},
	{"explore", 0.62, 55, ""},
	{"gofuzz", 0.03, 6, ""},
	{"libfuzzer", 0, 0, "apt install clang"},
	{"native", 0.11, 22, ""},
	{"rapid", 0.19, 8, ""},
}

// subjects are the targets, with the sizes that they have after three days.
var subjects = []struct {
	name            string
	updates         float64
	covered, blocks int
	entries         int
}{
	{"readers", 0.4e9, 97, 131, 61},
	{"ring", 9.1e9, 107, 131, 148},
	{"snapshot", 0.9e9, 288, 341, 213},
	{"snapshotbytes", 1.3e9, 204, 341, 96},
	{"tip", 3.8e9, 311, 352, 187},
}

// unreached are blocks of code that no engine came to.
var unreached = map[string][]string{
	"ring":     {"battle.test/ringbuf/answer.go:37-38", "battle.test/ringbuf/answer.go:39-40", "battle.test/ringbuf/wait.go:61-63"},
	"snapshot": {"battle.test/statemachines/snapshot/load.go:88-90", "battle.test/statemachines/snapshot/memfs/memfs.go:212-214"},
}

// Small is a farm after three days, with a finding of each state.
func Small() *Farm {
	f := &Farm{Curves: make(map[string][]store.Sample), Traces: make(map[string][]store.Entry)}
	f.addBuilds()
	f.addTargets()
	f.addFindings()
	f.addArms()
	f.addWorkers()
	f.Refusals = []store.Refusal{
		{At: Now.Add(-50 * time.Minute), Kind: "finding", Worker: "attic-1", Target: "ring", Why: "it does not fail at " + f.Tried[0].Revision[:12]},
		{At: Now.Add(-26 * time.Hour), Kind: "trace", Worker: "attic-1", Target: "tip", Why: `line 3 of its trace has an update "teleport", which the target has not`},
	}
	f.InShort.Now, f.InShort.Build, f.InShort.Holding = Now, &f.Tried[0], map[string]string{}
	f.InShort.Targets = len(f.Subjects)
	for _, a := range f.Arms {
		f.InShort.Updates, f.InShort.Runs, f.InShort.CPU, f.InShort.Reported = f.InShort.Updates+a.Updates, f.InShort.Runs+a.Runs, f.InShort.CPU+a.CPU, f.InShort.Reported+a.Reports
	}
	for _, t := range f.Subjects {
		f.InShort.Rate += t.Now.Rate
	}
	return f
}

func (f *Farm) addBuilds() {
	for i, subject := range []string{
		"tip: requests are clamped before they are looked up",
		"ring: the writer reuses a segment that nobody pins",
		"snapshot: the folder is synced after the rename",
		"readers: waiters are counted",
		"tip: a hole is asked for once",
		"snapshot: sections may be compressed",
		"ring: restart from a snapshot",
	} {
		f.Tried = append(f.Tried, store.Build{
			Revision: revision(subject), Number: 7 - i, Subject: subject, Author: []string{"Ada", "Grace", "Edsger"}[i%3],
			Committed: Now.Add(-time.Duration(3+11*i) * time.Hour), Seen: Now.Add(-time.Duration(3+11*i)*time.Hour + time.Minute), Bytes: 612_000 + 700*i,
			Targets: []string{"readers", "ring", "snapshot", "snapshotbytes", "tip"},
		})
	}
	f.Tried[3].Broken, f.Tried[3].Targets = "battle list: statemachines/tip/wait.go:41:2: undefined: waiter", []string{}
}

func (f *Farm) addTargets() {
	var described []struct {
		Package string `json:"package"`
		battle.Description
	}
	read("targets", &described)
	for i, s := range subjects {
		d := described[slices.IndexFunc(described, func(d struct {
			Package string `json:"package"`
			battle.Description
		}) bool {
			return d.Target == s.name
		})]
		t := api.Target{Entries: s.entries}
		t.Target = store.Target{
			Name: s.name, Package: d.Package, Func: d.Func, Weight: 1, Corpus: "corpus/" + s.name, Build: f.Tried[0].Revision,
			Ops: d.Ops, Seeds: d.Seeds, Regressions: d.Regressions,
		}
		if s.name == "ring" {
			t.Weight = 2
		}
		f.Curves[s.name] = curve(f, i)
		t.Now = &f.Curves[s.name][len(f.Curves[s.name])-1]
		f.Subjects = append(f.Subjects, t)
		for n := range s.entries {
			f.Traces[s.name] = append(f.Traces[s.name], entry(f, s.name, d.Ops, s.entries-n))
		}
	}
}

// curve is how a target developed: fast at first, and then hardly.
func curve(f *Farm, i int) (all []store.Sample) {
	const samples = 220
	s := subjects[i]
	began := f.Tried[len(f.Tried)-1].Seen
	for n := range samples {
		x := float64(n+1) / samples
		wave := math.Sin(float64(n*(i+3))*0.31) + 0.6*math.Sin(float64(n*(i+2))*1.7)
		one := store.Sample{
			At: began.Add(time.Duration(x * float64(Now.Add(-20*time.Second).Sub(began)))), Target: s.name, Updates: uint64(x * s.updates), CPU: x * 70 * 3600 / 5,
			Rate: s.updates / 250_000 * (1 + 0.08*wave), Covered: int(float64(s.covered) * math.Pow(1-math.Pow(0.93, float64(n+2)), 0.35)), Blocks: s.blocks,
			Entries: int(float64(s.entries) * math.Pow(x, 0.3)), Moments: int(870 * float64(i+1) * math.Pow(x, 0.12)),
		}
		for _, b := range f.Tried {
			if one.Build == "" && !b.Seen.After(one.At) && b.Broken == "" {
				one.Build = b.Revision
			}
		}
		all = append(all, one)
	}
	return all
}

func entry(f *Farm, target string, ops []battle.OpInfo, n int) store.Entry {
	trace := ""
	for i := range 3 + n%9 {
		op := ops[(n*7+i*3)%len(ops)]
		trace += op.Name
		for _, field := range op.Fields {
			trace += fmt.Sprintf(" %s=%d", field.Name, (n*31+i)%7)
		}
		trace += "\n"
	}
	return store.Entry{
		Target: target, Trace: trace, Updates: 3 + n%9, Engine: bringer(n), Worker: fmt.Sprintf("mill-%d", 1+n%4), Build: f.Tried[(200-n%200)/34].Revision,
		Found: Now.Add(-time.Duration(60*math.Pow(float64(250-n%250)/25, 2)) * time.Minute / 2),
	}
}

// bringer is the engine that brought the entry of a number.
func bringer(n int) string {
	n = n * 37 % 100
	for _, e := range engines {
		if n -= e.entries; n < 0 {
			return e.name
		}
	}
	return "explore"
}

func (f *Farm) addFindings() {
	for i, one := range []struct {
		name   string
		state  store.State
		engine string
		filed  time.Duration
		claims int
		first  int // index of the build that was the first to fail
		fixed  int // of the one that passed first, or -1
		again  int // of the one that failed again, or -1
	}{
		{"tip-bug", store.New, "explore", 170 * time.Minute, 4, 0, -1, -1},
		{"tip-filled-with-zeros", store.Regressed, "native", 61 * time.Hour, 11, 6, 4, 1},
		{"empty-accepted", store.Ongoing, "rapid", 30 * time.Hour, 7, 2, -1, -1},
		{"count-overflows", store.Ongoing, "gofuzz", 44 * time.Hour, 2, 4, -1, -1},
		{"dir-unsynced", store.Resolved, "explore", 57 * time.Hour, 3, 5, 2, -1},
	} {
		var known likelihood.Account
		read(one.name, &known)
		known.Finding.Engine = one.engine
		f.Filed = append(f.Filed, store.Finding{
			ID: known.Finding.ID, Aliases: []string{}, Target: known.Finding.Target, State: one.state, Found: *known.Finding, Engine: one.engine,
			Worker: fmt.Sprintf("mill-%d", 1+i%4), Filed: Now.Add(-one.filed), Claims: one.claims, Explanation: known.Explanation,
		})
		f.judge(&f.Filed[i], one.first, one.fixed, one.again)
	}
	f.Filed[3].Explanation, f.Filed[3].Unexplained = nil, "a failure of the kind panic in an init function ends its process"
	f.Filed[0].Bisection = &store.Bisection{Bad: f.Tried[0].Revision, Good: f.Tried[1].Revision, Subject: f.Tried[0].Subject, Author: f.Tried[0].Author, Done: true,
		Tries: []store.Tried{{Revision: f.Tried[1].Revision, Outcome: store.Passes}}}
	f.Filed[1].Bisection = &store.Bisection{Bad: f.Tried[6].Revision, Good: revision("before"), Between: 2, Subject: f.Tried[6].Subject, Author: f.Tried[6].Author, Done: true,
		Note:  "2 revisions after it can't be told: it may be one of them",
		Tries: []store.Tried{{Revision: revision("before"), Outcome: store.Passes}, {Revision: revision("between"), Outcome: store.Unknown, Note: "battle replay: it does not build"}}}
	f.Filed[2].Bisection = &store.Bisection{Bad: f.Tried[2].Revision, Subject: f.Tried[2].Subject, Author: f.Tried[2].Author, Tries: []store.Tried{}}
	for _, one := range f.Filed {
		t := f.target(one.Target)
		t.Findings++
		if one.State.Open() {
			t.Open++
		}
	}
	for name, samples := range f.Curves {
		for i, s := range samples {
			for _, one := range f.Filed {
				if one.Target == name && !one.Filed.After(s.At) {
					samples[i].Findings++
					samples[i].Open++
				}
			}
		}
	}
}

// judge gives a finding its verdicts, from the build that was the first to fail.
func (f *Farm) judge(one *store.Finding, first, fixed, again int) {
	for i := first; i >= 0; i-- {
		v := store.Verdict{Build: f.Tried[i].Revision, Outcome: store.Fails, At: f.Tried[i].Seen.Add(4 * time.Minute)}
		switch {
		case f.Tried[i].Broken != "":
			v.Outcome, v.Note = store.Unknown, "the build is broken"
		case i <= fixed && (again < 0 || i > again):
			v.Outcome = store.Passes
		}
		if v.Outcome == store.Fails {
			one.Build = v.Build
		}
		one.Verdicts = append(one.Verdicts, v)
	}
}

func (f *Farm) addArms() {
	for _, e := range engines {
		sum := api.Engine{Name: e.name, Missing: e.missing, Faults: []string{}}
		if e.missing == "" {
			sum.Workers = 4
		}
		for i, s := range subjects {
			if e.missing != "" {
				continue
			}
			a := api.Contribution{Share: e.share / float64(len(subjects))}
			a.Arm = store.Arm{
				Target: s.name, Engine: e.name, Reports: 160 - 20*i, Updates: uint64(e.share * s.updates), Runs: uint64(e.share * s.updates / 60),
				Seconds: 70 * 3600 * e.share / 2, CPU: 70 * 3600 * e.share / 2.2,
				Last: store.Report{At: Now.Add(-time.Duration(20+45*i) * time.Second), Build: f.Tried[0].Revision, Worker: "mill-1", Rate: e.share * s.updates / 100_000},
			}
			if e.name == "explore" {
				now := f.Curves[s.name][len(f.Curves[s.name])-1]
				a.Last.Covered, a.Last.Blocks, a.Last.Moments, a.Last.Doomed, a.Last.Traits, a.Last.Expected = now.Covered, now.Blocks, now.Moments, now.Moments/3, 5845, 0.0006
				a.Last.Unreached = unreached[s.name]
			}
			if e.name == "gofuzz" && s.name == "readers" {
				a.Failures, a.Fault, a.Resting, a.Share = 3, "go-fuzz-build: internal/godebugs: no such package", Now.Add(40*time.Second), 0
				sum.Faults = append(sum.Faults, s.name+": "+a.Fault)
			}
			for _, trace := range f.Traces[s.name] {
				if trace.Engine == e.name {
					a.Entries++
				}
			}
			for _, one := range f.Filed {
				if one.Engine == e.name && one.Target == s.name {
					a.Findings++
				}
			}
			sum.Runs, sum.Updates, sum.CPU, sum.Entries, sum.Findings = sum.Runs+a.Runs, sum.Updates+a.Updates, sum.CPU+a.CPU, sum.Entries+a.Entries, sum.Findings+a.Findings
			f.Arms = append(f.Arms, a)
		}
		f.Crew = append(f.Crew, sum)
	}
}

func (f *Farm) addWorkers() {
	var have []store.Engine
	for _, e := range engines {
		have = append(have, store.Engine{Name: e.name, Missing: e.missing})
	}
	doing := []*store.Doing{
		{Target: "ring", Engine: "explore", Since: 41, Seconds: 60}, {Target: "tip", Engine: "native", Since: 12, Seconds: 60},
		{Target: "snapshot", Engine: "rapid", Since: 55, Seconds: 60}, nil,
	}
	for i, d := range doing {
		f.InShort.Workers = append(f.InShort.Workers, store.Worker{
			Name: fmt.Sprintf("mill-%d", i+1), Host: "mill", Started: Now.Add(-70 * time.Hour), Seen: Now.Add(-time.Duration(2+3*i) * time.Second),
			Engines: have, Build: f.Tried[0].Revision, Doing: d,
		})
	}
	f.InShort.Workers[3].Holding = "201 MB of memory are free, want 512 MB"
}
