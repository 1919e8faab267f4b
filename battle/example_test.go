package battle_test

import (
	"fmt"
	"io"
	"os"

	"battle.test/battle"
)

// A lamp beside what it should be.
type lamp struct {
	lit, should bool
	told        *[]string // what led here; nil: nobody will look
}

// Record makes a lamp Pictured, with Update and Pictures.
func (l *lamp) Record() { l.told = new([]string) }

func (l *lamp) Update(number int, text string) {
	*l.told = append(*l.told, fmt.Sprintf("lit=%v, then %d %s", l.lit, number, text))
}

func (l *lamp) Pictures(failure *battle.Failure) []battle.Picture {
	timeline := func(w io.Writer) error {
		for _, line := range *l.told {
			fmt.Fprintln(w, line)
		}
		if failure != nil {
			fmt.Fprintln(w, "fails:", failure.Message)
		}
		return nil
	}
	return []battle.Picture{{Kind: battle.Timeline, Write: timeline}}
}

type Press struct{}

// Apply has a fault: a lamp that is lit stays so.
func (*Press) Apply(t *battle.T, l *lamp) {
	l.lit, l.should = true, !l.should
	battle.Equal(t, l.should, l.lit, "lit")
}

func ExamplePictured() {
	target := battle.Target[*lamp]{
		Name: "lamp",
		New:  func() *lamp { return new(lamp) },
		Ops:  battle.Ops(battle.Op[*Press](1)),
	}
	if err := battle.WritePicture(os.Stdout, target, battle.Timeline, "press; press; press"); err != nil {
		fmt.Println(err)
	}
	// Output:
	// lit=false, then 1 press
	// lit=true, then 2 press
	// fails: lit differs from the oracle's
}
