#!/usr/bin/env bash
# Replays the corpus: no trace in it may fail again, and none may lie where no target
# reads it.
set -euo pipefail
cd "$(dirname "$0")/.."

go test -count=1 -run '^Fuzz' ./fuzz

read_by_targets=$(go run ./cmd/battle corpus show | awk '{ print "corpus/" $1 }' | sort)
on_disk=$(find corpus -type f ! -name '*.go' | sort)
if [ "$read_by_targets" != "$on_disk" ]; then
	echo 'files of corpus/ that no target reads (<), or that are missing (>):' >&2
	diff <(echo "$on_disk") <(echo "$read_by_targets") >&2 || true
	exit 1
fi
echo "$(echo "$on_disk" | wc -l) traces replayed"
