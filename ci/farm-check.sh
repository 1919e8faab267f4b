#!/usr/bin/env bash
# Lets a farm run for a while (farm-check.sh 10m) on a branch with two planted bugs, kills its
# processes now and then, and sees that both bugs are found, minimised, bisected, explained and
# shown; and that they turn to resolved when their fix lands. Needs git, curl and jq.
set -euo pipefail
cd "$(dirname "$0")/.."

duration=${1-10m}
case $duration in
*m) seconds=$((${duration%m} * 60)) ;;
*s) seconds=${duration%s} ;;
*) echo "farm-check.sh $duration: want a time, as 10m or 300s" >&2; exit 2 ;;
esac
for needed in git curl jq; do
	command -v "$needed" >/dev/null || { echo "$needed is needed, and is not on the path" >&2; exit 2; }
done

dir=$(mktemp -d)
farm=
end() {
	if [ -n "$farm" ]; then
		kill "$farm" 2>/dev/null && wait "$farm" 2>/dev/null || true
	fi
	rm -rf "$dir"
}
trap end EXIT

copy=$dir/copy
mkdir "$copy"
tar -cf - --exclude ./.git --exclude ./bin --exclude ./findings . | tar -xf - -C "$copy"
rm -rf "$copy"/corpus/*/regressions/* # they tell of the bugs
git=(git -C "$copy" -c user.name=ci -c user.email=ci@example.test)

# record MESSAGE makes a commit of what there is, and says its revision.
record() {
	"${git[@]}" add -A
	"${git[@]}" commit -q --allow-empty -m "$1"
	"${git[@]}" rev-parse HEAD
}

"${git[@]}" init -q
record "base" >/dev/null
record "nothing" >/dev/null
"${git[@]}" apply bugs/tip-bug.patch
ring=$(record "ring: reads are checked in one place")
record "nothing again" >/dev/null
"${git[@]}" apply bugs/tip-filled-with-zeros.patch
tip=$(record "tip: holes are skipped")
record "nothing once more" >/dev/null

go build -o "$dir/" ./cmd/battle
go build -C farm -o "$dir/" ./cmd/battle-farm

start() {
	: >"$dir/said"
	"$dir/battle-farm" -C "$copy" -state "$dir/state" -http "127.0.0.1:${port-0}" -slice 15s \
		-target ring -target tip -engine explore -engine native -engine rapid -disk-min 100000000 -memory-min 100000000 \
		-workers "${WORKERS-2}" >"$dir/said" 2>>"$dir/log" &
	farm=$!
	until url=$(grep -o 'http://[^ ]*/' "$dir/said"); do
		kill -0 "$farm" || { cat "$dir/log" >&2; exit 1; }
		sleep 0.2
	done
	port=${url##*:} port=${port%/}
}

# ask PATH FILTER… asks the farm, and is false while it can't answer.
ask() { curl -sf "$url$1" | jq -e "${@:2}"; }

# kill_one kills the coordinator, which has NATS in it, or one of its workers.
killed=0
kill_one() {
	local all=("$farm") victim
	mapfile -t -O 1 all < <(ps -o pid=,comm= --ppid "$farm" | sed -n 's/ battle-farm$//p')
	victim=${all[$((RANDOM % ${#all[@]}))]// /}
	kill -9 "$victim" 2>/dev/null || return 0
	killed=$((killed + 1))
	if [ "$victim" = "$farm" ]; then
		wait "$farm" 2>/dev/null || true
		start
	fi
}

# until_true WHAT COMMAND… waits for a state of the farm, and kills something now and then.
until_true() {
	local what=$1 next=$((SECONDS + pause))
	shift
	until "$@" >/dev/null; do
		if [ "$SECONDS" -gt "$limit" ]; then
			echo "FAILED: not within $duration: $what" >&2
			ask api/findings . >&2 || true
			tail -50 "$dir/log" >&2
			exit 1
		fi
		if [ "$SECONDS" -ge "$next" ]; then
			kill_one
			next=$((SECONDS + pause))
		fi
		sleep 1
	done
	echo "after $SECONDS s and $killed kills: $what"
}

# found TARGET REVISION tells whether a finding is minimal, explained and bisected.
found() { ask api/findings --arg target "$1" --arg bad "$2" 'any(.[]; .target == $target and .first_bad == $bad and .culprit > 0 and .updates <= 12)'; }

resolved() { ask api/findings 'length >= 2 and all(.[]; .state == "resolved")'; }

pause=$((seconds / 20 + 1)) limit=$((SECONDS + seconds * 7 / 10))
start
echo "the farm is at $url"
until_true "the ring's bug is found, minimised, explained and bisected" found ring "$ring"
until_true "the tip's bug, too" found tip "$tip"
# Whatever else was found leads to one of the two, too.
bisected() { ask api/findings --arg a "$ring" --arg b "$tip" 'all(.[]; .first_bad == $a or .first_bad == $b)'; }
until_true "all findings are bisected to either commit" bisected
for id in $(ask api/findings -r '.[].id'); do
	ask "api/findings/$id" '.found.trace | length > 0' >/dev/null
done

"${git[@]}" apply -R bugs/tip-filled-with-zeros.patch
"${git[@]}" apply -R bugs/tip-bug.patch
record "both mended" >/dev/null
limit=$((SECONDS + seconds / 4))
until_true "the fix has landed, and all are resolved" resolved
# The rest of the time: nothing comes back.
while [ "$SECONDS" -lt "$seconds" ]; do
	sleep $((pause < seconds - SECONDS ? pause : seconds - SECONDS))
	kill_one
done
until_true "they stay resolved" resolved
ask api/findings -r '.[] | "\(.id) \(.state): \(.title); first bad \(.first_bad[:12]), to blame: update \(.culprit)"'
