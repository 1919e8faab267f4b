package main

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"battle.test/battle"
)

// watch shows progress until the jobs have ended: a table that redraws itself on a
// terminal, and a line now and then elsewhere.
func (h *hunt) watch(done <-chan struct{}) {
	terminal := term.IsTerminal(int(os.Stderr.Fd()))
	pause := 5 * time.Second
	if terminal {
		pause = time.Second
	}
	look := time.NewTicker(time.Second)
	defer look.Stop()
	last, drawn, began := time.Now(), 0, time.Now()
	for {
		select {
		case <-done:
			return
		case <-look.C:
		}
		before := h.foundSoFar()
		for _, j := range h.jobs {
			h.collect(j)
			if starts := j.startsMinimising(); starts && !terminal {
				fmt.Fprintf(os.Stderr, "%4.0f s  minimising what %s found in %s\n", time.Since(began).Seconds(), j.engine.name(), j.target.Name)
			}
		}
		h.sample()
		if time.Since(last) < pause {
			continue
		}
		last = time.Now()
		if !terminal {
			fmt.Fprintln(os.Stderr, h.progress(time.Since(began)))
			continue
		}
		if drawn > 0 && h.foundSoFar() == before {
			fmt.Fprintf(os.Stderr, "\x1b[%dA\x1b[J", drawn) // up, and clear
		}
		table := h.table()
		if width, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil {
			table = narrow(table, width) // a line that wraps is two to go up
		}
		fmt.Fprint(os.Stderr, table)
		drawn = strings.Count(table, "\n")
	}
}

// narrow cuts lines to a width, in characters.
func narrow(text string, width int) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		letters := []rune(strings.TrimSuffix(line, "\n"))
		b.WriteString(string(letters[:min(len(letters), width)]) + "\n")
	}
	return b.String()
}

// progress is the state of the hunt in one line.
func (h *hunt) progress(since time.Duration) string {
	var updates uint64
	ended := 0
	var now []string
	crews := h.crews()
	for _, c := range crews {
		r := c.row()
		updates += r.Stats.Updates
		switch r.State {
		case "waiting":
		case "hunting", "minimising":
			now = append(now, r.Target+"/"+r.Engine)
		default:
			ended++
		}
	}
	return fmt.Sprintf("%4.0f s  %d of %d done, now %s  %s updates  %s", since.Seconds(), ended, len(crews),
		strings.Join(now, " "), short(updates), count(h.foundSoFar(), "finding"))
}

// A row is a job's line in the summary.
type row struct {
	Target     string       `json:"target"`
	Engine     string       `json:"engine"`
	Workers    int          `json:"workers,omitempty"` // if there are several
	State      string       `json:"state"`
	Seconds    float64      `json:"seconds"`
	CPUSeconds float64      `json:"cpu_seconds"`
	Rate       float64      `json:"updates_per_second"`
	CPURate    float64      `json:"updates_per_cpu_second"` // of the processes that have ended, or 0
	Stats      battle.Stats `json:"stats"`
	OpsRan     int          `json:"ops_ran"`
	Fault      string       `json:"fault,omitempty"`
	Note       string       `json:"note,omitempty"` // why it ended early

	Together *contribution `json:"together,omitempty"` // what it did in an ensemble
}

// Crew is the engine, and how often it is there.
func (r row) Crew() string {
	if r.Workers > 1 {
		return fmt.Sprintf("%s×%d", r.Engine, r.Workers)
	}
	return r.Engine
}

func (j *job) row() row {
	st := j.stats()
	st.Findings = j.foundIDs() // a process that died reported none
	j.mu.Lock()
	defer j.mu.Unlock()
	spent := j.spent
	if j.state == "hunting" {
		spent += time.Since(j.started)
	}
	state := j.state
	if state == "hunting" && j.minimising {
		state = "minimising"
	}
	r := row{
		Target: j.target.Name, Engine: j.engine.name(), State: state, Stats: st, Fault: j.fault, Note: j.note,
		Seconds: spent.Seconds(), CPUSeconds: j.cpu.Seconds(), OpsRan: len(st.Ops) - len(st.NeverRan()),
	}
	if spent > 0 {
		r.Rate = float64(st.Updates) / spent.Seconds()
	}
	if j.cpu > 0 && j.state != "hunting" {
		r.CPURate = float64(st.Updates) / j.cpu.Seconds()
	}
	return r
}

// table shows all jobs.
func (h *hunt) table() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s %-10s %-11s%8s %10s %10s %10s %9s %7s %7s %9s\n",
		"target", "engine", "state", "seconds", "updates/s", "per CPU s", "updates", "runs", "ops", "labels", "findings")
	for _, c := range h.crews() {
		r := c.row()
		fmt.Fprintf(&b, "%-14s %-10s %-11s%8.1f %10s %10s %10s %9s %7s %7d %9d\n",
			r.Target, r.Crew(), r.State, r.Seconds, perSecond(r.Rate), perSecond(r.CPURate), short(r.Stats.Updates), short(r.Stats.Runs),
			fmt.Sprintf("%d/%d", r.OpsRan, len(r.Stats.Ops)), len(r.Stats.Labels), len(r.Stats.Findings))
	}
	return b.String()
}

// notes says what ended before its time, and why.
func (h *hunt) notes() string {
	var b strings.Builder
	for _, j := range h.jobs {
		if j.note != "" {
			fmt.Fprintln(&b, j.note)
		}
	}
	for _, stale := range h.stale {
		fmt.Fprintln(&b, stale)
	}
	cut := func(j *job) bool { return j.state == "interrupted" || j.state == "not run" }
	if slices.ContainsFunc(h.jobs, cut) {
		fmt.Fprintf(&b, "interrupted after %.1f s of %.4g s\n", h.took.Seconds(), h.budget.Seconds())
	}
	return b.String()
}

// short writes a large number with three digits.
func short(n uint64) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.2fG", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.2fM", float64(n)/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.1fk", float64(n)/1e3)
	}
	return fmt.Sprint(n)
}

// perSecond is a rate. One of a few is not cut down: 0 would look as if nothing ran.
func perSecond(rate float64) string {
	if rate > 0 && rate < 10 {
		return fmt.Sprintf("%.1f", max(rate, 0.1))
	}
	return short(uint64(rate))
}

// all are the findings, by name.
func (h *hunt) all() []*battle.Finding {
	all := []*battle.Finding{}
	for _, id := range slices.Sorted(maps.Keys(h.found)) {
		all = append(all, h.found[id])
	}
	return all
}

// conclude prints what the hunt came to, and turns it into an exit status.
func (h *hunt) conclude(explanations map[string]*explained, asJSON bool) error {
	all := h.all()
	faults := h.faultsOf(all)
	if unwritten := h.writePage(all, explanations); unwritten != nil {
		faults = append(faults, unwritten)
	}
	if asJSON {
		if err := h.printJSON(all, explanations, faults); err != nil {
			return err
		}
	} else {
		fmt.Print("\n", h.table(), h.notes(), h.exchanges(), h.explored(), h.goFuzzed(), h.fuzzed(), h.libFuzzed(), h.bequests(), h.gaps(), h.findings(all, explanations))
	}
	faults = append(slices.Clone(h.stale), faults...)
	switch {
	case len(faults) > 0:
		return fmt.Errorf("the harness is at fault:\n%w", errors.Join(faults...))
	case len(all) > 0:
		return errFound
	case h.nothingRan():
		return errors.New("nothing was hunted in: no engine came to its first update")
	}
	return nil
}

// nothingRan tells whether the whole hunt says nothing of any target.
func (h *hunt) nothingRan() bool {
	return !slices.ContainsFunc(h.jobs, func(j *job) bool { state, _ := j.standing(); return state != "ran nothing" })
}

// faultsOf are the faults of a hunt, without what was left out of a corpus: engines hunt
// without that all the same.
func (h *hunt) faultsOf(all []*battle.Finding) []error {
	faults := slices.Clone(h.faults)
	for _, j := range h.jobs {
		if j.fault != "" {
			faults = append(faults, fmt.Errorf("%s in %s: %s", j.engine.name(), j.target.Name, j.fault))
		}
	}
	for _, f := range all {
		if f.Kind == battle.Harness {
			faults = append(faults, fmt.Errorf("%s", f.Title()))
		}
	}
	return faults
}

// printJSON prints the summary for programs.
func (h *hunt) printJSON(all []*battle.Finding, explanations map[string]*explained, faults []error) error {
	rows := []row{}
	for _, c := range h.crews() {
		r := c.row()
		r.Together = c.contribution()
		rows = append(rows, r)
	}
	together := [][]string{}
	for _, m := range mistakes(all) {
		together = append(together, m.ids())
	}
	return printJSON(map[string]any{
		"jobs": rows, "findings": all, "mistakes": together, "explanations": explanations, "faults": texts(faults), "left_out": texts(h.stale),
	})
}

// texts are errors in words.
func texts(errs []error) []string {
	all := []string{}
	for _, err := range errs {
		all = append(all, err.Error())
	}
	return all
}

// gaps names the updates that no engine ran.
func (h *hunt) gaps() string {
	sums := make(map[string]*battle.Stats)
	var b strings.Builder
	for _, j := range h.jobs {
		if sums[j.target.Name] == nil {
			sums[j.target.Name] = &battle.Stats{}
		}
		sums[j.target.Name].Add(j.stats())
	}
	for _, j := range h.jobs {
		if sum := sums[j.target.Name]; sum != nil {
			if never := sum.NeverRan(); len(never) > 0 {
				fmt.Fprintf(&b, "%s: never ran: %s\n", j.target.Name, strings.Join(never, ", "))
			}
			delete(sums, j.target.Name)
		}
	}
	return b.String()
}

// shownMost is how many findings a hunt prints in full.
const shownMost = 3

// findings shows what to read of the findings in full, and where the others are.
func (h *hunt) findings(all []*battle.Finding, explanations map[string]*explained) string {
	if len(all) == 0 {
		return "\nno findings\n"
	}
	var b strings.Builder
	together, dir := mistakes(all), shown(h.dir)
	fmt.Fprintf(&b, "\n%s in %s", count(len(all), "finding"), dir)
	if len(together) < len(all) {
		fmt.Fprintf(&b, ", likely of %s", count(len(together), "mistake"))
	}
	b.WriteString("\n")
	for i, m := range together {
		f := m[0]
		if i < shownMost {
			fmt.Fprintf(&b, "\n%s", f.Text())
		} else {
			fmt.Fprintf(&b, "\n%s: %s\n", filepath.Join(dir, f.ID+".txtar"), f.Title())
		}
		if e := explanations[f.ID]; e != nil {
			b.WriteString("\n" + e.brief())
		}
		if others := m.others(dir); others != "" {
			b.WriteString("\n" + others)
		}
	}
	return b.String()
}
