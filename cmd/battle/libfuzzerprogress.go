package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// LibFuzzerProgress is what libFuzzer says of itself.
type LibFuzzerProgress struct {
	Executions int `json:"executions"` // of all processes of a job
	Blocks     int `json:"blocks"`     // of code that ran, by the last
	Features   int `json:"features"`   // what libFuzzer tells apart in runs, by the last
	Kept       int `json:"kept"`       // inputs, by the last
}

var (
	// #4711	NEW    cov: 118 ft: 820 corp: 238/9650b lim: 226 exec/s: 50000 rss: 76Mb
	libFuzzerStatus = regexp.MustCompile(`(?m)^#\d+\t.* cov: (\d+) ft: (\d+) corp: (\d+)/`)
	libFuzzerRuns   = regexp.MustCompile(`(?m)^stat::number_of_executed_units: (\d+)$`)
)

// hear takes in what a process of libFuzzer has said. One that was killed has not come to
// say how often it ran.
func (j *job) hear(output string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	sum, _ := j.said.(LibFuzzerProgress)
	if runs := libFuzzerRuns.FindStringSubmatch(output); runs != nil {
		n, _ := strconv.Atoi(runs[1])
		sum.Executions += n
	}
	if all := libFuzzerStatus.FindAllStringSubmatch(output, -1); len(all) > 0 {
		last := all[len(all)-1]
		sum.Blocks, _ = strconv.Atoi(last[1])
		sum.Features, _ = strconv.Atoi(last[2])
		sum.Kept, _ = strconv.Atoi(last[3])
	}
	j.said = sum
}

// libFuzzed says what libFuzzer says of itself, below the table.
func (h *hunt) libFuzzed() string {
	var b strings.Builder
	for _, j := range h.jobs {
		if p, ok := j.stats().Progress.(LibFuzzerProgress); ok {
			fmt.Fprintf(&b, "libfuzzer in %s: %s executions, %s and %s reached, %s kept\n", j.target.Name,
				short(uint64(p.Executions)), count(p.Blocks, "block"), count(p.Features, "feature"), count(p.Kept, "input"))
		}
	}
	return b.String()
}
