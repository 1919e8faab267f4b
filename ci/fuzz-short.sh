#!/usr/bin/env bash
# A short hunt in every target with every engine. Fails on a finding, on a target that an
# engine did not run, and on an update that nothing ran. BUDGET is for all, after building,
# and in CPU time: a busy machine takes longer, and does as much.
set -euo pipefail
cd "$(dirname "$0")/.."

go build -C tools -o ../bin/ tool
out=$(mktemp)
trap 'rm -f "$out"' EXIT
go run ./cmd/battle hunt -engine explore,native,rapid,gofuzz -cpu -budget "${BUDGET:-60s}" | tee "$out"

awk '
	function complain(what) { print what; bad = 1 }
	$1 == "target" { in_table = 1; next }
	NF == 0        { in_table = 0 }
	/never ran: /  { complain("no engine ran an update: " $0); next }
	in_table       { targets[$1]; rows[$2]++; if ($7 == 0) complain($2 " did nothing in " $1) }
	END {
		if (length(targets) == 0) complain("no table in the output of battle hunt")
		split("explore native rapid gofuzz", everywhere)
		for (i in everywhere)
			if (rows[everywhere[i]] != length(targets)) complain(everywhere[i] " did not hunt everywhere")
		exit bad
	}
' "$out" >&2
