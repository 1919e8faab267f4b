package coordinator

import (
	"context"
	"encoding/json"
	"fmt"

	"battle.test/farm/store"
	"battle.test/farm/work"
)

// changeFinding lets edit change the record of a finding, and writes it so that it fits.
func (c *Coordinator) changeFinding(ctx context.Context, id string, edit func(f *store.Finding, there bool) (write bool)) (store.Finding, error) {
	return change(ctx, c.book, &c.store.Findings, c.book.findings, store.Key(id), func(f *store.Finding, there bool) bool {
		if !edit(f, there) {
			return false
		}
		f.Verdicts = thin(f.Verdicts, verdictsMax)
		fit(f, store.FindingBytesMax)
		return true
	})
}

// verdictsMax is how many verdicts a finding keeps: a farm that runs for years sees more
// builds than a record holds.
const verdictsMax = 200

// thin leaves out verdicts, the oldest first, until no more than most are left: first those
// that lie between equal ones, which say nothing of their own.
func thin(verdicts []store.Verdict, most int) []store.Verdict {
	for len(verdicts) > most {
		out := 1
		for i := 1; i < len(verdicts)-1; i++ {
			if o := verdicts[i].Outcome; o == verdicts[i-1].Outcome && o == verdicts[i+1].Outcome {
				out = i
				break
			}
		}
		verdicts = append(verdicts[:out:out], verdicts[out+1:]...)
	}
	return verdicts
}

// fit leaves out of a finding what follows from the rest, or is the least telling, until its
// record has no more than so many bytes. The trace stays: claims bound it.
func fit(f *store.Finding, most int) {
	for _, leave := range []func(){
		func() {},
		func() {
			for _, text := range []*string{&f.Found.Message, &f.Found.Expected, &f.Found.Actual, &f.Found.Diff, &f.Found.Story, &f.Found.Stack} {
				*text = work.Cut(*text)
			}
		},
		func() { f.Found.GoTest, f.Found.Replay, f.Found.Tape = "", "", nil },
		func() {
			if e := f.Explanation; e != nil {
				e.Lines = e.Lines[:min(len(e.Lines), 100)]
			}
		},
		func() {
			if f.Explanation != nil {
				f.Explanation, f.Unexplained = nil, fmt.Sprintf("its explanation does not fit into a record of %d bytes", most)
			}
		},
	} {
		leave()
		if document, err := json.Marshal(f); err != nil || len(document) <= most {
			return
		}
	}
}
