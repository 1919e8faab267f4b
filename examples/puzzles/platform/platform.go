// Package platform is a small side-scrolling platform game: run, jump over gaps and
// spikes, jump onto what walks about or around it, and reach the flag. It is after the
// talk on fuzzing Super Mario (Nintendo's; Schumilo, Aschermann et al., 2020).
//
// The game is a pure function of the buttons held in each frame: all numbers are whole,
// and nothing is random. Lengths are in units, of which a tile has [Tile].
package platform

import "slices"

// Tile is the side of a tile, in units.
const Tile = 256

// Buttons are those that are held in a frame.
type Buttons uint8

// The buttons. Left and right together are neither.
const (
	Left Buttons = 1 << iota
	Right
	Run
	Jump
)

// How the player moves, in units a frame and units a frame a frame.
const (
	walkMax  = 24
	runMax   = 40
	push     = 2 // gained a frame by holding left or right
	drag     = 3 // lost a frame by holding neither
	jumpUp   = 80
	floating = 3 // gravity while rising with jump held
	falling  = 6
	fallMax  = 100
	bounce   = 56 // off what was jumped onto
)

// The player's box.
const (
	playerWidth  = 176
	playerHeight = 240
)

// A Game is a level in play.
type Game struct {
	level  *Level
	frame  int
	x, y   int // of the player's box: left, top
	vx, vy int
	ground bool // the player stands
	held   bool // jump was held in the last frame
	state  State
	beaten []bool // by walker
}

// State is how the game stands.
type State uint8

// A game that is over stays so.
const (
	Playing State = iota
	Dead
	Finished
)

// String names the state.
func (s State) String() string { return [...]string{"playing", "dead", "finished"}[s] }

// Start starts a level.
func Start(level *Level) *Game {
	return &Game{level: level, x: 2 * Tile, y: 3 * Tile, beaten: make([]bool, len(level.walkers))}
}

// Clone is a game that stands as this one does, and goes on by itself.
func (g *Game) Clone() *Game {
	other := *g
	other.beaten = slices.Clone(g.beaten)
	return &other
}

// State is how the game stands.
func (g *Game) State() State { return g.state }

// Position is the top left of the player's box, in units from the top left of the level.
func (g *Game) Position() (x, y int) { return g.x, g.y }

// Frame is how many frames have been played.
func (g *Game) Frame() int { return g.frame }

// Step plays a frame.
func (g *Game) Step(held Buttons) {
	if g.state != Playing {
		return
	}
	g.frame++
	g.steer(held)
	g.moveAcross()
	g.moveDown()
	g.meetWalkers()
	g.touch()
}

func (g *Game) steer(held Buttons) {
	most := walkMax
	if held&Run != 0 {
		most = runMax
	}
	switch held & (Left | Right) {
	case Left:
		g.vx = max(g.vx-push, -most)
	case Right:
		g.vx = min(g.vx+push, most)
	default:
		g.vx = toZero(g.vx, drag)
	}
	jump := held&Jump != 0
	if jump && !g.held && g.ground {
		g.vy = -jumpUp
	}
	if jump && g.vy < 0 {
		g.vy += floating
	} else {
		g.vy = min(g.vy+falling, fallMax)
	}
	g.held = jump
}

func toZero(v, by int) int {
	if v > 0 {
		return max(0, v-by)
	}
	return min(0, v+by)
}

// moveAcross moves the player sideways, up to a wall.
func (g *Game) moveAcross() {
	g.x += g.vx
	side := g.x
	if g.vx > 0 {
		side += playerWidth - 1
	}
	for _, y := range [...]int{g.y, g.y + playerHeight/2, g.y + playerHeight - 1} {
		if !g.level.solid(side, y) {
			continue
		}
		if g.vx > 0 {
			g.x = tileOf(side)*Tile - playerWidth
		} else {
			g.x = (tileOf(side) + 1) * Tile
		}
		g.vx = 0
		return
	}
}

// moveDown moves the player up or down, onto the ground or up to a ceiling.
func (g *Game) moveDown() {
	g.y += g.vy
	edge := g.y
	if g.vy > 0 {
		edge += playerHeight - 1
	}
	g.ground = false
	for _, x := range [...]int{g.x, g.x + playerWidth/2, g.x + playerWidth - 1} {
		if !g.level.solid(x, edge) {
			continue
		}
		if g.vy > 0 {
			g.y = tileOf(edge)*Tile - playerHeight
			g.ground = true
		} else {
			g.y = (tileOf(edge) + 1) * Tile
		}
		g.vy = 0
		return
	}
}

// touch ends the game where the player is at something that does.
func (g *Game) touch() {
	if g.y > g.level.height()*Tile {
		g.state = Dead
		return
	}
	switch g.level.at(g.x+playerWidth/2, g.y+playerHeight-1) {
	case spikes:
		g.state = Dead
	case flag:
		g.state = Finished
	}
}

// meetWalkers lets the player jump onto walkers, or be caught by one.
func (g *Game) meetWalkers() {
	near := tileOf(g.x) / stretch
	for part := max(0, near-1); part <= near+1 && part < len(g.level.walkersIn); part++ {
		for _, i := range g.level.walkersIn[part] {
			if g.beaten[i] {
				continue
			}
			x, y := g.level.walkers[i].where(g.frame)
			if g.x+playerWidth <= x || x+walkerSize <= g.x || g.y+playerHeight <= y || y+walkerSize <= g.y {
				continue
			}
			if g.vy > 0 && g.y+playerHeight < y+walkerSize/2+fallMax/2 {
				g.beaten[i] = true
				g.vy = -bounce
			} else {
				g.state = Dead
			}
		}
	}
}
