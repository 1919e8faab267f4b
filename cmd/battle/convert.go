package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"battle.test/battle"
)

type corpusConvert struct {
	Target string   `required:"" help:"The target."`
	To     string   `required:"" enum:"trace,go,gofuzz,raw" help:"trace, go (for testdata/fuzz, named by a hash, as Go does), gofuzz (raw, named by SHA-1), raw."`
	Out    string   `default:"." help:"Folder for the results."`
	JSON   bool     `help:"Print JSON."`
	Files  []string `arg:"" help:"Files in any of the formats: traces end in .trace, findings in .txtar or .json, Go's begin with 'go test fuzz v1', all others are raw tapes."`
}

// A conversion is a file and what was made of it.
type conversion struct {
	From  string `json:"from"`
	To    string `json:"to,omitempty"`
	Error string `json:"error,omitempty"` // why nothing was
	err   error
}

func (c *corpusConvert) Run(ctx context.Context, line *commandLine) error {
	if err := someThere(line.Dir, c.Files...); err != nil {
		return err
	}
	w, targets, err := openTargets(ctx, line, []string{c.Target})
	if err != nil {
		return err
	}
	defer w.close()
	k := &converting{to: c.To, out: shown(from(line.Dir, c.Out)), all: []conversion{}}
	if err := os.MkdirAll(k.out, 0o755); err != nil {
		return err
	}
	binary := func() (string, error) { return w.answers(ctx, w, targets[0]) }
	if err := w.readAll(ctx, targets[0], c.Files, binary, k.take); err != nil {
		return err
	}
	var errs []error
	for _, one := range k.all {
		if one.err != nil {
			errs = append(errs, one.err)
		} else if !c.JSON {
			fmt.Println(one.To)
		}
	}
	if c.JSON {
		errs = append(errs, printJSON(k.all))
	}
	return errors.Join(errs...)
}

// A converting is one run of the command.
type converting struct {
	to, out string
	all     []conversion
}

// take writes what was read, and notes what became of it.
func (k *converting) take(path string, answer battle.Answer, err error) {
	one := conversion{From: path, err: err}
	if err == nil {
		one.To, one.err = k.write(path, answer)
	}
	if one.err != nil {
		one.Error = one.err.Error()
	}
	k.all = append(k.all, one)
}

// write writes a result, but over nothing that is another.
func (k *converting) write(path string, answer battle.Answer) (into string, err error) {
	name, content := converted(k.to, path, answer)
	into = filepath.Join(k.out, name)
	if old, err := os.ReadFile(into); err == nil && !bytes.Equal(old, content) {
		return "", fmt.Errorf("%s is there already and is another tape: choose another folder with -out", into)
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err
	}
	return into, os.WriteFile(into, content, 0o644)
}

// readAny reads a file of any format as a request for both its forms.
func readAny(dir, path string) (battle.Request, error) {
	path = shown(from(dir, path))
	content, err := readBounded(path)
	if err != nil {
		return battle.Request{}, err
	}
	s := &source{Trace: path}
	switch extension := filepath.Ext(path); {
	case extension == ".trace", extension == ".txtar", extension == ".json", bytes.HasPrefix(content, []byte("go test fuzz")):
		request, err := s.file(path, content)
		request.Do = "parse"
		return request, err
	}
	return battle.Request{Do: "print", Tape: append([]byte{}, content...)}, nil
}

// converted is a tape in a format, under the name that its users expect.
func converted(to, path string, answer battle.Answer) (name string, content []byte) {
	base := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
	switch to {
	case "trace":
		return base + ".trace", []byte(answer.Trace)
	case "go":
		content = formatGoCorpus(answer.Tape)
		sum := sha256.Sum256(content)
		return hex.EncodeToString(sum[:8]), content // as internal/fuzz names them
	case gofuzzEngine:
		return gofuzzName(answer.Tape), answer.Tape
	default:
		return base + ".tape", answer.Tape
	}
}
