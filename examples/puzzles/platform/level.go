package platform

// What a level consists of.
const (
	ground = '#'
	spikes = '^'
	flag   = 'F'
	walker = 'w'
)

// stretch is the number of columns of a part of a level.
const stretch = 16

// A Level is a map of tiles, which no game changes.
type Level struct {
	Name      string
	rows      []string // from the top
	walkers   []patrol
	walkersIn [][]int // by part
}

// A patrol is a walker, going to and fro between two columns.
type patrol struct{ from, to, y int } // in units

const (
	walkerSize  = 200
	walkerSpeed = 10 // units a frame
	walkerReach = 3  // tiles to either side
)

// where is the top left of a walker's box.
func (p patrol) where(frame int) (x, y int) {
	way := p.to - p.from
	at := frame * walkerSpeed % (2 * way)
	if at > way {
		at = 2*way - at
	}
	return p.from + at, p.y
}

// newLevel puts a level together from its parts, each [stretch] columns of the same
// height.
func newLevel(name string, parts ...[]string) *Level {
	l := &Level{Name: name, rows: make([]string, len(parts[0])), walkersIn: make([][]int, len(parts))}
	for i, part := range parts {
		for row, tiles := range part {
			l.rows[row] += tiles
			for column, tile := range tiles {
				if tile == walker {
					l.walkersIn[i] = append(l.walkersIn[i], len(l.walkers))
					l.walkers = append(l.walkers, patrol{
						from: (i*stretch + column - walkerReach) * Tile, to: (i*stretch + column + walkerReach) * Tile,
						y: (row+1)*Tile - walkerSize,
					})
				}
			}
		}
	}
	return l
}

func (l *Level) height() int { return len(l.rows) }

// Width is how many columns the level has.
func (l *Level) Width() int { return len(l.rows[0]) }

// tileOf is the tile of a position, rounded down.
func tileOf(units int) int { return units >> 8 }

// at is the tile at a position. Left and right of the level is ground, above and below
// it is air.
func (l *Level) at(x, y int) byte {
	column, row := tileOf(x), tileOf(y)
	switch {
	case column < 0 || column >= len(l.rows[0]):
		return ground
	case row < 0 || row >= len(l.rows):
		return ' '
	}
	return l.rows[row][column]
}

func (l *Level) solid(x, y int) bool { return l.at(x, y) == ground }
