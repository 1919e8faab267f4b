// Play shows a trace of the platform game, as an animation in the terminal or as an
// animated picture:
//
//	go run -C examples/puzzles ./play -level 1 testdata/solutions/platform-1.trace
//	go run -C examples/puzzles ./play -level 1 -gif level.gif testdata/solutions/platform-1.trace
//
// A finding of battle hunt is a trace, too: hand over the lines after "-- trace --".
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"battle.test/examples/puzzles"
	"battle.test/examples/puzzles/platform"
)

const framesPerSecond = 60

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "play:", err)
		os.Exit(2)
	}
}

func run() error {
	number := flag.Int("level", 1, "level, 1 or 2")
	picture := flag.String("gif", "", "write an animated picture to this file instead")
	speed := flag.Float64("speed", 4, "times as fast as the game is played")
	flag.Parse()
	levels := []*platform.Level{platform.First, platform.Second}
	switch {
	case flag.NArg() != 1:
		return errors.New("want one file with a trace: play -level 1 FILE")
	case *number < 1 || *number > len(levels):
		return fmt.Errorf("-level %d: there are levels 1 to %d", *number, len(levels))
	case !(*speed > 0):
		return fmt.Errorf("-speed %v: want a number above zero", *speed)
	}
	file, level := flag.Arg(0), levels[*number-1]
	trace, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if *picture != "" {
		return writePicture(*picture, level, file, trace)
	}
	return show(level, file, trace, time.Duration(float64(time.Second)/framesPerSecond / *speed))
}

func writePicture(path string, level *platform.Level, file string, trace []byte) error {
	film, err := filmOf(level, file, trace)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	out, err := os.Create(path)
	if err != nil {
		return err
	}
	if err := errors.Join(film.write(out), out.Close()); err != nil {
		return err
	}
	fmt.Println("wrote", path)
	return nil
}

// show plays in the terminal.
func show(level *platform.Level, file string, trace []byte, frame time.Duration) error {
	const clear, home = "\x1b[2J", "\x1b[H"
	fmt.Print(clear)
	ticker := time.NewTicker(frame)
	defer ticker.Stop()
	var last string
	err := puzzles.Play(level, file, trace, func(g *platform.Game, pad puzzles.Pad) {
		if g.State() != platform.Playing && last != "" {
			return // what the trace still holds changes nothing
		}
		fmt.Print(home, g.Screen(terminalColumns), statusLine(g, pad))
		if g.State() != platform.Playing {
			last = g.State().String()
		}
		<-ticker.C
	})
	if err == nil {
		fmt.Println(last)
	}
	return err
}

const terminalColumns = 78

func statusLine(g *platform.Game, pad puzzles.Pad) string {
	x, _ := g.Position()
	return fmt.Sprintf("%6.1f s   column %3d   %-20s\n", float64(g.Frame())/framesPerSecond, x/platform.Tile, pad)
}
