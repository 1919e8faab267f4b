package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"time"

	"battle.test/battle"
	"battle.test/explore"
	"battle.test/explore/forkserver"
)

// What a job's processes leave in its folder: findings, tapes of runs that nobody survived, and
// what they say of themselves.

// findings are those in the exchange folder. With them are those that a process was
// still minimising when it ended.
func (j *job) findings() []*battle.Finding {
	all := j.read("findings")
	if j.asFound || !j.running() {
		all = append(all, j.read("pending")...) // what is pending in a run will be minimal soon
	}
	return all
}

// foundIDs are the names of the findings, each once.
func (j *job) foundIDs() []string {
	ids := []string{}
	for _, found := range j.findings() {
		ids = append(ids, found.ID)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (j *job) read(dir string) (all []*battle.Finding) {
	for _, file := range j.files(dir) {
		if found, err := battle.ReadFinding(file); err == nil { // else half moved: the next look finds it whole
			all = append(all, found)
		}
	}
	return all
}

// files are those of JSON in a folder of the job's, or, of one that stands for an ensemble,
// of all its parts'.
func (j *job) files(dir string) (all []string) {
	if _, whole := j.engine.(together); whole && j.ensemble != nil {
		for _, one := range j.ensemble.jobs() {
			all = append(all, one.files(dir)...)
		}
		return all
	}
	all, _ = filepath.Glob(filepath.Join(j.dir, dir, "*.json"))
	return all
}

// startsMinimising tells whether a process is at minimising, and was not when last
// asked.
func (j *job) startsMinimising() bool {
	pending := len(j.read("pending")) > 0
	j.mu.Lock()
	defer j.mu.Unlock()
	before := j.minimising
	j.minimising = j.state == "hunting" && pending
	return j.minimising && !before
}

// lastTape is what the recorder holds of the process that ran updates last, or nil.
// Others record nothing: the coordinator of Go's fuzzer runs none.
func (j *job) lastTape() (last []byte) {
	files, _ := filepath.Glob(filepath.Join(j.dir, "recorder", "*"))
	var at time.Time
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || info.ModTime().Before(at) {
			continue
		}
		if tape, err := battle.ReadRecorder(file); err == nil && len(tape) > 0 {
			last, at = tape, info.ModTime()
		}
	}
	return last
}

// stats adds up what the job's processes have reported, in the order in which they last
// did: of what an engine says of itself, the last counts. The explorer's processes add to
// what those before have found out.
func (j *job) stats() battle.Stats {
	sum := battle.Stats{Target: j.target.Name, Engine: j.engine.name()}
	files := j.files("stats")
	written := make(map[string]time.Time)
	for _, file := range files {
		if info, err := os.Stat(file); err == nil {
			written[file] = info.ModTime()
		}
	}
	slices.SortStableFunc(files, func(a, b string) int { return written[a].Compare(written[b]) })
	var explored []explore.Progress
	for _, file := range files {
		var one battle.Stats
		if document, err := os.ReadFile(file); err == nil && json.Unmarshal(document, &one) == nil {
			sum.Add(one)
		}
		if p, ok := progressOf(one); ok {
			explored = append(explored, p)
		}
	}
	if len(explored) > 1 {
		sum.Progress = explore.Join(explored)
	}
	if j.engine.name() == forkserver.Name {
		sum.Progress = aflProgress(j)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.said != nil {
		sum.Progress = j.said
	}
	sum.Add(battle.Stats{Exchange: j.bequest})
	return sum
}
