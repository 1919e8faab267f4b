package puzzles

import (
	"fmt"
	"hash/fnv"
	"os"
	"strings"
	"testing"

	"battle.test/battle"
	"battle.test/examples/puzzles/maze"
	"battle.test/examples/puzzles/platform"
)

func FuzzLock10(f *testing.F)         { battle.Fuzz(f, Lock10) }
func FuzzLock20(f *testing.F)         { battle.Fuzz(f, Lock20) }
func FuzzPath(f *testing.F)           { battle.Fuzz(f, Path) }
func FuzzMazeSmall(f *testing.F)      { battle.Fuzz(f, MazeSmall) }
func FuzzMazeSmallReach(f *testing.F) { battle.Fuzz(f, MazeSmallReach) }
func FuzzMazeLarge(f *testing.F)      { battle.Fuzz(f, MazeLarge) }
func FuzzMazeLargeReach(f *testing.F) { battle.Fuzz(f, MazeLargeReach) }
func FuzzRadix(f *testing.F)          { battle.Fuzz(f, Radix) }
func FuzzDeque(f *testing.F)          { battle.Fuzz(f, Deque) }
func FuzzByteQueue(f *testing.F)      { battle.Fuzz(f, ByteQueue) }
func FuzzBtree(f *testing.F)          { battle.Fuzz(f, Btree) }
func FuzzPlatform1(f *testing.F)      { battle.Fuzz(f, Platform1) }
func FuzzPlatform2(f *testing.F)      { battle.Fuzz(f, Platform2) }
func FuzzVault(f *testing.F)          { battle.Fuzz(f, Vault) }

// solves proves that a trace ends in the task's finding, with its very last update, and
// that the finding says what it should.
func solves[S any](t *testing.T, target battle.Target[S], trace, want string) {
	t.Helper()
	tape, err := battle.Parse(target, "solution", []byte(trace))
	if err != nil {
		t.Fatal(err)
	}
	found := battle.Find(target, tape)
	if found == nil {
		t.Fatalf("%s: the solution passes", target.Name)
	}
	if !strings.Contains(string(found.Text()), want) {
		t.Fatalf("%s: want a finding that says %q, got\n%s", target.Name, want, found.Text())
	}
	lines := strings.Split(strings.TrimSpace(trace), "\n")
	if tape, err = battle.Parse(target, "solution", []byte(strings.Join(lines[:len(lines)-1], "\n"))); err != nil {
		t.Fatal(err)
	}
	if found := battle.Find(target, tape); found != nil {
		t.Fatalf("%s: solved before the last update:\n%s", target.Name, found.Text())
	}
}

func TestLocksOpen(t *testing.T) {
	var trace strings.Builder
	for i, key := range []int{11, 4, 14, 2, 7, 7, 13, 1, 9, 6, 12, 3, 10, 5, 8, 2, 11, 14, 4, 9} {
		fmt.Fprintf(&trace, "press key=%d\n", key)
		if i == 9 {
			solves(t, Lock10, trace.String(), "the lock is open")
		}
	}
	solves(t, Lock20, trace.String(), "the lock is open")
	battle.ReplayTrace(t, Lock10, "press key=11; press key=4; press key=4")
}

func TestPathLeadsThrough(t *testing.T) {
	mixed := uint64(pathKey)
	mixed *= 0x9E3779B97F4A7C15
	number := (mixed<<31 | mixed>>33) ^ pathKey
	word := fmt.Sprintf("%02x%02x%02x%02x%02x", byte(number), byte(number>>8), byte(number>>24), byte(number>>40), byte(number>>48))
	sum := fnv.New32a()
	sum.Write([]byte(word))
	solves(t, Path, fmt.Sprintf("number32 value=0x5EEDC0DE\nnumber64 value=%d\nword text=%q\nnumber32 value=%d", number, word, sum.Sum32()),
		"all gates are open")
}

func TestVaultOpens(t *testing.T) {
	const dial = "dial a=3 b=1 c=2 d=0 e=3 f=1 g=0 h=2 i=2 j=1 k=3 l=1\n"
	battle.ReplayTrace(t, Vault, dial)
	solves(t, Vault, fmt.Sprintf("unlock number=%d\n", vaultNumber())+dial, "the safe is open")
}

func TestMazesHaveAWay(t *testing.T) {
	for _, one := range []struct {
		target       battle.Target[*walk]
		across, down int
		stepsMin     int
	}{
		{MazeSmall, 6, 4, 20}, {MazeSmallReach, 6, 4, 20}, {MazeLarge, 24, 12, 100}, {MazeLargeReach, 24, 12, 100},
	} {
		var trace strings.Builder
		ways := maze.New(one.across, one.down).Way()
		if len(ways) < one.stepsMin {
			t.Errorf("%s: the way has %d steps, want at least %d", one.target.Name, len(ways), one.stepsMin)
		}
		for _, way := range ways {
			fmt.Fprintf(&trace, "walk way=%s\n", Way(way))
		}
		t.Logf("%s: %d steps", one.target.Name, len(ways))
		solves(t, one.target, trace.String(), "out of the maze")
	}
}

// Five keys that share two bytes make a node of 16 with a prefix; removing one shrinks it.
func TestRadixTreeBreaksWhenANodeWithAPrefixShrinks(t *testing.T) {
	solves(t, Radix, `
		radix-put key=0x10200000 value=1
		radix-put key=0x30400001 value=1
		radix-put key=0x30400002 value=2
		radix-put key=0x30400003 value=3
		radix-put key=0x30400004 value=4
		radix-put key=0x30400005 value=5
		radix-get-known nth=1
		radix-remove-known nth=5
		radix-get-known nth=1`, "(false), want 0 (true)")
}

func TestDequeBreaksAtTheSixtyFifthElement(t *testing.T) {
	trace := "push-back value=1\npop-front\npush-back value=7\n" + strings.Repeat("push-back value=9\n", 64) + "pop-back\n"
	solves(t, Deque, trace, "last")
}

func TestByteQueueBreaksAtGapsOf128And129Bytes(t *testing.T) {
	const most = 16384 - 5*2503 - 3 // what is left after five entries of 2,500
	five := strings.Repeat("enqueue length=2500 fill=5\n", 5)
	lap := five + fmt.Sprintf("enqueue length=%d fill=5\n", most) + strings.Repeat("dequeue\n", 6)
	for gap := 1; gap < 400; gap++ {
		trace := lap + five + fmt.Sprintf("enqueue length=%d fill=5\n", most-gap) +
			"dequeue\ndequeue\nenqueue length=1000 fill=5\n" + strings.Repeat("dequeue\n", 5)
		if gap == 128 || gap == 129 {
			solves(t, ByteQueue, trace, "")
		} else {
			battle.ReplayTrace(t, ByteQueue, trace)
		}
	}
}

func TestBtreeBreaksPast255Keys(t *testing.T) {
	var trace strings.Builder
	for key := range 300 {
		fmt.Fprintf(&trace, "btree-insert key=%d\n", key)
	}
	trace.WriteString("btree-seek nth=255\n")
	battle.ReplayTrace(t, Btree, trace.String())
	solves(t, Btree, trace.String()+"btree-seek nth=270\n", "key of that rank")
}

// The solutions are traces of thousands of frames; minimising them is not the test's
// business, so they are played, not hunted.
func TestPlatformLevelsCanBeFinished(t *testing.T) {
	for file, level := range map[string]*platform.Level{"platform-1": platform.First, "platform-2": platform.Second} {
		trace, err := os.ReadFile("testdata/solutions/" + file + ".trace")
		if err != nil {
			t.Fatal(err)
		}
		var last platform.Game
		if err := Play(level, file, trace, func(g *platform.Game, _ Pad) { last = *g }); err != nil {
			t.Fatal(err)
		}
		if last.State() != platform.Finished || last.Frame() < 3000 {
			t.Errorf("%s: %s after %d frames, want it finished after thousands", file, last.State(), last.Frame())
		}
	}
}

func TestFinishingALevelIsTheFinding(t *testing.T) {
	trace, err := os.ReadFile("testdata/solutions/platform-1.trace")
	if err != nil {
		t.Fatal(err)
	}
	solves(t, Platform1, string(trace), "the level is finished")
}

// Running right and no more ends soon, in both levels: they are no walk.
func TestPlatformLevelsAreNoWalk(t *testing.T) {
	for _, buttons := range []Pad{Pad(platform.Right | platform.Run), Pad(platform.Right | platform.Run | platform.Jump)} {
		for _, level := range []*platform.Level{platform.First, platform.Second} {
			g := platform.Start(level)
			for range 4000 {
				g.Step(platform.Buttons(buttons))
			}
			if x, _ := g.Position(); x > 100*platform.Tile {
				t.Errorf("holding %s leads to column %d", buttons, x/platform.Tile)
			}
		}
	}
}
