package main

import (
	"flag"
	"os"
	"testing"

	"battle.test/farm/puppet"
)

// kills is how many processes TestNothingIsLost kills.
var kills = flag.Int("kills", 10, "processes that are killed")

// TestMain plays what a farm's processes are, for those that a test starts.
func TestMain(m *testing.M) {
	switch puppet.Name() {
	case "battle":
		os.Exit(puppet.Main(os.Args[1:]))
	case "battle-farm":
		main()
		return
	case "nats":
		serveNATS(os.Args[1], os.Args[2])
		return
	}
	flag.Parse()
	os.Exit(m.Run())
}
