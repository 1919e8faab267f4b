#!/usr/bin/env bash
# A short hunt in every target with every engine. Fails on a finding, on a target that an
# engine did not run, and on an update that nothing ran. BUDGET is for all, after building.
set -euo pipefail
cd "$(dirname "$0")/.."

go build -C tools -o ../bin/ tool
out=$(mktemp)
trap 'rm -f "$out"' EXIT
go run ./cmd/battle hunt -engine native,rapid,gofuzz -budget "${BUDGET:-1m}" | tee "$out"

awk '
	$1 == "target" { in_table = 1; next }
	NF == 0        { in_table = 0 }
	/never ran: /  { print "no engine ran an update: " $0; bad = 1; next }
	in_table       { rows++; seen[$1] = 1; if ($7 == 0) { print $2 " did nothing in " $1; bad = 1 } }
	END {
		for (target in seen) { targets++ }
		if (rows == 0 || rows != 3 * targets) { print rows + 0 " rows for " targets + 0 " targets and 3 engines"; bad = 1 }
		exit bad
	}
' "$out" >&2
