#!/usr/bin/env bash
# Measures how many runs AFL++ and libFuzzer make of the ring in a second of CPU time, through the
# harness of bench/byhand and through that of battle, and writes docs/rates.md.
#
# RUNS is how many runs each measurement takes, PAGE the page. It reads CPU time from /proc, so it
# needs Linux.
set -euo pipefail
cd "$(dirname "$0")/.."

RUNS=${RUNS:-300000} PAGE=$(realpath -m "${PAGE:-docs/rates.md}")
limits='10 40 200' # bytes that a tape has at most

log() { printf '%5d s  %s\n' "$SECONDS" "$*" >&2; }
die() { printf 'ci/rates.sh: %s\n' "$*" >&2 && exit 2; }
. ci/lib/processes.sh

# cpu COMMAND… runs a command, and prints the seconds of CPU time that it and all that it
# started took. What AFL leaves behind at its end is in no sum of the kernel's, and what ends between two looks
# is not in ours: the larger one counts.
cpu() {
	local pid spent=0 now
	(
		TIMEFORMAT='%U %S'
		time "$@" >said 2>&1 </dev/null
	) 2>took &
	pid=$!
	while kill -0 "$pid" 2>/dev/null; do
		sleep 0.1
		now=$(spent_by "$pid")
		spent=$((now > spent ? now : spent))
	done
	wait "$pid" || { tail -20 said >&2 && die "$1 failed, see above"; }
	tail -1 took | awk -v ticks="$spent" -v tick="$(getconf CLK_TCK)" '{ sum = $1 + $2; seconds = ticks / tick; print (sum > seconds ? sum : seconds) }'
}

# measure ENGINE SIDE LIMIT prints the runs that were made, and the CPU time that they took. Both
# sides begin with one tape.
measure() {
	local seconds
	rm -rf run && mkdir run && cd run
	mkdir seeds found
	printf '\0abc' >seeds/first
	case $1-$2 in
	afl-hand) seconds=$(afl "$3" ../hand.afl) ;;
	afl-battle)
		export BATTLE_ENGINE=afl BATTLE_TARGET=ring BATTLE_DIR=$PWD/found BATTLE_BUDGET=1000h
		seconds=$(afl "$3" ../battle-afl/ring -test.run='^FuzzRing$' -test.timeout=0 -test.paniconexit0)
		;;
	libfuzzer-hand) seconds=$(libfuzzer "$3" ../hand.libfuzzer) ;;
	libfuzzer-battle) seconds=$(libfuzzer "$3" ../battle-libfuzzer/ring) ;;
	esac
	case $1 in
	afl) awk '$1 == "execs_done" { print $3 }' work/default/fuzzer_stats ;;
	libfuzzer) awk '$1 == "Done" { print $2 }' said ;;
	esac | awk -v seconds="$seconds" '{ print $1, seconds }'
}

afl() {
	local limit=$1
	shift
	AFL_NO_UI=1 AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_TRY_AFFINITY=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 \
		AFL_FORKSRV_INIT_TMOUT=60000 cpu afl-fuzz -m none -t 10000 -s 1 -G "$limit" -E "$RUNS" -i seeds -o work -- "$@"
}

libfuzzer() { cpu "$2" -seed=1 -max_len="$1" -runs="$RUNS" seeds; }

[ "$(uname)" = Linux ] || die 'it reads CPU time from /proc, so it needs Linux'
for one in afl-fuzz:afl++ clang:clang gcc:gcc; do
	command -v "${one%:*}" >/dev/null || die "${one%:*} is not installed: apt install ${one#*:}"
done
temp=$(mktemp -d)
trap 'end $$; rm -rf "$temp"' EXIT

log 'building'
(cd bench && CGO_ENABLED=1 go build -tags libfuzzer -buildmode=c-archive '-gcflags=battle.test/...=-d=libfuzzer' -o "$temp/hand.a" ./byhand/libfuzzer)
gcc -O2 -o "$temp/hand.afl" bench/byhand/afl/main.c "$temp/hand.a" -lpthread
clang -fsanitize=fuzzer -o "$temp/hand.libfuzzer" "$temp/hand.a"
go build -o "$temp/battle" ./cmd/battle
for engine in afl libfuzzer; do
	"$temp/battle" build -engine "$engine" -out "$temp/battle-$engine" ring >/dev/null
done

changed=$(git status --porcelain -- go.mod go.sum ringbuf bench battle cmd explore fuzz oracle ci/rates.sh)
{
	cat <<PAGE
# Runs a second

Made by \`ci/rates.sh\`; do not edit.

How many runs AFL++ and libFuzzer make of the ring in a second of CPU time, all processes and starting included: through the
harness of [bench/byhand](../bench/byhand/doc.go), which is what one writes for the ring without battle, and through battle's.
Each number is of $RUNS runs from one tape on, of tapes up to so many bytes; a longer tape is more updates. The two sides read
a tape each in its own way, and check about the same.

$(go env GOVERSION), $(go env GOOS)/$(go env GOARCH), $(sed -n 's/^model name.*: //p' /proc/cpuinfo | head -1), $(nproc) cores, $(date -u +%F), commit $(git rev-parse --short=12 HEAD)${changed:+ with changes}.

| engine | bytes | by hand | with battle | times |
|---|---|---|---|---|
PAGE
	for engine in afl libfuzzer; do
		for limit in $limits; do
			for side in hand battle; do
				log "$engine, $side, $limit bytes"
				made=$(cd "$temp" && measure "$engine" "$side" "$limit")
				log "  $made s"
				[ $side = hand ] && hand=$made
			done
			echo "$engine $limit $hand $made" | awk '
				NF != 6 || !$3 || !$4 || !$5 || !$6 { exit 1 }
				{ printf "| %s | %d | %.0f | %.0f | %.1f |\n", $1, $2, $3 / $4, $5 / $6, $5 / $6 / ($3 / $4) }' || die 'a measurement is not complete'
		done
	done
} >"$temp/page.md"
cp "$temp/page.md" "$PAGE"
log "wrote $PAGE"
