package puzzles

import (
	"fmt"
	"strings"

	"battle.test/battle"
	"battle.test/examples/puzzles/platform"
)

// Pad is the buttons that are held: an enumeration of all sets of them.
type Pad uint8

// String names the buttons, as in right-run-jump.
func (p Pad) String() string {
	var held []string
	for i, name := range []string{"left", "right", "run", "jump"} {
		if p>>i&1 == 1 {
			held = append(held, name)
		}
	}
	if len(held) == 0 {
		return "nothing"
	}
	return strings.Join(held, "-")
}

// Hold holds buttons for some frames.
type Hold struct {
	Pad    Pad   `draw:"0..15"`
	Frames uint8 `draw:"1..8"`
}

// A play is a game, and who looks on.
type play struct {
	game  *platform.Game
	watch func(*platform.Game, Pad) // after each frame, or nil
}

// Apply implements battle.Update. That a level is finished is what is to be found, but
// nothing worth a word to somebody who looks on.
func (u *Hold) Apply(t *battle.T, p *play) {
	for range u.Frames {
		p.game.Step(platform.Buttons(u.Pad))
		if p.watch != nil {
			p.watch(p.game, u.Pad)
		}
	}
	x, y := p.game.Position()
	switch p.game.State() {
	case platform.Playing:
		t.Reach("place", uint64(x/platform.Tile)<<8|uint64(max(0, y/platform.Tile)))
		t.Maximize("right", uint64(x))
	case platform.Finished:
		if p.watch == nil {
			t.Errorf("the level is finished")
		}
	}
}

// Platform1 and Platform2 are the game's levels.
var (
	Platform1 = platformOf("platform-1", platform.First, nil)
	Platform2 = platformOf("platform-2", platform.Second, nil)
)

func platformOf(name string, level *platform.Level, watch func(*platform.Game, Pad)) battle.Target[*play] {
	return battle.Target[*play]{
		Name: name,
		New:  func() *play { return &play{platform.Start(level), watch} },
		Ops:  battle.Ops(battle.Op[*Hold](1)),
		// A run is of thousands of frames.
		Clone: func(p *play) *play { return &play{p.game.Clone(), p.watch} },
	}
}

// Play plays a trace of holds in a level, and shows every frame, until the trace ends.
// The error is of the trace, with its file's name and line.
func Play(level *platform.Level, file string, trace []byte, watch func(*platform.Game, Pad)) error {
	played := false
	target := platformOf("platform", level, func(g *platform.Game, pad Pad) {
		played = true
		watch(g, pad)
	})
	tape, err := battle.Parse(target, file, trace)
	if err != nil {
		return err
	}
	battle.Find(target, tape)
	if !played {
		return fmt.Errorf("%s: no updates: nothing to play", file)
	}
	return nil
}
