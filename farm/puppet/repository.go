package puppet

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// A Repository is a git repository of a subject, on the branch main.
type Repository struct{ Dir string }

// Init makes an empty one.
func Init(dir string) (Repository, error) {
	r := Repository{dir}
	_, err := r.git("init", "-q", "-b", "main")
	return r, err
}

// Commit makes the subject what it is told, and returns the revision.
func (r Repository) Commit(s Subject, message string) (revision string, err error) {
	document, err := json.MarshalIndent(s, "", "\t")
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(filepath.Join(r.Dir, file), document, 0o644); err != nil {
		return "", err
	}
	if _, err := r.git("add", "-A"); err != nil {
		return "", err
	}
	if _, err := r.git("commit", "-q", "--allow-empty", "-m", message); err != nil {
		return "", err
	}
	return r.git("rev-parse", "HEAD")
}

func (r Repository) git(args ...string) (string, error) {
	cmd := exec.Command("git", append([]string{"-C", r.Dir, "-c", "user.name=Ada", "-c", "user.email=ada@example.test"}, args...)...)
	output, err := cmd.CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("git %s: %w: %s", args[0], err, output)
	}
	return strings.TrimSpace(string(output)), nil
}
