#!/usr/bin/env bash
# The race detector, where goroutines meet: the ring, the bus, the library's watchdog, the
# targets with readers of their own, and the farm's coordinator.
set -euo pipefail
cd "$(dirname "$0")/.."

# A process sleeps for a second at its end, by default, for goroutines that are left to show
# their races. These tests wait for theirs, and start a hundred processes.
export GORACE="${GORACE-atexit_sleep_ms=0}"

go test -race ./ringbuf ./statemachines/... ./battle ./fuzz
go test -C farm -race . ./coordinator
