#!/usr/bin/env bash
# Measures what more workers bring (farm-scale.sh 3m): for so long each, a coordinator with 1, 2 and
# 4 workers hunts in the ring with the explorer. Each worker is pinned to a core; where there are fewer
# than five, and control groups of CPU time can be made, each has an equal part of the cores instead, less
# a tenth for the coordinator. Prints a table for docs/farm.md. It needs git, curl, jq, and Linux for /proc.
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

dir=$(mktemp -d) groups=''
trap 'end $$; rm -rf "$dir"; rmdir "$groups/battle-$$"-* 2>/dev/null || true' EXIT
go build -o "$dir/" ./cmd/battle
go build -C farm -o "$dir/" ./cmd/battle-farm

slice=$((seconds / 6 > 1 ? seconds / 6 : 1)) # a report comes when one is over
mapfile -t cores < <(taskset -cp $$ | sed 's/.*: //' | tr , '\n' | awk -F- '{ for (i = $1; i <= $NF; i++) print i }')

# Where control groups of CPU time are, or "" if none can be made.
for at in /sys/fs/cgroup/cpu /sys/fs/cgroup; do
	if [ -z "$groups" ] && mkdir "$at/battle-$$" 2>/dev/null; then
		if [ -e "$at/battle-$$/cpu.max" ] || [ -e "$at/battle-$$/cpu.cfs_quota_us" ]; then
			groups=$at
		fi
		rmdir "$at/battle-$$"
	fi
done
most=4 part=100
if [ "${#cores[@]}" -le "$most" ] && [ -n "$groups" ]; then
	part=$((90 * ${#cores[@]} / most)) # in a hundred of a core
fi

# confined I COMMAND… runs a worker on a core, or with its part of all.
confined() {
	local core=${cores[$1]-} group=$groups/battle-$$-$1
	shift
	if [ "$part" = 100 ]; then
		exec taskset -c "$core" "$@"
	fi
	mkdir -p "$group"
	if [ -e "$group/cpu.max" ]; then
		echo "$((part * 1000)) 100000" >"$group/cpu.max"
	else
		echo 100000 >"$group/cpu.cfs_period_us"
		echo "$((part * 1000))" >"$group/cpu.cfs_quota_us"
	fi
	echo "$BASHPID" >"$group/cgroup.procs"
	exec "$@"
}

# until_true WHAT COMMAND… waits for something.
until_true() {
	if ! await 10 "$@"; then
		tail -n 30 "$state/log" >&2
		exit 1
	fi
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
		confined "$i" "$dir/battle-farm" "${join[@]}" -state "$state/worker$i" -name "worker-$i" -engine explore >/dev/null 2>>"$state/log" &
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
	echo "$@" | awk -v rate="$rate" -v one="$one" -v tick="$(getconf CLK_TCK)" -v part="$part" '{
		printf "| %d | %.2f M | %.2f | %.0f %% | %.1f %% |\n", $1, rate / 1e6, rate / one,
			100 * ($12 - $6) / ($11 - $5), 100 * ($13 - $7) / tick / ($9 - $3) / $1 / part * 100
	}'
}

echo "$(go env GOVERSION), $(go env GOOS)/$(go env GOARCH), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), ${#cores[@]} cores, $(date -u +%F), load $(cut -d' ' -f1 /proc/loadavg), $duration each, slices of $slice s, $part % of a core for each worker:"
echo
echo "| workers | updates/s | times one worker | of a core each had | the coordinator had, of theirs |"
echo "|--:|--:|--:|--:|--:|"
for workers in 1 2 4; do
	if [ "$part" = 100 ] && [ "$workers" -gt "${#cores[@]}" ]; then
		continue
	fi
	start_farm "$workers"
	until_true "all have built, and hunt, and the coordinator, too, has begun" reported $((3 * workers))
	begin=$(look)
	sleep "$seconds"
	until_true "all report" reported $((${begin%% *} + workers))
	row "$workers" "$begin" "$(look)"
	end $$
	wait
done
