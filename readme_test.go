package battletest

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func read(t *testing.T, file string) string {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	return strings.ReplaceAll(string(content), "\r\n", "\n")
}

// fenced returns the fenced blocks of a language in a Markdown document.
func fenced(document, language string) []string {
	var blocks []string
	for _, found := range regexp.MustCompile("(?ms)^```"+language+"\n(.*?)^```$").FindAllStringSubmatch(document, -1) {
		blocks = append(blocks, found[1])
	}
	return blocks
}

func TestReadmeShowsTheExampleAsItIs(t *testing.T) {
	shown := fenced(read(t, "README.md"), "go")
	require.NotEmpty(t, shown)
	source := read(t, "examples/deque/deque_test.go")
	for _, block := range shown {
		require.Contains(t, source, block, "README.md shows Go that is not in the example")
	}
}

// TestReadmePlacesAreInTheirFunctions holds the finding that README.md shows to the sources: each
// frame of its stack is a line of the function that it names.
func TestReadmePlacesAreInTheirFunctions(t *testing.T) {
	frames := regexp.MustCompile(`(?m)^(battle\.test/\S+)\.(?:\(\*\w+\)\.)?(\w+)\n\tbattle\.test/(\S+):(\d+)$`).FindAllStringSubmatch(read(t, "README.md"), -1)
	require.Len(t, frames, 3)
	for _, frame := range frames {
		function, file := frame[2], frame[3]
		line, err := strconv.Atoi(frame[4])
		require.NoError(t, err)
		positions := token.NewFileSet()
		parsed, err := parser.ParseFile(positions, file, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		require.True(t, slices.ContainsFunc(parsed.Decls, func(d ast.Decl) bool {
			fn, is := d.(*ast.FuncDecl)
			return is && fn.Name.Name == function && positions.Position(fn.Pos()).Line <= line && line <= positions.Position(fn.End()).Line
		}), "README.md has %s at %s:%d", function, file, line)
	}
}

// TestReadmeCommandsAreRun holds README.md to its commands: each is run by ci/readme.sh,
// is a section of .ci/run, or is what such a section's make target consists of.
func TestReadmeCommandsAreRun(t *testing.T) {
	commands := readmeCommands(read(t, "README.md"))
	require.NotEmpty(t, commands)
	run := commandsRun(read(t, "ci/readme.sh"), read(t, ".ci/run"), read(t, "Makefile"))
	for _, command := range commands {
		require.Contains(t, run, command, "README.md names a command that nothing runs: add it to the table of ci/readme.sh")
	}
	for _, command := range tableCommands(read(t, "ci/readme.sh")) {
		require.Contains(t, commands, command, "ci/readme.sh runs a command that README.md does not name")
	}
	require.NotContains(t, run, "go run ./cmd/battle dance")
}

func readmeCommands(document string) []string {
	var commands []string
	for _, block := range fenced(document, "sh") {
		for line := range strings.Lines(block) {
			commands = append(commands, strings.TrimSpace(line))
		}
	}
	return commands
}

// tableCommands are the last column of the table in ci/readme.sh.
func tableCommands(script string) []string {
	var commands []string
	for _, row := range regexp.MustCompile(`(?m)^\d+ \|[^|]*\| (.*)$`).FindAllStringSubmatch(script, -1) {
		commands = append(commands, strings.TrimSpace(row[1]))
	}
	return commands
}

func commandsRun(table, ci, makefile string) []string {
	run := tableCommands(table)
	for _, section := range regexp.MustCompile(`(?m)^section "[^"]*" (.*)$`).FindAllStringSubmatch(ci, -1) {
		run = append(run, section[1])
	}
	for _, command := range slices.Clone(run) {
		if target, ok := strings.CutPrefix(command, "make "); ok {
			recipe := regexp.MustCompile(`(?m)^` + regexp.QuoteMeta(target) + `:.*\n((?:\t.*\n)+)`).FindStringSubmatch(makefile)
			for line := range strings.Lines(strings.Join(recipe, "")) {
				run = append(run, strings.TrimSpace(line))
			}
		}
	}
	return run
}

// TestReadmeLayoutIsTheRoomTable compares the rows of the layout table with the policy:
// those rooms that are there, in its order.
func TestReadmeLayoutIsTheRoomTable(t *testing.T) {
	var want []string
	for line := range strings.Lines(roomTable) {
		name, row, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found || name == "." || !isThere(name) {
			continue
		}
		may := strings.Split(strings.TrimSpace(row), ", ")
		if len(may) > 1 {
			may = slices.DeleteFunc(may, func(room string) bool { return !isThere(room) })
		}
		want = append(want, name+": "+strings.Join(may, ", "))
	}
	var got []string
	_, layout, _ := strings.Cut(read(t, "README.md"), "| room |")
	for _, row := range regexp.MustCompile(`(?m)^\| (\S+) \| [^|]* \| ([^|]*) \|$`).FindAllStringSubmatch(layout, -1) {
		got = append(got, row[1]+": "+row[2])
	}
	require.Equal(t, want, got)
}

func isThere(room string) bool {
	_, err := os.Stat(strings.TrimSuffix(room, "/*"))
	return err == nil
}

// TestLinksOfDocumentsLead follows the links of the documents into the repository.
func TestLinksOfDocumentsLead(t *testing.T) {
	for _, document := range []string{"README.md", "CONTRIBUTING.md"} {
		prose := regexp.MustCompile("(?ms)^```.*?^```$").ReplaceAllString(read(t, document), "")
		links := regexp.MustCompile(`\]\(([^)#]+)\)`).FindAllStringSubmatch(prose, -1)
		require.NotEmpty(t, links, document)
		for _, link := range links {
			if !strings.Contains(link[1], "://") {
				_, err := os.Stat(link[1])
				require.NoError(t, err, "a link of %s", document)
			}
		}
	}
}

// TestBareMakeNamesEveryTarget keeps the list that make prints complete.
func TestBareMakeNamesEveryTarget(t *testing.T) {
	makefile := read(t, "Makefile")
	var targets, listed []string
	for _, rule := range regexp.MustCompile(`(?m)^([a-z-]+):`).FindAllStringSubmatch(makefile, -1) {
		if rule[1] != "help" {
			targets = append(targets, rule[1])
		}
	}
	for _, line := range regexp.MustCompile(`(?m)^\t@echo 'make ([a-z-]+) `).FindAllStringSubmatch(makefile, -1) {
		listed = append(listed, line[1])
	}
	require.Equal(t, targets, listed)
}

// TestScriptsOfCIAreRun: a check that nothing runs is none. Those for people are the exceptions.
func TestScriptsOfCIAreRun(t *testing.T) {
	forPeople := []string{"ci/bench.sh", "ci/byhand.sh", "ci/farm-scale.sh", "ci/rates.sh", "ci/report-picture.sh"} // they measure or show, and take long
	ways := read(t, ".ci/run")
	workflows, err := filepath.Glob(".github/workflows/*.yml")
	require.NoError(t, err)
	for _, file := range workflows {
		ways += read(t, file)
	}
	scripts, err := filepath.Glob("ci/*.sh")
	require.NoError(t, err)
	require.NotEmpty(t, scripts)
	for _, script := range scripts {
		script = filepath.ToSlash(script)
		run := regexp.MustCompile(`(?m)^(section "[^"]*"|\s*(- )?run:|\tsection "[^"]*") ` + regexp.QuoteMeta(script) + `\b`).MatchString(ways)
		require.NotEqual(t, run, slices.Contains(forPeople, script), "%s: .ci/run and the workflows run it: %t", script, run)
	}
}

// TestCIHasThePreviousRelease: ci/skew names it by its commit, and where .ci/run runs on its own
// that is fetched.
func TestCIHasThePreviousRelease(t *testing.T) {
	require.Regexp(t, `^v\d+\.\d+\.\d+ [0-9a-f]{40}\n$`, read(t, "ci/skew/release"))
	job, _, _ := strings.Cut(read(t, ".github/workflows/test.yml"), "- run: .ci/run")
	require.Contains(t, job, "fetch-depth: 0")
	require.Contains(t, read(t, ".ci/run"), "<ci/skew/release")
}

// TestWhatCINeedsIsInstalledEverywhere: where .ci/run can't install what its sections need, the
// workflow does, but for the browser that its machines have.
func TestWhatCINeedsIsInstalledEverywhere(t *testing.T) {
	_, table, _ := strings.Cut(read(t, ".ci/run"), "<<OPTIONAL\n")
	table, _, _ = strings.Cut(table, "OPTIONAL\n")
	var packages []string
	for row := range strings.Lines(table) {
		if name, _, _ := strings.Cut(row, " "); name != "chromium" {
			packages = append(packages, name)
		}
	}
	installed := regexp.MustCompile(`sudo apt-get install -y (.*)`).FindStringSubmatch(read(t, ".github/workflows/test.yml"))
	require.NotEmpty(t, installed)
	require.Equal(t, packages, strings.Fields(installed[1]))
}
