package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// GofuzzProgress is what go-fuzz says of itself.
type GofuzzProgress struct {
	Executions   int           `json:"executions"` // of all processes, on other machines, too
	Kept         int           `json:"kept"`       // inputs, by the last process of a job
	Crashers     int           `json:"crashers"`   // likewise, inputs that ended a process
	Processes    int           `json:"processes"`  // at work when it last said so
	Suppressions []Suppression `json:"suppressions,omitempty"`
}

// A Suppression is a way to die of which go-fuzz takes no further inputs.
type Suppression struct {
	Message  string `json:"message"`
	Function string `json:"function,omitempty"` // the innermost that is not the runtime's
}

// gofuzzStatus is how it says so: "workers: 1, corpus: 45 (3s ago), crashers: 0, restarts: …".
var gofuzzStatus = regexp.MustCompile(`workers: (\d+), corpus: (\d+) \([^)]*\), crashers: (\d+), restarts: [^,]*, execs: (\d+)`)

// hearGofuzz takes in what a process of go-fuzz has said, and what it suppresses.
func (j *job) hearGofuzz(output string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	sum, _ := j.said.(GofuzzProgress)
	all := gofuzzStatus.FindAllStringSubmatch(output, -1)
	if len(all) == 0 {
		return // it hunts for a coordinator elsewhere, or has not come so far
	}
	number := func(i int) int {
		n, _ := strconv.Atoi(all[len(all)-1][i])
		return n
	}
	sum.Processes, sum.Kept, sum.Crashers = number(1), number(2), number(3)
	sum.Executions += number(4)
	sum.Suppressions = nil
	files, _ := filepath.Glob(filepath.Join(gofuzzWork(j), "suppressions", "*"))
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil {
			sum.Suppressions = append(sum.Suppressions, suppressionOf(string(content)))
		}
	}
	j.said = sum
}

// suppressionOf reads a file of suppressions/: the line that says why, and the functions of
// the stack, the innermost first.
func suppressionOf(text string) (s Suppression) {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	s.Message = lines[0]
	for _, function := range lines[1:] {
		if function != "panic" && !strings.HasPrefix(function, "runtime.") && !strings.HasPrefix(function, "internal/runtime/") {
			s.Function = function
			break
		}
	}
	return s
}

// goFuzzed says what go-fuzz says of itself, below the table.
func (h *hunt) goFuzzed() string {
	var b strings.Builder
	for _, j := range h.jobs {
		p, ok := j.stats().Progress.(GofuzzProgress)
		if !ok {
			continue
		}
		fmt.Fprintf(&b, "gofuzz in %s: ", j.target.Name)
		if p.Executions > 0 { // its workers tell of them every few seconds only
			fmt.Fprintf(&b, "%s executions by %d at a time, ", short(uint64(p.Executions)), p.Processes)
		}
		fmt.Fprintf(&b, "%s kept, %s\n", count(p.Kept, "input"), count(p.Crashers, "crasher"))
		for _, s := range p.Suppressions {
			fmt.Fprintf(&b, "  no more of: %s", s.Message)
			if s.Function != "" {
				fmt.Fprintf(&b, " in %s", s.Function)
			}
			b.WriteString("\n")
		}
	}
	return b.String()
}
