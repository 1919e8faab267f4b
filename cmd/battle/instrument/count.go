package instrument

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/gob"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"sync"

	"battle.test/cmd/battle/cache"
	"battle.test/cmd/battle/process"
)

// Counted files, by the sum of what they were before. A process for each is most of what putting
// counters in takes, and from one build to the next few files change.
type countedFiles map[[sha256.Size]byte][]byte

// countBlocks lets go tool cover put counters into the files, a few at a time. Those of the build
// before are in the cache, by its folder and patterns.
func countBlocks(ctx context.Context, files []*source, kept *cache.Cache, build string) error {
	version, err := process.Go(ctx, "", nil, "env", "GOVERSION")
	if err != nil {
		return err
	}
	name := fmt.Sprintf("counted %s %s", version, build)
	var before countedFiles
	if err := gob.NewDecoder(bytes.NewReader(kept.Load(name))).Decode(&before); err != nil {
		before = nil // all are counted again
	}
	sums := make([][sha256.Size]byte, len(files))
	var changed []*source
	for i, one := range files {
		sums[i] = sha256.Sum256(one.content)
		if counted, ok := before[sums[i]]; ok {
			one.content = counted
		} else {
			changed = append(changed, one)
		}
	}
	if len(changed) == 0 {
		return nil
	}
	if err := countAll(ctx, changed); err != nil {
		return err
	}
	now := make(countedFiles)
	for i, one := range files {
		now[sums[i]] = one.content
	}
	var document bytes.Buffer
	if err := gob.NewEncoder(&document).Encode(now); err != nil {
		return err
	}
	kept.Save(name, document.Bytes())
	return nil
}

// countAll puts counters into files.
func countAll(ctx context.Context, files []*source) error {
	temp, err := os.MkdirTemp("", "battle-cover-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	errs := make([]error, len(files))
	var workers sync.WaitGroup
	tickets := make(chan int, len(files))
	for i := range files {
		tickets <- i
	}
	close(tickets)
	for range min(runtime.NumCPU(), len(files)) {
		workers.Go(func() {
			for i := range tickets {
				errs[i] = files[i].count(ctx, filepath.Join(temp, strconv.Itoa(i)+".go"))
			}
		})
	}
	workers.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// lineNote names the temporary file.
var lineNote = regexp.MustCompile(`\A//line [^\n]*\n`)

// count puts counters into a file, which is written into a temporary one for that.
func (s *source) count(ctx context.Context, temp string) error {
	if err := os.WriteFile(temp, s.content, 0o644); err != nil {
		return err
	}
	counted, err := process.Go(ctx, "", nil, "tool", "cover", "-mode=count", "-var="+probeName, temp)
	if err != nil {
		return fmt.Errorf("counting the blocks of %s: %w", s.path, err)
	}
	s.content = lineNote.ReplaceAll(counted, nil)
	return nil
}
