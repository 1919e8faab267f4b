#!/usr/bin/env bash
# Runs every command of README.md in a copy of the repository, and checks its exit status
# and that it prints what README.md says. TestReadmeCommandsAreRun keeps the table complete.
set -euo pipefail
cd "$(dirname "$0")/.."

export MAKEFLAGS=BUDGET=10s # of make hunt, which has a minute for people

copy=$(mktemp -d)
trap 'rm -rf "$copy" "$copy.out"' EXIT
tar -cf - --exclude ./.git --exclude ./bin --exclude ./findings . | tar -xf - -C "$copy"

# battle ci compares with what was fetched.
git -C "$copy" init -q
git -C "$copy" add -A
git -C "$copy" -c user.name=ci -c user.email=ci@example.test commit -q -m copy
git -C "$copy" update-ref refs/remotes/origin/main HEAD

trim() { sed 's/^ *//; s/ *$//' <<<"$1"; }

ran=''
# status | a line of the output (a regular expression) | command
while IFS='|' read -r status expect command; do
	status=$(trim "$status") expect=$(trim "$expect") command=$(trim "$command")
	printf -- '-- %s\n' "$command"
	# What make would run may be what a later command is: a minute of building is saved.
	case $command in make*) runs=$(cd "$copy" && make -n ${command#make}) ;; *) runs=$command ;; esac
	if grep -qxF -- "$runs" <<<"$ran"; then
		echo '   is what was run above'
		continue
	fi
	ran+=$runs$'\n'
	got=0 began=$SECONDS
	(cd "$copy" && bash -c "$command") >"$copy.out" 2>&1 </dev/null || got=$?
	printf "   %d s\n" $((SECONDS - began))
	if [ "$got" != "$status" ] || ! grep -qE -- "$expect" "$copy.out"; then
		cat "$copy.out"
		printf 'got status %s, want %s, and a line that matches %s\n' "$got" "$status" "$expect" >&2
		exit 1
	fi
done <<'TABLE'
1 | ^ +[0-9.]+ .* fails: .* tip-1: answer | go run ./cmd/battle replay -bug tip-bug-system -svg out/story.svg -pcap out/story.pcap corpus/cluster/regressions/tip-restarts.trace
0 | ^no findings                          | make hunt
0 | ^no findings                          | go run ./cmd/battle hunt -budget 10s
0 | ^ok .*examples/deque                  | go -C examples/deque test .
0 | ^deque  battle.test/examples/deque    | go -C examples/deque tool battle list
0 | ^no findings                          | go -C examples/deque tool battle hunt -budget 5s
0 | ^fuzz: .* new interesting: [0-9]+     | go -C examples/deque test -run '^$' -fuzz '^FuzzDeque$' -fuzztime 2000x -fuzzminimizetime 10x .
0 | ^ring  battle.test/fuzz.FuzzRing      | go run ./cmd/battle list
0 | ^no findings                          | go run ./cmd/battle hunt ring -engine native -engine rapid -budget 5s
1 | ^data, first=1 tail=1, 1 byte: 00     | go run ./cmd/battle hunt -bug tip-bug -first -html findings/report.html
0 | ^together +engine                      | go run ./cmd/battle hunt ring -engine all -budget 5s
0 | ^passed: [0-9]+ updates               | go run ./cmd/battle replay corpus/ring/regressions/tip-bug.trace
1 | ^ring: mismatch in update             | go run ./cmd/battle replay -bug tip-bug corpus/ring/regressions/tip-bug.trace
1 | ^ring: mismatch in update 2 of 2      | go run ./cmd/battle minimize -bug tip-bug corpus/ring/regressions/tip-bug.trace
0 | ^Battletest: [0-9]+ findings?$        | go run ./cmd/battle report -sarif out/findings.sarif -junit out/findings.xml -html out/findings.html
0 | ^no findings                          | go run ./cmd/battle ci -budget 5s
0 | ^to blame: update 1: restart          | go run ./cmd/battle explain -bug tip-bug corpus/ring/regressions/tip-bug.trace
0 | ^ring/regressions/tip-bug.trace       | go run ./cmd/battle corpus show
0 | ^added .*ring/seeds/example.trace     | go run ./cmd/battle corpus add -target ring -name example -seed 'append length=9; read from=tail offset=-9 length=9'
0 | ^out/[0-9a-f]+$                         | go run ./cmd/battle corpus convert -target ring -to go -out out corpus/ring/regressions/tip-bug.trace
0 | ^0 traces promoted                    | go run ./cmd/battle corpus promote
0 | ^0 duplicates                         | go run ./cmd/battle corpus prune
0 | of [0-9]+  battle.test/ringbuf$       | go run ./cmd/battle corpus cover -html out/cover.html
0 | ^0 of 2 traces kept                   | go run ./cmd/battle corpus merge tip corpus/tip/regressions
0 | ^only in ring: 1 trace$               | go run ./cmd/battle corpus diff corpus/ring/seeds ring
0 | ^ring: would remove [0-9] of 3 seeds  | go run ./cmd/battle corpus minimize -n ring
0 | ^tip-bug +ring +[a-z]+ +1 of 1         | go run ./cmd/battle bugs -any -seeds 1 tip-bug
0 | ^lock-20 +explore +1 of 1             | go run ./cmd/battle bench -seeds 1 -engine explore lock-20
0 | ^wrote ../../out/level.gif            | go -C examples/puzzles run ./play -gif ../../out/level.gif testdata/solutions/platform-1.trace
TABLE

# The finding that README.md shows: its own replay command must print it again. Line
# numbers and counts may drift.
essence() { awk 'NR == 1 { print; next } /^-- / { keep = /trace|expected|actual/ } keep'; }
shown=$(sed -n '/^```text$/,/^```$/p' README.md | sed '1d; $d')
replay=$(awk '/^-- replay --$/ { getline; print }' <<<"$shown")
[ -n "$replay" ] || { echo 'README.md shows no finding with its replay command' >&2; exit 1; }
printf -- '-- %s\n' "$replay"
got=$(cd "$copy" && bash -c "$replay") || true
if ! diff <(essence <<<"$shown") <(essence <<<"$got"); then
	echo 'README.md shows another finding (<) than its replay command prints (>)' >&2
	exit 1
fi
