// Package battletest has no code: its tests hold the whole repository to its rules.
package battletest

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/stretchr/testify/require"
)

// roomTable is the policy: each room, and what it may import of ours. A room is a
// folder with all below it. A room may import itself and what its row names, and a row
// names only rooms above it, so imports go one way. Imports of tests count, and so do
// files that are built for another system or with another tag.
//
// Do not change this table to make a build pass: a new arrow is a decision. The layout
// table of README.md has the same rows, which a test sees to.
//
// In statemachines each machine is a room of its own: machines share their contract, packets,
// snapshots, journals, the ways to follow a stream and to serve it, and talk to each other in messages.
const roomTable = `
	ringbuf          nothing
	oracle           nothing
	statemachines/*  ringbuf, statemachines/snapshot, statemachines/machine, statemachines/wire, statemachines/follow, statemachines/journal, statemachines/serve
	battle           nothing
	sim              battle, statemachines
	explore          battle
	corpus           nothing
	bugs             nothing
	fuzz             battle, explore, ringbuf, statemachines, oracle, sim, corpus
	properties       battle, explore, ringbuf, statemachines, oracle, sim, corpus, fuzz
	ci/skew          battle, statemachines, oracle, sim
	ci               nothing
	tools            nothing
	examples         battle
	bench            ringbuf, battle
	cmd/battle       all
	farm             battle, explore, cmd/battle
	cmd/aria         ringbuf, statemachines
	.                nothing
`

// never has what a room may not even reach through others. An oracle that shared code
// with its subject would share its bugs.
var never = map[string][]string{
	"oracle": {"ringbuf", "statemachines"},
	"battle": {"explore"},
}

func TestImportsFollowTheRoomTable(t *testing.T) {
	broken, err := checkRooms(os.DirFS("."), roomTable)
	require.NoError(t, err)
	require.Empty(t, broken, "imports against the room table:\n%s", strings.Join(broken, "\n"))
}

// TestRoomCheckRefuses proves that the check can fail.
func TestRoomCheckRefuses(t *testing.T) {
	cases := []struct {
		name, table string
		files       map[string]string // path -> what it imports of ours
		want        string
	}{
		{"an import against the table", roomTable,
			map[string]string{"ringbuf/ring.go": "battle"},
			"ringbuf/ring.go:3: ringbuf may not import battle.test/battle"},
		{"an import of a test", roomTable,
			map[string]string{"oracle/ring_test.go": "ringbuf"},
			"oracle/ring_test.go:3: oracle may not import battle.test/ringbuf"},
		{"a file for another system", roomTable,
			map[string]string{"battle/wait_windows.go": "ringbuf"},
			"battle/wait_windows.go:3: battle may not import battle.test/ringbuf"},
		{"one machine in another", roomTable,
			map[string]string{"statemachines/tip/tip.go": "statemachines/sequencer"},
			"statemachines/tip/tip.go:3: statemachines/tip may not import battle.test/statemachines/sequencer"},
		{"a room that is not in the table", roomTable,
			map[string]string{"helpers/strings.go": ""},
			"helpers/strings.go: unknown room helpers: add a row to the room table, or move the file"},
		{"a folder whose name begins like a room's", roomTable,
			map[string]string{"fuzz/ring.go": "oracles"},
			"fuzz/ring.go:3: fuzz may not import battle.test/oracles"},
		{"a detour", "ringbuf nothing\nbattle ringbuf\noracle battle",
			map[string]string{"ringbuf/ring.go": "", "battle/t.go": "ringbuf", "oracle/ring_test.go": "battle"},
			"battle.test/oracle reaches battle.test/ringbuf, which oracle never may: battle.test/oracle -> battle.test/battle -> battle.test/ringbuf"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := fstest.MapFS{}
			for file, imports := range c.files {
				tree[file] = &fstest.MapFile{Data: []byte(sourceImporting(imports))}
			}
			broken, err := checkRooms(tree, c.table)
			require.NoError(t, err)
			require.Equal(t, []string{c.want}, broken)
		})
	}
}

func TestRoomTableGoesOneWay(t *testing.T) {
	_, err := parseRooms("battle nothing\nfuzz battle, sim\nsim fuzz")
	require.EqualError(t, err, "room fuzz may import sim, which is no room above it")
	_, err = parseRooms("battle nothing\nbattle nothing")
	require.EqualError(t, err, "room battle is there twice")
}

func sourceImporting(ours string) string {
	if ours == "" {
		return "package room\n"
	}
	return fmt.Sprintf("package room\n\nimport %q\n", modulePath+"/"+ours)
}

const modulePath = "battle.test"

// A room is a row of the table.
type room struct {
	name string
	may  []string // rooms, or "all"
}

func parseRooms(table string) ([]room, error) {
	var rooms []room
	for line := range strings.Lines(table) {
		name, may, found := strings.Cut(strings.TrimSpace(line), " ")
		if !found {
			continue
		}
		one := room{name: strings.TrimSuffix(name, "/*")}
		if may = strings.TrimSpace(may); may != "nothing" {
			one.may = strings.Split(may, ", ")
		}
		if slices.ContainsFunc(rooms, func(r room) bool { return r.name == one.name }) {
			return nil, fmt.Errorf("room %s is there twice", one.name)
		}
		for _, other := range one.may {
			above := func(r room) bool { return within(other, r.name) }
			if other != "all" && !within(other, one.name) && !slices.ContainsFunc(rooms, above) {
				return nil, fmt.Errorf("room %s may import %s, which is no room above it", one.name, other)
			}
		}
		rooms = append(rooms, one)
	}
	return rooms, nil
}

// within tells whether a folder is a room or lies in it.
func within(folder, room string) bool {
	return folder == room || strings.HasPrefix(folder, room+"/")
}

// roomOf is the room of a folder, and the part of it that is free in itself.
func roomOf(rooms []room, folder string) (of room, free string, known bool) {
	for _, r := range rooms {
		if within(folder, r.name) {
			free = r.name
			if r.name == "statemachines" {
				rest, _, _ := strings.Cut(strings.TrimPrefix(folder, "statemachines/"), "/")
				free = "statemachines/" + rest
			}
			return r, free, true
		}
	}
	return room{}, "", false
}

// A folderImports is what the files of a folder import of ours: folder -> file:line.
type folderImports struct {
	code, tests map[string]string
	file        string // one of them
}

// checkRooms says what breaks the table, in order of the folders.
func checkRooms(tree fs.FS, table string) ([]string, error) {
	rooms, err := parseRooms(table)
	if err != nil {
		return nil, err
	}
	folders, err := readImports(tree)
	if err != nil {
		return nil, err
	}
	var broken []string
	for _, folder := range slices.Sorted(maps.Keys(folders)) {
		f := folders[folder]
		of, free, known := roomOf(rooms, folder)
		if !known {
			broken = append(broken, fmt.Sprintf("%s: unknown room %s: add a row to the room table, or move the file", f.file, folder))
			continue
		}
		for _, imports := range []map[string]string{f.code, f.tests} {
			for _, other := range slices.Sorted(maps.Keys(imports)) {
				allowed := func(may string) bool { return may == "all" || within(other, may) }
				if !within(other, free) && !slices.ContainsFunc(of.may, allowed) {
					broken = append(broken, fmt.Sprintf("%s: %s may not import %s", imports[other], folder, path.Join(modulePath, other)))
				}
			}
		}
		broken = append(broken, checkNever(folders, folder)...)
	}
	return broken, nil
}

// checkNever follows the imports of a folder, and of its tests, through all others.
func checkNever(folders map[string]folderImports, from string) []string {
	root, _, _ := strings.Cut(from, "/")
	if len(never[root]) == 0 {
		return nil
	}
	ways := map[string]string{from: path.Join(modulePath, from)}
	queue := []string{from}
	var broken []string
	for len(queue) > 0 {
		here := queue[0]
		queue = queue[1:]
		next := maps.Clone(folders[here].code)
		if here == from {
			maps.Copy(next, folders[here].tests)
		}
		for _, other := range slices.Sorted(maps.Keys(next)) {
			if ways[other] != "" {
				continue
			}
			ways[other] = ways[here] + " -> " + path.Join(modulePath, other)
			queue = append(queue, other)
			for _, banned := range never[root] {
				if within(other, banned) && here != from { // a direct import is against the table already
					broken = append(broken, fmt.Sprintf("%s reaches %s, which %s never may: %s",
						path.Join(modulePath, from), path.Join(modulePath, other), root, ways[other]))
				}
			}
		}
	}
	return broken
}

// readImports parses the imports of every Go file of the tree, nested modules too.
// go list would leave out the files of other systems and tags.
func readImports(tree fs.FS) (map[string]folderImports, error) {
	folders := make(map[string]folderImports)
	err := fs.WalkDir(tree, ".", func(file string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && file != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(file, ".go"):
			return nil
		}
		folder := path.Dir(file)
		f, seen := folders[folder]
		if !seen {
			f = folderImports{code: map[string]string{}, tests: map[string]string{}, file: file}
			folders[folder] = f
		}
		into := f.code
		if strings.HasSuffix(file, "_test.go") {
			into = f.tests
		}
		return addImports(tree, file, into)
	})
	return folders, err
}

func addImports(tree fs.FS, file string, into map[string]string) error {
	source, err := fs.ReadFile(tree, file)
	if err != nil {
		return err
	}
	positions := token.NewFileSet()
	parsed, err := parser.ParseFile(positions, file, source, parser.ImportsOnly)
	if err != nil {
		return err
	}
	for _, spec := range parsed.Imports {
		imported, err := strconv.Unquote(spec.Path.Value)
		if err != nil {
			return err
		}
		if ours, ok := strings.CutPrefix(imported, modulePath+"/"); ok {
			into[ours] = fmt.Sprintf("%s:%d", file, positions.Position(spec.Pos()).Line)
		}
	}
	return nil
}
