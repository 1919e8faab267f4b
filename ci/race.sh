#!/usr/bin/env bash
# The race detector, where goroutines meet: the ring, the bus, the library's watchdog,
# and the targets with readers of their own.
set -euo pipefail
cd "$(dirname "$0")/.."

# A process sleeps for a second at its end, by default, for goroutines that are left to show
# their races. These tests wait for theirs, and start a hundred processes.
export GORACE="${GORACE-atexit_sleep_ms=0}"

go test -race ./ringbuf ./statemachines/... ./battle ./fuzz
