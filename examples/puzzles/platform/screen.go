package platform

import "strings"

// Things that are seen on a screen, besides the level's tiles.
const (
	player = '@'
	gone   = 'x' // the player, dead
)

// Screen is what is to be seen around the player, that many columns wide: a line a row,
// a character a tile.
func (g *Game) Screen(columns int) string {
	rows, _ := g.View(columns)
	return strings.Join(rows, "\n") + "\n"
}

// View is the rows of a screen of that many columns, with player and walkers as the
// tiles that they are mostly in, and the column of the level that it begins with.
func (g *Game) View(columns int) (rows []string, first int) {
	columns = min(columns, g.level.Width())
	first = min(max(0, tileOf(g.x)-columns/2), g.level.Width()-columns)
	var tiles [][]byte
	for _, row := range g.level.rows {
		tile := []byte(strings.ReplaceAll(row[first:first+columns], string(rune(walker)), " "))
		tiles = append(tiles, tile)
	}
	put := func(x, y int, what byte) {
		column, row := tileOf(x)-first, tileOf(y)
		if column >= 0 && column < columns && row >= 0 && row < len(tiles) {
			tiles[row][column] = what
		}
	}
	for i, p := range g.level.walkers {
		if !g.beaten[i] {
			x, y := p.where(g.frame)
			put(x+walkerSize/2, y+walkerSize/2, walker)
		}
	}
	figure := byte(player)
	if g.state == Dead {
		figure = gone
	}
	put(g.x+playerWidth/2, g.y+playerHeight/2, figure)
	for _, row := range tiles {
		rows = append(rows, string(row))
	}
	return rows, first
}
