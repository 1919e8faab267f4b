package puppet

import (
	"errors"
	"io/fs"
	"os"
	"strings"
)

// note writes a line into the ledger, after what it tells of.
func (s Subject) note(kind, target, what string) error {
	if s.Ledger == "" {
		return nil
	}
	file, err := os.OpenFile(s.Ledger, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	if err != nil {
		return err
	}
	_, err = file.WriteString(kind + " " + target + " " + what + "\n")
	return errors.Join(err, file.Close())
}

// A Find is something that an engine found.
type Find struct {
	Kind   string // finding or entry
	Target string
	What   string // the name of the bug, or the hash of the trace
}

// Ledger reads all that was found, and how often. A process that was killed may have left half a
// line, which is not counted as found.
func Ledger(path string) (map[Find]int, error) {
	content, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	all := make(map[Find]int)
	for line := range strings.Lines(string(content)) {
		if words := strings.Fields(line); len(words) == 3 && strings.HasSuffix(line, "\n") {
			all[Find{words[0], words[1], words[2]}]++
		}
	}
	return all, nil
}
