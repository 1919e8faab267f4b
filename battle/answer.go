package battle

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path"
	"time"
)

// A Request asks a test binary something about one of its targets. The battle
// command writes a list of them as JSON.
type Request struct {
	// Do is what to do:
	//
	//	describe  say what the target is
	//	corpus    list the corpus, and the tapes that hunting starts from
	//	parse     turn Trace into a tape
	//	print     turn Tape into a trace
	//	run       run Trace or Tape and report its failure
	//	minimize  run Trace or Tape and report the shortest form of its failure
	//
	// or the name of a registered engine, to let it look into the failure of Trace or Tape,
	// or, if Passing is set, into its run.
	Do        string   `json:"do"`
	File      string   `json:"file,omitempty"` // what errors in Trace name
	Trace     string   `json:"trace,omitempty"`
	Tape      []byte   `json:"tape,omitempty"`
	Verbose   bool     `json:"verbose,omitempty"`    // narrate the run on standard error
	HangAfter Duration `json:"hang_after,omitempty"` // instead of the target's
	Failure   *Failure `json:"failure,omitempty"`    // for run and minimize: what a dead process left, see DeathOf
	Passing   bool     `json:"passing,omitempty"`    // for an engine: the run need not fail
	Length    int      `json:"length,omitempty"`     // for an engine: updates of the runs that it makes up, 0 for as many as the trace has up to its failure

	// Pictures are for run: by kind, the files that pictures of the run are written into,
	// those that the target has.
	Pictures map[string]string `json:"pictures,omitempty"`
}

// An Answer answers the request of the same index. Those behind one with Passing set, the
// run of which hangs, are empty: they are for another process.
type Answer struct {
	Error       string          `json:"error,omitempty"` // of a corpus: of those traces that can't be used
	Description *Description    `json:"description,omitempty"`
	Trace       string          `json:"trace,omitempty"`
	Tape        []byte          `json:"tape,omitempty"`
	Updates     int             `json:"updates,omitempty"`
	Finding     *Finding        `json:"finding,omitempty"` // nil: the run passed
	Corpus      []CorpusItem    `json:"corpus,omitempty"`
	Report      json.RawMessage `json:"report,omitempty"` // of an engine: its own

	// Pictures are the kinds of picture that there were of the run, if any were asked for: of a
	// run that hangs or ends its process there are none.
	Pictures []string `json:"pictures,omitempty"`
}

// A CorpusItem is a trace of the corpus in both forms. Those without a file are
// generated.
type CorpusItem struct {
	File    string `json:"file,omitempty"` // ring/seeds/x.trace
	Trace   string `json:"trace"`
	Tape    []byte `json:"tape"`
	Updates int    `json:"updates"`
}

// A Description tells what a target is.
type Description struct {
	Target      string   `json:"target"`
	Func        string   `json:"func"`
	Ops         []OpInfo `json:"ops"`
	Seeds       int      `json:"seeds"`
	Regressions int      `json:"regressions"`
	OwnCorpus   bool     `json:"own_corpus"` // Target.Corpus is set
	CorpusError string   `json:"corpus_error,omitempty"`
	HangAfter   Duration `json:"hang_after"` // seconds, see Target.HangAfter
	Scheduled   bool     `json:"scheduled"`  // the goroutines' schedule decides, see Target.Attempts
}

// OpInfo describes a kind of update.
type OpInfo struct {
	Name   string      `json:"name"`
	Weight int         `json:"weight"`
	Fields []FieldInfo `json:"fields"`
}

// FieldInfo describes an argument and its values.
type FieldInfo struct {
	Name   string `json:"name"`
	Values string `json:"values"`
}

// answerAll carries out the requests in the file that the orders name.
func (s *session) answerAll() error {
	document, err := os.ReadFile(s.orders.requests)
	if err != nil {
		return err
	}
	var requests []Request
	if err := json.Unmarshal(document, &requests); err != nil {
		return fmt.Errorf("%s: %w", s.orders.requests, err)
	}
	answers := make([]Answer, len(requests))
	for i, r := range requests {
		if answers[i], err = s.answer(r); err != nil {
			answers[i].Error = err.Error()
		}
		if f := answers[i].Finding; r.Passing && f != nil && f.Kind == Hang {
			break // see observe
		}
	}
	if document, err = json.Marshal(answers); err != nil {
		return err
	}
	return writeWhole(s.orders.answers, document)
}

func (s *session) answer(r Request) (a Answer, err error) {
	if r.HangAfter > 0 {
		defer func(before time.Duration) { s.plan.hangAfter = before }(s.plan.hangAfter)
		s.plan.hangAfter = time.Duration(r.HangAfter)
	}
	switch r.Do {
	case "describe":
		a.Description = s.describe()
		return a, nil
	case "corpus":
		a.Corpus, err = s.corpus()
		return a, err
	}
	prog, err := s.requested(r)
	if err != nil {
		return a, err
	}
	a.Trace, a.Updates = prog.String(), len(prog)
	if a.Tape, err = s.plan.encode(prog); err != nil {
		return a, err
	}
	switch r.Do {
	case "parse", "print":
	case "run":
		if r.Failure != nil { // it is known, and would end this process too
			r.Failure.at(prog)
			a.Finding = newFinding(s.plan, s.source, prog, r.Failure)
			break
		}
		return s.rerun(r, a)
	case "minimize":
		a.Finding = s.minimized(r, a.Tape)
	default:
		engine := registered[r.Do]
		if engine == nil {
			return a, fmt.Errorf("unknown request %q", r.Do)
		}
		if r.Passing {
			return s.observe(engine, a)
		}
		return s.consult(r, engine, a.Tape)
	}
	return a, err
}

// rerun runs a trace again, and takes the pictures that are wanted of it.
func (s *session) rerun(r Request, a Answer) (Answer, error) {
	s.runner = newRunner(s.plan)
	s.runner.t.verbose = r.Verbose
	if len(r.Pictures) == 0 {
		a.Finding = s.found(a.Tape)
		return a, nil
	}
	pictures := s.collect(func(p Picture) error {
		path := r.Pictures[p.Kind]
		if path == "" {
			return nil
		}
		var content bytes.Buffer
		if err := p.Write(&content); err != nil {
			return err
		}
		return writeWhole(path, content.Bytes())
	})
	a.Finding = s.found(a.Tape)
	if a.Finding != nil && a.Finding.Kind == Hang {
		return a, nil
	}
	a.Pictures = pictures.kinds
	if pictures.err != nil {
		return a, fmt.Errorf("the pictures of target %s: %w", s.plan.name, pictures.err)
	}
	return a, nil
}

// found is the failure of a tape as it is, not minimised.
func (s *session) found(tape []byte) *Finding {
	f, ran := s.attempt(tape)
	if f == nil {
		return nil
	}
	return newFinding(s.plan, s.source, s.plan.decode(ran), f)
}

// requested is the program that a request brings as a trace or as a tape.
func (s *session) requested(r Request) (program, error) {
	if r.Tape != nil {
		return s.plan.decode(r.Tape), nil
	}
	return s.plan.parse(r.File, []byte(r.Trace))
}

// attempt runs a tape as often as the target asks until it fails. Its tape is cut at
// the update that hung.
func (s *session) attempt(tape []byte) (f *Failure, ran []byte) {
	for range s.plan.attempts {
		if f, ran = s.once(tape); f != nil {
			return f, ran
		}
	}
	return nil, tape
}

func (s *session) minimized(r Request, tape []byte) *Finding {
	if r.Failure != nil {
		return s.minimal(r.Failure, tape)
	}
	s.runner = newRunner(s.plan)
	f, ran := s.attempt(tape)
	if f == nil {
		return nil
	}
	return s.minimal(f, ran)
}

func (s *session) describe() *Description {
	d := &Description{Target: s.plan.name, Func: s.source.function, OwnCorpus: s.plan.corpus != nil, HangAfter: Duration(s.plan.hangAfter), Scheduled: s.plan.attempts > 1}
	for _, k := range s.plan.kinds {
		info := OpInfo{Name: k.name, Weight: k.weight, Fields: []FieldInfo{}}
		for _, f := range k.root.fields {
			info.Fields = append(info.Fields, FieldInfo{f.name, f.node.describe()})
		}
		d.Ops = append(d.Ops, info)
	}
	entries, err := s.plan.loadCorpus(s.orders.corpusKinds())
	if err != nil {
		d.CorpusError = err.Error()
	}
	for _, e := range entries {
		if path.Base(path.Dir(e.file)) == "regressions" {
			d.Regressions++
		} else {
			d.Seeds++
		}
	}
	return d
}

func (s *session) corpus() ([]CorpusItem, error) {
	entries, err := s.plan.loadCorpus(s.orders.corpusKinds())
	var items []CorpusItem
	for _, e := range entries {
		items = append(items, CorpusItem{e.file, e.prog.String(), e.tape, len(e.prog)})
	}
	for _, tape := range s.plan.startingTapes(s.orders.seed) {
		prog := s.plan.decode(tape)
		items = append(items, CorpusItem{"", prog.String(), tape, len(prog)})
	}
	return items, err
}
