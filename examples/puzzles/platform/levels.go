package platform

// The parts that levels are made of, from left to right.
var (
	flat = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"################",
		"################",
	}
	gap = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"######    ######",
		"######    ######",
	}
	chasm = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"######      ####",
		"######      ####",
	}
	stairs = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"        ##      ",
		"      ######    ",
		"    ##########  ",
		"################",
		"################",
	}
	wall = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"         #      ",
		"         #      ",
		"         #      ",
		"################",
		"################",
	}
	walkers = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"     w      w   ",
		"################",
		"################",
	}
	pillars = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"         ##     ",
		"     #   ##     ",
		"##   #   ##   ##",
		"##   #   ##   ##",
	}
	thorns = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"     ^^   ^^^   ",
		"################",
		"################",
	}
	tunnel = []string{
		"                ",
		"                ",
		"                ",
		"  ############  ",
		"  ############  ",
		"  ############  ",
		"                ",
		"        w       ",
		"################",
		"################",
	}
	islands = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"                ",
		"          ##    ",
		"    ###         ",
		"                ",
		"##            ##",
		"##            ##",
	}
	// The way through is above: below it ends at a wall.
	deadEndBegin = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"            ####",
		"                ",
		"      ###       ",
		"                ",
		"################",
		"################",
	}
	deadEnd = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"################",
		"                ",
		"                ",
		"                ",
		"################",
		"################",
	}
	deadEndWalkers = []string{
		"                ",
		"                ",
		"                ",
		"     w     w    ",
		"################",
		"                ",
		"                ",
		"                ",
		"################",
		"################",
	}
	deadEndEnd = []string{
		"                ",
		"                ",
		"                ",
		"                ",
		"########        ",
		"       #        ",
		"       #        ",
		"       #        ",
		"################",
		"################",
	}
	end = []string{
		"                ",
		"            F   ",
		"            F   ",
		"            F   ",
		"            F   ",
		"            F   ",
		"            F   ",
		"            F   ",
		"################",
		"################",
	}
)

// The levels. The first is played by going right; in the second, who goes as far right as
// can be ends in front of a wall, twice.
var (
	First = newLevel("first",
		flat, gap, stairs, walkers, wall, gap, pillars, flat, chasm, walkers,
		thorns, stairs, islands, tunnel, wall, chasm, pillars, walkers, gap, thorns,
		stairs, chasm, flat, islands, walkers, wall, thorns, gap, tunnel, end)
	Second = newLevel("second",
		flat, walkers, gap, deadEndBegin, deadEnd, deadEndWalkers, deadEnd, deadEndEnd, pillars, thorns,
		islands, wall, chasm, walkers, tunnel, stairs, deadEndBegin, deadEndWalkers, deadEnd, deadEndWalkers,
		deadEnd, deadEndEnd, islands, pillars, chasm, walkers, thorns, wall, gap, end)
)
