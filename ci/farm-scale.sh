#!/usr/bin/env bash
# Measures what more workers bring (farm-scale.sh 3m): for so long each, a coordinator with 1, 2 and
# 4 workers that are pinned to a core each, as far as there are cores, hunts in the ring with the
# explorer. Prints a table for docs/farm.md. It needs git, curl, jq, and Linux for /proc.
#
# Updates are counted by the time in which engines hunt: what a slice begins with, such as building, is
# in none. On a machine that does other things, too, the second last column says what that costs.
set -euo pipefail
cd "$(dirname "$0")/.."

duration=${1-3m}
case $duration in
*m) seconds=$((${duration%m} * 60)) ;;
*s) seconds=${duration%s} ;;
*) echo "farm-scale.sh $duration: want a time, as 3m or 60s" >&2; exit 2 ;;
esac
if ! command -v taskset >/dev/null || ! [ -r /proc/self/stat ]; then
	echo "NOT RUN: workers can't be pinned to cores without taskset (apt install util-linux), nor CPU time be read without /proc"
	exit 0
fi
for needed in git curl jq; do
	command -v "$needed" >/dev/null || { echo "$needed is needed, and is not on the path" >&2; exit 2; }
done
. ci/lib/processes.sh

dir=$(mktemp -d)
trap 'end $$; rm -rf "$dir"' EXIT
go build -o "$dir/" ./cmd/battle
go build -C farm -o "$dir/" ./cmd/battle-farm

slice=$((seconds / 6 > 1 ? seconds / 6 : 1)) # a report comes when one is over
mapfile -t cores < <(taskset -cp $$ | sed 's/.*: //' | tr , '\n' | awk -F- '{ for (i = $1; i <= $NF; i++) print i }')

# until_true WHAT COMMAND… waits for something.
until_true() {
	local what=$1 limit=$((SECONDS + 600))
	shift
	until "$@" >/dev/null 2>&1; do
		if [ "$SECONDS" -gt "$limit" ]; then
			echo "FAILED: not within 10 minutes: $what" >&2
			tail -50 "$state/log" >&2
			exit 1
		fi
		sleep 0.1
	done
}

# start_farm WORKERS starts a farm of its own with so many.
start_farm() {
	local i join
	state=$dir/$1
	mkdir "$state"
	"$dir/battle-farm" -C . -state "$state/farm" -http 127.0.0.1:0 -slice "${slice}s" -target ring -workers 0 >"$state/said" 2>>"$state/log" &
	farm=$!
	until_true "the coordinator says where it is" grep -q '^another worker: ' "$state/said"
	url=$(grep -o 'http://[^ ]*/' "$state/said")
	read -ra join < <(sed -n 's/^another worker: battle-farm //p' "$state/said")
	for ((i = 0; i < $1; i++)); do
		taskset -c "${cores[i]}" "$dir/battle-farm" "${join[@]}" -state "$state/worker$i" -name "pinned-$i" -engine explore >/dev/null 2>>"$state/log" &
	done
}

# reported N tells whether there are so many reports.
reported() { curl -sf "${url}api/overview" | jq -e --argjson n "$1" '.reports >= $n'; }

# look prints how many reports there are, the time, what was done by then (updates, seconds of hunting and of
# CPU time), and the coordinator's ticks.
look() {
	echo "$(curl -sf "${url}api/overview" | jq .reports) $(date +%s.%N)" \
		"$(curl -sf "${url}api/contributions" | jq -r '.[0] | "\(.updates) \(.seconds) \(.cpu_seconds)"') $(spent_by "$farm")"
}

# row WORKERS BEGIN END prints a row of the table. The first is what others are compared with.
row() {
	local rate
	rate=$(echo "$@" | awk '{ print $1 * ($10 - $4) / ($11 - $5) }')
	one=${one-$rate}
	echo "$@" | awk -v rate="$rate" -v one="$one" -v tick="$(getconf CLK_TCK)" '{
		printf "| %d | %.2f M | %.2f | %.0f %% | %.1f %% |\n", $1, rate / 1e6, rate / one,
			100 * ($12 - $6) / ($11 - $5), 100 * ($13 - $7) / tick / ($9 - $3) / $1
	}'
}

echo "$(go env GOVERSION), $(go env GOOS)/$(go env GOARCH), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), ${#cores[@]} cores, $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg), $duration each, slices of $slice s:"
echo
echo "| workers | updates/s | times one worker | of their cores they had | the coordinator had |"
echo "|--:|--:|--:|--:|--:|"
for workers in 1 2 4; do
	if [ "$workers" -gt "${#cores[@]}" ]; then
		continue
	fi
	start_farm "$workers"
	until_true "all have built, and hunt" reported "$workers"
	begin=$(look)
	sleep "$seconds"
	until_true "all report" reported $((${begin%% *} + workers))
	row "$workers" "$begin" "$(look)"
	end $$
	wait
done
