package sim_test

import (
	"fmt"

	"battle.test/sim"
	"battle.test/statemachines/machine"
	"battle.test/statemachines/snapshot"
)

// greeter greets its peer until that says welcome, and welcomes whoever greets it.
type greeter struct {
	peer machine.Address
	due  int64
	done bool
}

func (g *greeter) Step(now int64, in machine.Input, out []machine.Output) []machine.Output {
	switch {
	case in.Kind == machine.Packet && string(in.Data) == "hello":
		return append(out, machine.Output{Kind: machine.Send, To: in.From, Data: []byte("welcome")})
	case in.Kind == machine.Packet:
		g.done = true
		return append(out, machine.Output{Kind: machine.Deliver, Data: in.Data})
	}
	g.due = now + sim.Millisecond
	return append(out, machine.Output{Kind: machine.Send, To: g.peer, Data: []byte("hello")})
}

func (g *greeter) Next() (int64, bool) { return g.due, !g.done }

func (g *greeter) Snapshot(string) *snapshot.Snapshot { return &snapshot.Snapshot{} }

func Example() {
	n := sim.New(sim.Config{Link: sim.Link{Latency: sim.Even(100*sim.Microsecond, 100*sim.Microsecond)}, Log: 100})
	greets := func(peer machine.Address) func(sim.Boot) (machine.Machine, error) {
		return func(sim.Boot) (machine.Machine, error) { return &greeter{peer: peer}, nil }
	}
	ann := n.Add(sim.Host{Name: "ann", Address: machine.At(1, 1), Start: greets(machine.At(1, 2))})
	bob := n.Add(sim.Host{Name: "bob", Address: machine.At(1, 2), Start: greets(machine.At(1, 1))})
	n.Impose(sim.OneWay([]sim.ID{ann}, []sim.ID{bob}))
	n.RunFor(1500 * sim.Microsecond)
	welcome := func() bool { return n.Machine(ann).(*greeter).done && n.Machine(bob).(*greeter).done }
	fmt.Println("both are welcome:", welcome())
	fmt.Println("once faults stop:", n.Settle(sim.Second, welcome))
	fmt.Print(n.Log().Host(bob))
	// Output:
	// both are welcome: false
	// once faults stop: <nil>
	// 0.000000000 s  bob  started with 0 bytes of journal
	// 0.000000000 s  bob  sent #2 to ann: hello
	// 0.001000000 s  bob  sent #5 to ann: hello
	// 0.002000000 s  bob  sent #8 to ann: hello
	// 0.002100000 s  bob  received #7 from ann: hello
	// 0.002100000 s  bob  sent #9 to ann: welcome
	// 0.002200000 s  bob  received #10 from ann: welcome
	// 0.002200000 s  bob  delivered: welcome
}
