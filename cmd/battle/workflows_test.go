package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"
)

// Workflows and documents run the command only where nobody looks: what they tell it must be something that
// it understands.
func TestCommandsOfWorkflowsAreUnderstood(t *testing.T) {
	root, err := moduleUnderTest()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	require.NoError(t, err)
	found := 0
	for _, file := range append(files, filepath.Join(root, "ci", "gitlab.yml"), filepath.Join(root, "docs", "ci.md")) {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, parts := range regexp.MustCompile(`(?m)^[- a-z:]*bin/battle (.*)$`).FindAllStringSubmatch(string(content), -1) {
			found++
			words := strings.NewReplacer(`"$BUDGET"`, "3h", `"$SEED"`, "7", `"$CI_PIPELINE_IID"`, "7").Replace(parts[1])
			line := &commandLine{}
			parser := kong.Must(line, kong.Name("battle"))
			_, err := parser.Parse(doubleDashes(parser.Model.Node, strings.Fields(words)))
			require.NoError(t, err, "%s: battle %s", file, words)
			require.NoError(t, line.CI.check(), "%s: battle %s", file, words)
		}
	}
	require.Equal(t, 5, found)
}

// A night has all engines, and what takes too long by day. What is not installed is left out
// without a word, and nothing would be red.
func TestANightHasAllEngines(t *testing.T) {
	root, err := moduleUnderTest()
	require.NoError(t, err)
	content, err := os.ReadFile(filepath.Join(root, ".github", "workflows", "battle-night.yml"))
	require.NoError(t, err)
	night := string(content)
	require.NotContains(t, night, "-engine")
	require.Regexp(t, `(?m)apt-get install -y .*afl\+\+ clang$`, night)
	require.Contains(t, night, "go build -C tools -o ../bin/ tool", "go-fuzz is a tool of the module")
	require.Contains(t, night, "- run: make farm-kills\n")
}

// A tag can be moved to other code, a commit can't.
func TestWorkflowsPinWhatTheyUse(t *testing.T) {
	root, err := moduleUnderTest()
	require.NoError(t, err)
	files, err := filepath.Glob(filepath.Join(root, ".github", "workflows", "*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	pinned := regexp.MustCompile(`uses: [\w/-]+@[0-9a-f]{40} # v\d+(\.\d+\.\d+)?$`)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		require.Regexp(t, `(?m)^permissions:`, string(content), file)
		for line := range strings.Lines(string(content)) {
			if strings.Contains(line, "uses:") {
				require.Regexp(t, pinned, strings.TrimSpace(line), file)
			}
		}
	}
}
