package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// AFLProgress is what AFL says of itself.
type AFLProgress struct {
	Executions int     `json:"executions"` // of all processes of a job
	Stability  float64 `json:"stability"`  // percent, of the last
	Kept       int     `json:"kept"`       // inputs, by the last
	Crashes    int     `json:"crashes"`    // saved, by all
	Hangs      int     `json:"hangs"`      // saved, by all
	Imported   int     `json:"imported"`   // inputs of others, by all
}

// aflProgress adds up what AFL's processes wrote of themselves, which they do every minute
// and at their ends. It is nil if none has.
func aflProgress(j *job) any {
	var sum *AFLProgress
	for _, folder := range aflFolders(j) {
		content, err := os.ReadFile(filepath.Join(folder, "fuzzer_stats"))
		if err != nil {
			continue
		}
		if sum == nil {
			sum = &AFLProgress{}
		}
		sum.add(string(content))
	}
	if sum == nil {
		return nil
	}
	return *sum
}

// add takes in a file of lines like "execs_done        : 4711".
func (p *AFLProgress) add(stats string) {
	for line := range strings.Lines(stats) {
		name, value, _ := strings.Cut(line, ":")
		value = strings.TrimSuffix(strings.TrimSpace(value), "%")
		number, err := strconv.ParseFloat(value, 64)
		if err != nil {
			continue
		}
		switch strings.TrimSpace(name) {
		case "execs_done":
			p.Executions += int(number)
		case "stability":
			p.Stability = number
		case "corpus_count":
			p.Kept = int(number)
		case "saved_crashes":
			p.Crashes += int(number)
		case "saved_hangs":
			p.Hangs += int(number)
		case "corpus_imported":
			p.Imported += int(number)
		}
	}
}

// aflProgress is what AFL's workers come to: as they take in what the others keep, the one
// that keeps most has what all have.
func (c crew) aflProgress() any {
	var sum *AFLProgress
	for _, j := range c {
		p, ok := aflProgress(j).(AFLProgress)
		switch {
		case !ok:
			continue
		case sum == nil:
			sum = &p
			continue
		}
		sum.Executions += p.Executions
		sum.Stability = min(sum.Stability, p.Stability)
		sum.Kept = max(sum.Kept, p.Kept)
		sum.Crashes += p.Crashes
		sum.Hangs += p.Hangs
		sum.Imported += p.Imported
	}
	if sum == nil {
		return nil
	}
	return *sum
}

// fuzzed says what AFL says of itself, below the table.
func (h *hunt) fuzzed() string {
	var b strings.Builder
	for _, c := range h.crews() {
		p, ok := c.stats().Progress.(AFLProgress)
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "afl in %s: %s executions, stability %.2f %%, %s kept, %d crashing, %d hanging", c[0].target.Name,
			short(uint64(p.Executions)), p.Stability, count(p.Kept, "input"), p.Crashes, p.Hangs)
		if len(c) > 1 || len(c[0].foreign) > 0 {
			fmt.Fprintf(&b, ", %d taken in", p.Imported)
		}
		b.WriteString("\n")
	}
	return b.String()
}
