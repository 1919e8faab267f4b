package puppet

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// Install puts the running program into a folder under another name, and returns its path. A
// test's main looks at [Name] for what it is to play.
func Install(dir, name string) (path string, err error) {
	own, err := os.Executable()
	if err != nil {
		return "", err
	}
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	path = filepath.Join(dir, name)
	if os.Link(own, path) == nil {
		return path, nil
	}
	from, err := os.Open(own)
	if err != nil {
		return "", err
	}
	defer from.Close()
	to, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		return "", err
	}
	_, err = io.Copy(to, from)
	return path, errors.Join(err, to.Close())
}

// Name is the name that the running program was started under.
func Name() string { return strings.TrimSuffix(filepath.Base(os.Args[0]), ".exe") }
