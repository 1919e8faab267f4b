package battle

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

type count struct {
	N uint16 `draw:"0..1000"`
}

func (*count) Apply(*T, *nothing) {}

func minimisePlan() *plan {
	return compile(Target[*nothing]{
		Name: "minimise", New: func() *nothing { return nil },
		Ops: Ops(Op[*count](3), Op[*idle](2)),
	})
}

// rules are failures as functions of a program. The last ones are not monotone: more
// updates may pass where fewer fail.
var rules = map[string]func(prog program) bool{
	"a sum": func(prog program) bool { return sumOf(prog) >= 1777 },
	"an odd number after an idle one": func(prog program) bool {
		idles := 0
		for _, s := range prog {
			if s.kind.name == "idle" {
				idles++
			} else if idles >= 2 && (*count)(s.p).N%2 == 1 {
				return true
			}
		}
		return false
	},
	"three idle ones around a number": func(prog program) bool {
		var names []string
		for _, s := range prog {
			names = append(names, s.kind.name)
		}
		return slices.Index(names, "count") == 2 || len(names) >= 7 && len(names)%2 == 1
	},
	"nine idle ones": func(prog program) bool { return len(prog)-numbersIn(prog) >= 9 },
	"a remainder":    func(prog program) bool { return sumOf(prog)%7 == 3 },
}

func numbersIn(prog program) (count int) {
	for _, s := range prog {
		if s.kind.name == "count" {
			count++
		}
	}
	return count
}

func sumOf(prog program) (sum int) {
	for _, s := range prog {
		if s.kind.name == "count" {
			sum += int((*count)(s.p).N)
		}
	}
	return sum
}

func TestNoUpdateOfAMinimalProgramCanBeDropped(t *testing.T) {
	p := minimisePlan()
	for name, fails := range rules {
		t.Run(name, func(t *testing.T) {
			failed := 0
			rapid.Check(t, func(t *rapid.T) {
				prog := p.decode(p.randomTape(t, rapid.IntRange(0, 60).Draw(t, "updates"), false))
				if !fails(prog) {
					return
				}
				failed++
				before := prog.String()
				m := &minimiser{prog: prog, fails: fails, kinds: p.kinds}
				got := m.minimise()
				if !fails(got) {
					t.Fatalf("what is left does not fail:\n%s", got)
				}
				for i := range got {
					if shorter := slices.Concat(got[:i], got[i+1:]); fails(shorter) {
						t.Fatalf("update %d can be dropped:\n%s", i+1, got)
					}
				}
				again, err := p.parse("before", []byte(before))
				if err != nil {
					t.Fatal(err)
				}
				if second := (&minimiser{prog: again, fails: fails, kinds: p.kinds}).minimise(); second.String() != got.String() {
					t.Fatalf("another result for the same program:\n%s\nthen\n%s", got, second)
				}
			})
			if failed == 0 {
				t.Error("no program failed: the test tests nothing")
			}
		})
	}
}

func TestMinimalProgramsAreTheOnesAPersonWouldWrite(t *testing.T) {
	p := minimisePlan()
	for _, c := range []struct{ rule, before, want string }{
		{"a sum", "count n=900; idle; count n=1; count n=800; count n=500; count n=30", "count n=777; count n=1000"},
		{"an odd number after an idle one", "count n=5; idle; count n=2; idle; idle; count n=999", "idle; idle; count n=1"},
		{"a remainder", "idle; count n=900; idle; count n=174", "count n=3"},
	} {
		prog, err := p.parse("before", []byte(c.before))
		if err != nil {
			t.Fatal(err)
		}
		m := &minimiser{prog: prog, fails: rules[c.rule], kinds: p.kinds}
		if got := m.minimise().oneLine(); got != c.want {
			t.Errorf("%s: got %s, want %s", c.rule, got, c.want)
		}
	}
}

func TestALimitStopsTheMinimiser(t *testing.T) {
	p := minimisePlan()
	prog, err := p.parse("before", []byte("count n=900; idle; count n=1; count n=800; count n=500; count n=30"))
	if err != nil {
		t.Fatal(err)
	}
	m := &minimiser{prog: prog, fails: rules["a sum"], limit: 3}
	if got := m.minimise(); m.runs != 3 || !rules["a sum"](got) {
		t.Errorf("%d candidates, want 3; left is\n%s", m.runs, got)
	}
}
