package main

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"battle.test/battle"
)

// A swapper is an engine that exchanges runs with others. What it keeps lies in folders, a
// file a run; what it is given comes to lie where its next process, or the present one,
// looks for it.
type swapper interface {
	engine
	// kept are the folders of what the job's processes have kept.
	kept(j *job) []string
	// read makes a request of a file in one of them.
	read(path string, content []byte) (battle.Request, error)
	// give writes a run for the job's processes, and returns the file's path.
	give(w *workshop, j *job, run battle.Answer) (path string, err error)
}

// readTape reads a file that is a tape as it is.
func readTape(_ string, content []byte) (battle.Request, error) {
	return battle.Request{Do: "print", Tape: append([]byte{}, content...)}, nil
}

// put writes a file under its name once it is whole: somebody may be reading the folder, and
// the disk may have no room for all of it.
func put(dir, name string, content []byte) (path string, err error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	file, err := os.CreateTemp(dir, ".battle-*")
	if err != nil {
		return "", err
	}
	path = filepath.Join(dir, name)
	_, err = file.Write(content)
	err = cmp.Or(err, file.Chmod(0o644), file.Close())
	if err == nil {
		err = os.Rename(file.Name(), path)
	}
	if err != nil {
		_ = os.Remove(file.Name())
		return "", err
	}
	return path, nil
}

// The explorer's processes share traces in a folder, and look into it all the time.

func (explorer) kept(j *job) []string { return []string{j.shared} }

func (explorer) read(path string, content []byte) (battle.Request, error) {
	if !strings.HasSuffix(path, ".trace") {
		return battle.Request{}, fmt.Errorf("%s: want a file named *.trace", path)
	}
	return battle.Request{File: path, Trace: string(content)}, checkText(path, content)
}

func (explorer) give(_ *workshop, j *job, run battle.Answer) (string, error) {
	return battle.WriteShared(j.shared, run.Trace)
}

// Go's fuzzer reads its cache when it starts, and adds to it.

func (native) cache(j *job) string { return filepath.Join(j.dir, "cache") }

func (n native) kept(j *job) []string { return []string{filepath.Join(n.cache(j), j.target.Func)} }

func (native) read(path string, content []byte) (battle.Request, error) {
	tape, err := parseGoCorpus(path, content)
	return battle.Request{Do: "print", Tape: tape}, err
}

func (n native) give(_ *workshop, j *job, run battle.Answer) (string, error) {
	name, content := converted("go", "", run)
	return put(n.kept(j)[0], name, content)
}

// go-fuzz reads its corpus when it starts, and adds to it.

func (gofuzz) kept(j *job) []string { return []string{filepath.Join(gofuzzWork(j), "corpus")} }

func (gofuzz) read(path string, content []byte) (battle.Request, error) {
	return readTape(path, content)
}

func (g gofuzz) give(w *workshop, j *job, run battle.Answer) (string, error) {
	g.begin(w, j)
	return put(g.kept(j)[0], gofuzzName(run.Tape), run.Tape)
}

// libFuzzer reads its corpus when it starts, and adds to it.

func (libFuzzer) corpus(j *job) string { return filepath.Join(j.dir, "libfuzzer", "corpus") }

func (l libFuzzer) kept(j *job) []string { return []string{l.corpus(j)} }

func (libFuzzer) read(path string, content []byte) (battle.Request, error) {
	return readTape(path, content)
}

func (l libFuzzer) give(_ *workshop, j *job, run battle.Answer) (string, error) {
	return put(l.corpus(j), gofuzzName(run.Tape), run.Tape)
}

// AFL reads the folder of its seeds when it starts. Of a process that follows another, that
// is the other's queue.

func (afl) kept(j *job) (queues []string) {
	for _, folder := range aflFolders(j) {
		queues = append(queues, filepath.Join(folder, "queue"))
	}
	return queues
}

func (afl) read(path string, content []byte) (battle.Request, error) { return readTape(path, content) }

func (a afl) give(w *workshop, j *job, run battle.Answer) (string, error) {
	return put(a.seeds(w, j), gofuzzName(run.Tape), run.Tape)
}

// seeds is the folder that the job's next process begins with. The first has one of its own,
// with the target's seeds.
func (afl) seeds(w *workshop, j *job) string {
	for _, folder := range slices.Backward(aflFolders(j)) {
		if _, err := os.Stat(filepath.Join(folder, "fuzzer_stats")); err == nil {
			return filepath.Join(folder, "queue")
		}
	}
	own := filepath.Join(j.dir, "afl-seeds")
	if _, err := os.Stat(own); err != nil {
		w.mu.Lock()
		binary := w.built[exploreBinaryOf(j.target.Package, true)]
		w.mu.Unlock()
		_ = os.CopyFS(own, os.DirFS(seedsOf(binary, j.target)))
	}
	return own
}
