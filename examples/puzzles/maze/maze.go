// Package maze is a walk through a maze, as in the paper on IJON (Aschermann et al.,
// 2020), in its hard form: who walks into a wall is back at the entrance.
package maze

// A Maze is a walk that has just begun.
type Maze struct {
	width int    // of the map, in cells
	wall  []bool // by cell
	at    int    // the walker's cell
	enter int
	exit  int
}

// New makes a maze of rooms by rooms, always the same one for a size, with one way
// between any two rooms. The way from the entrance, at the top left, leads to the exit
// at the bottom right.
func New(across, down int) *Maze {
	m := &Maze{width: 2*across + 1}
	m.wall = make([]bool, m.width*(2*down+1))
	for cell := range m.wall {
		m.wall[cell] = true
	}
	m.enter = m.width + 1
	m.exit = len(m.wall) - m.width - 2
	m.at = m.enter
	m.dig(down)
	return m
}

// dig digs the rooms and the doors between them: from room to room as long as there is
// a new one beside, and then back.
func (m *Maze) dig(down int) {
	path := []int{m.enter}
	m.wall[m.enter] = false
	for roll := uint32(7); len(path) > 0; {
		here := path[len(path)-1]
		roll = roll*1664525 + 1013904223
		dug := false
		for i := range 4 {
			step := m.step(int(roll>>16+uint32(i)) % 4)
			room := here + 2*step
			if room < 0 || room >= len(m.wall) || m.border(here+step) || !m.wall[room] {
				continue
			}
			m.wall[here+step], m.wall[room] = false, false
			path = append(path, room)
			dug = true
			break
		}
		if !dug {
			path = path[:len(path)-1]
		}
	}
}

func (m *Maze) border(cell int) bool {
	x := cell % m.width
	return x == 0 || x == m.width-1 || cell < m.width || cell >= len(m.wall)-m.width
}

// step is how far one moves on the map to go up, right, down or left.
func (m *Maze) step(way int) int { return [...]int{-m.width, 1, m.width, -1}[way] }

// Go walks a cell up (0), right (1), down (2) or left (3).
func (m *Maze) Go(way int) {
	if m.Out() {
		return
	}
	m.at += m.step(way)
	if m.wall[m.at] {
		m.at = m.enter
	}
}

// At is the cell that the walker is in.
func (m *Maze) At() int { return m.at }

// Out tells whether the walker has found the exit.
func (m *Maze) Out() bool { return m.at == m.exit }

// Way is the shortest way from the entrance to the exit.
func (m *Maze) Way() []int {
	from := map[int]int{m.exit: 0} // cell -> the way to go there
	for queue := []int{m.exit}; len(queue) > 0; queue = queue[1:] {
		for way := range 4 {
			next := queue[0] - m.step(way)
			if _, seen := from[next]; !seen && !m.wall[next] {
				from[next] = way
				queue = append(queue, next)
			}
		}
	}
	var ways []int
	for cell := m.enter; cell != m.exit; cell += m.step(from[cell]) {
		ways = append(ways, from[cell])
	}
	return ways
}
