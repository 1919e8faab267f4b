package battle

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Pictured is what the state of a target may implement to show the runs that it went through: a
// bus its packets, a machine its states, a ring what it retained. The battle command asks it for
// that when it replays a trace, and so does [WritePicture]. In no other run is any of it called.
//
// A state that keeps no record in other runs, since that costs time, begins one at Record.
type Pictured interface {
	// Record is called once, after New and before the first update.
	Record()

	// Update is called before each update, with its number in the run, from 1, and how a trace
	// writes it. A picture should have both: that is what the reader knows of the run.
	Update(number int, text string)

	// Pictures are the forms in which the run can be shown. It is called once the run has
	// ended, with its failure, or nil if it passed; the state is as the last update
	// left it, a panic included, and is not closed yet.
	Pictures(failure *Failure) []Picture
}

// A Picture is a run in one form.
type Picture struct {
	Kind  string // such as those below; each only once
	Write func(io.Writer) error
}

// The kinds of picture that battle replay knows what to do with.
const (
	// Timeline is text for people, of at most 100 columns, that tells the run from its first
	// moment to its last. It is printed before the outcome.
	Timeline = "timeline"

	// TimelineJSON is an array of what happened, for machines. It is printed with -json.
	TimelineJSON = "json"

	// SVG is a drawing that needs nothing else. -svg writes it.
	SVG = "svg"

	// Pcap is a capture of packets, as pcapng. -pcap writes it.
	Pcap = "pcap"
)

// WritePicture runs a trace, and writes the run's picture of a kind. That the run fails is no
// error: its picture shows that. It is one if the target has no such picture, or if the run hangs.
func WritePicture[S any](w io.Writer, target Target[S], kind, trace string) error {
	p := compile(target)
	prog, err := p.parse("trace", []byte(trace))
	if err != nil {
		return err
	}
	tape, err := p.encode(prog)
	if err != nil {
		return err
	}
	s := newSession(p, orders{}, source{})
	a := s.collect(func(one Picture) error {
		if one.Kind != kind {
			return nil
		}
		return one.Write(w)
	})
	if f, _ := s.attempt(tape); f != nil && f.Kind == Hang {
		return fmt.Errorf("battle: target %q: no picture of a run that hangs: %s", p.name, f.Message)
	}
	if a.err != nil {
		return fmt.Errorf("battle: target %q: its pictures: %w", p.name, a.err)
	}
	if !slices.Contains(a.kinds, kind) {
		return fmt.Errorf("battle: target %q has no picture of kind %s: it has %s", p.name, kind, cmp.Or(strings.Join(a.kinds, ", "), "none"))
	}
	return nil
}

// collect has the pictures of the session's next run taken.
func (s *session) collect(take func(Picture) error) *album {
	a := &album{take: take}
	s.runner.album = a
	return a
}

// An album has what came of the pictures of a run, the last one of its runner. Nobody may look
// at it whose run hangs.
type album struct {
	take  func(Picture) error
	state Pictured // of the present run; nil if it has no pictures
	kinds []string // that there were
	err   error    // of taking them
}

// begin opens the album for a run of a target's state.
func (a *album) begin(state any) {
	a.kinds, a.err = nil, nil
	if a.state, _ = state.(Pictured); a.state != nil {
		a.state.Record()
	}
}

func (a *album) update(number int, text string) {
	if a.state != nil {
		a.state.Update(number, text)
	}
}

// end takes the pictures. A panic on the way is theirs, and not the run's.
func (a *album) end(failure *Failure) {
	if a.state == nil {
		return
	}
	defer func() {
		if value := recover(); value != nil {
			a.err = errors.Join(a.err, fmt.Errorf("panic: %v", value))
		}
	}()
	for _, p := range a.state.Pictures(failure) {
		a.kinds = append(a.kinds, p.Kind)
		if err := a.take(p); err != nil {
			a.err = errors.Join(a.err, fmt.Errorf("%s: %w", p.Kind, err))
		}
	}
}
